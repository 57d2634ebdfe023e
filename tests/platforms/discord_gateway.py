"""The gateway: sessions, sequence numbers, replay, and the close codes of a strict Discord."""

import asyncio
import contextlib
import importlib
import json
import socket
import struct
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.platforms.discord_payloads import account_json, guild_create_json
from tests.platforms.discord_state import Json, World
from tests.platforms.transcript import Direction, Transcript


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Gateway close codes."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_API_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Intent(IntFlag):
    """The intents that this server's events ask for; the last three are privileged."""

    GUILDS = 1 << 0
    GUILD_INVITES = 1 << 6
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25
EVENTS_PER_MINUTE = 120


@dataclass(slots=True)
class Session:
    """One identified connection; `events` keeps what was dispatched, for a RESUME."""

    id: str
    intents: int
    seq: int = 0
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=1000))
    line: "Line | None" = None


class Line:
    """One websocket, with the compression that its query asked for."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.session: Session | None = None
        self.last_heard = asyncio.get_running_loop().time()
        self.sent_times: deque[float] = deque(maxlen=EVENTS_PER_MINUTE)
        self._pack = _packer(request.query.get("compress"))
        self._order = asyncio.Lock()

    async def send(self, payload: Json) -> None:
        """One frame; nothing happens on a closed line, as the bytes would be lost on the way."""
        async with self._order:
            if self.socket.closed:
                return
            text = json.dumps(payload)
            with contextlib.suppress(ConnectionError):  # a session keeps the event for its RESUME
                if self._pack is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(self._pack(text.encode()))


def _packer(compress: str | None) -> Callable[[bytes], bytes] | None:
    """A shared context for the whole connection; raises ValueError for a compression Discord does not have."""
    if compress is None:
        return None
    if compress == "zlib-stream":
        zlib_context = zlib.compressobj()
        return lambda data: zlib_context.compress(data) + zlib_context.flush(zlib.Z_SYNC_FLUSH)
    if compress == "zstd-stream":
        return _zstd_packer()
    raise ValueError(compress)


def _zstd_packer() -> Callable[[bytes], bytes]:
    """By the library that makes the client ask for it: zstandard, or Python 3.14's own."""
    try:
        context = importlib.import_module("zstandard").ZstdCompressor().compressobj()
        return lambda data: context.compress(data) + context.flush(1)
    except ImportError:
        own: Any = importlib.import_module("compression.zstd").ZstdCompressor()
        return lambda data: own.compress(data, own.FLUSH_BLOCK)


class Gateway:
    """All lines and sessions of the one bot; `address` is this gateway's own, given out in READY for RESUME.

    While it does not acknowledge heartbeats, a line is as dead for its client.
    """

    def __init__(self, world: World, token: str, transcript: Transcript) -> None:
        self.address = ""
        self.heartbeat_interval = 41.25
        self.acknowledges = True
        self.approved_intents = Intent(0)
        self.identifies_left = 1000
        self.sessions: dict[str, Session] = {}
        self._world, self._token, self._transcript = world, token, transcript
        self._lines: set[Line] = set()

    @property
    def connected(self) -> bool:
        """Whether any identified line is up."""
        return any(session.line is not None for session in self.sessions.values())

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """The websocket endpoint, with v, encoding and compress in its query."""
        ws = web.WebSocketResponse(max_msg_size=4096, autoping=True, timeout=0.2)
        await ws.prepare(request)
        if request.query.get("v") not in ("9", "10"):
            await ws.close(code=Close.INVALID_API_VERSION, message=b"Invalid API version")
            return ws
        if request.query.get("encoding", "json") != "json":
            await ws.close(code=Close.DECODE_ERROR, message=b"This server speaks json only")
            return ws
        try:
            line = Line(request, ws)
        except ValueError:
            await ws.close(code=Close.DECODE_ERROR, message=b"Unknown compression")
            return ws
        self._lines.add(line)
        watch = asyncio.create_task(self._watch_heartbeats(line))
        try:
            await line.send(
                {"op": Op.HELLO, "d": {"heartbeat_interval": int(self.heartbeat_interval * 1000)}, "s": None}
            )
            await self._listen(line)
        finally:
            watch.cancel()
            self._lines.discard(line)
            self._part(line)
        return ws

    async def _listen(self, line: Line) -> None:
        async for frame in line.socket:
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            try:
                message = json.loads(frame.data)
                op = message["op"]
            except (ValueError, KeyError, TypeError):
                await self._hang_up(line, Close.DECODE_ERROR)
                return
            self._transcript.add(Direction.RECEIVED, "gateway", _op_name(op), {"d": _without_token(message.get("d"))})
            if _too_many(line) and op != Op.HEARTBEAT:
                await self._hang_up(line, Close.RATE_LIMITED)
            else:
                await self._obey(line, op, message.get("d"))

    async def _obey(self, line: Line, op: int, data: Any) -> None:
        if op == Op.HEARTBEAT:
            line.last_heard = asyncio.get_running_loop().time()
            if not self.acknowledges:
                return
            await line.send({"op": Op.HEARTBEAT_ACK, "d": None, "s": None, "t": None})
        elif op == Op.IDENTIFY:
            await self._identify(line, data)
        elif op == Op.RESUME:
            await self._resume(line, data)
        elif op not in (Op.PRESENCE, Op.VOICE_STATE, Op.REQUEST_MEMBERS):
            await self._hang_up(line, Close.UNKNOWN_OPCODE)
        elif line.session is None:
            await self._hang_up(line, Close.NOT_AUTHENTICATED)

    async def _identify(self, line: Line, data: Any) -> None:
        if line.session is not None:
            return await self._hang_up(line, Close.ALREADY_AUTHENTICATED)
        if not isinstance(data, dict) or not {"token", "properties", "intents"} <= data.keys():
            return await self._hang_up(line, Close.DECODE_ERROR)
        if data["token"] != self._token:
            return await self._hang_up(line, Close.AUTHENTICATION_FAILED)
        intents = data["intents"]
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return await self._hang_up(line, Close.INVALID_INTENTS)
        if intents & PRIVILEGED & ~self.approved_intents:
            return await self._hang_up(line, Close.DISALLOWED_INTENTS)
        self.identifies_left -= 1
        self.sessions = {one.id: one for one in self.sessions.values() if one.line is not None}
        session = Session(self._world.new_token(), intents, line=line)
        self.sessions[session.id] = session
        line.session = session
        await self._dispatch(session, "READY", self._ready(session))
        if intents & Intent.GUILDS:
            for guild in list(self._world.guilds.values()):
                await self._dispatch(session, "GUILD_CREATE", guild_create_json(self._world, guild))
        return None

    def _ready(self, session: Session) -> Json:
        guilds = [one.id for one in self._world.guilds.values() if self._world.bot.id in one.members]
        return {
            "v": 10,
            "user": account_json(self._world.bot) | {"verified": True, "email": None, "mfa_enabled": True, "flags": 0},
            "guilds": [{"id": str(one), "unavailable": True} for one in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.address,
            "application": {"id": str(self._world.application_id), "flags": 0},
            "private_channels": [],
        }

    async def _resume(self, line: Line, data: Any) -> None:
        if line.session is not None:
            return await self._hang_up(line, Close.ALREADY_AUTHENTICATED)
        if not isinstance(data, dict) or not {"token", "session_id", "seq"} <= data.keys():
            return await self._hang_up(line, Close.DECODE_ERROR)
        if data["token"] != self._token:
            return await self._hang_up(line, Close.AUTHENTICATION_FAILED)
        session = self.sessions.get(data["session_id"])
        seq = data["seq"]
        if session is None or not isinstance(seq, int):
            return await line.send({"op": Op.INVALID_SESSION, "d": False, "s": None, "t": None})
        if seq > session.seq:
            return await self._hang_up(line, Close.INVALID_SEQUENCE)
        line.session = session
        while missed := [one for one in session.events if one["s"] > seq]:
            for event in missed:
                await self._send(line, event)
            seq = missed[-1]["s"]
        session.line = line
        return await self._dispatch(session, "RESUMED", {})

    async def dispatch(self, event: str, data: Json, intent: Intent | None = None) -> int:
        """Send an event to every session that has the intent (None: all); sessions that are away get it on RESUME.

        Returns to how many sessions it was dispatched.
        """
        heard = [one for one in self.sessions.values() if intent is None or one.intents & intent]
        for session in heard:
            await self._dispatch(session, event, data)
        return len(heard)

    async def _dispatch(self, session: Session, event: str, data: Json) -> None:
        session.seq += 1
        payload = {"op": Op.DISPATCH, "t": event, "s": session.seq, "d": data}
        session.events.append(payload)
        if session.line is not None:
            await self._send(session.line, payload)

    async def _send(self, line: Line, payload: Json) -> None:
        note = {"s": payload["s"], "d": payload["d"]}
        self._transcript.add(Direction.SENT, "gateway", payload["t"], note)
        await line.send(payload)

    async def _watch_heartbeats(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.heartbeat_interval / 2)
            if loop.time() - line.last_heard > self.heartbeat_interval * 1.5:
                await self._hang_up(line, Close.SESSION_TIMED_OUT)
                return

    async def _hang_up(self, line: Line, code: int) -> None:
        if code in (Close.SESSION_TIMED_OUT, Close.INVALID_SEQUENCE) and line.session is not None:
            self.sessions.pop(line.session.id, None)
        self._transcript.add(Direction.SENT, "gateway", "CLOSE", {"code": int(code)})
        await line.socket.close(code=int(code))

    def _part(self, line: Line) -> None:
        """A line is gone; the session stays for a RESUME unless the client said goodbye with 1000 or 1001."""
        session, line.session = line.session, None
        if session is None or session.line is not line:
            return
        session.line = None
        goodbye = line.socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY)
        if goodbye:
            self.sessions.pop(session.id, None)
        self._transcript.add(Direction.RECEIVED, "gateway", "GONE", {"code": line.socket.close_code})

    async def ask_reconnect(self) -> None:
        """RECONNECT (op 7) on every line."""
        await self._tell_all({"op": Op.RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """INVALID_SESSION (op 9) on every line; the sessions are forgotten unless `resumable`."""
        lines = list(self._lines)
        if not resumable:
            self.sessions.clear()
        for line in lines:
            await line.send({"op": Op.INVALID_SESSION, "d": resumable, "s": None, "t": None})

    async def close(self, code: int) -> None:
        """Close every line with a code."""
        for line in list(self._lines):
            await self._hang_up(line, code)

    def drop(self) -> None:
        """Reset every line's connection, with no close frame."""
        for line in list(self._lines):
            self._part(line)
            reset(line.request)

    async def _tell_all(self, payload: Json) -> None:
        for line in list(self._lines):
            await line.send(payload)


def reset(request: web.BaseRequest) -> None:
    """Make the peer see a connection reset instead of an orderly end."""
    if request.transport is not None:
        raw = request.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


def _too_many(line: Line) -> bool:
    now = asyncio.get_running_loop().time()
    line.sent_times.append(now)
    return len(line.sent_times) == EVENTS_PER_MINUTE and now - line.sent_times[0] < 60


def _op_name(op: Any) -> str:
    return Op(op).name if op in list(Op) else str(op)


def _without_token(data: Any) -> Any:
    return {key: value for key, value in data.items() if key != "token"} if isinstance(data, dict) else data
