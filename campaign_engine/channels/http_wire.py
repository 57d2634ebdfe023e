"""JSON posted to one host over kept HTTP/1.1 connections, and whether a post that failed may have left (ADR 24).

One request at a time on each connection, no redirects, no cookies, no compression: what a message needs and no more.
"""

import asyncio
import socket
import ssl
import time
from collections import deque
from typing import NamedTuple, cast
from urllib.parse import quote, urlsplit

import aiohappyeyeballs
import httptools

KEPT_SECONDS = 30.0
"""How long an idle connection is kept; Telegram keeps it for longer, so that it is rarely the first to hang up."""

RESTED_SECONDS = 0.25
"""After so long the other end may have hung up without our having read it yet."""

MOST_BYTES = 1_000_000
"""Of an answer; Telegram's to a message have a few hundred."""

FIRST_FINAL = 200
"""Statuses below it announce another one."""

Answer = tuple[int, bytes]


class Waits(NamedTuple):
    """Longest seconds until a connection is free, is open, for each part of an answer, and for the whole of it."""

    pool: float
    connect: float
    part: float
    whole: float


class WireError(Exception):
    """`left`: some of the request may have been written. `late`: nothing came in time. Names no address (safety A2)."""

    def __init__(self, what: str, *, left: bool, late: bool = False) -> None:
        super().__init__(what)
        self.left = left
        self.late = late


class Wire:
    """To the host of `root`, at most so many `connections`, opened when they are needed."""

    def __init__(self, root: str, connections: int, agent: str) -> None:
        parsed = urlsplit(root)
        self._host, self._tls = parsed.hostname or "", _tls() if parsed.scheme == "https" else None
        self._port = parsed.port or (443 if self._tls else 80)
        self._same = f"Host: {parsed.netloc.rpartition('@')[2]}\r\nUser-Agent: {agent}\r\nAccept: application/json\r\n"
        self._heads: dict[str, bytes] = {}
        self._free = connections
        self._lines: set[_Line] = set()
        self._idle: deque[_Line] = deque()
        self._waiting: deque[asyncio.Future[_Line | None]] = deque()

    async def post(self, path: str, body: bytes, waits: Waits) -> Answer:
        """Status and body of the answer. Raises WireError."""
        line = await self._line(waits)
        try:
            return await line.ask(b"%b%d\r\n\r\n%b" % (self._head(path), len(body), body), waits)
        finally:
            self._give_back(line)

    async def close(self) -> None:
        """What waits for an answer or for a connection gets none."""
        for turn in self._waiting:
            _give_up(turn)
        for line in self._lines:
            line.drop()
        self._lines.clear()
        self._idle.clear()
        await asyncio.sleep(0)  # the loop has yet to tell each that it is lost

    def _head(self, path: str) -> bytes:
        if path not in self._heads:
            asked = f"POST {quote(path, safe='/:@!$&()*+,;=~%')} HTTP/1.1\r\n{self._same}"
            self._heads[path] = f"{asked}Content-Type: application/json\r\nContent-Length: ".encode("ascii")
        return self._heads[path]

    async def _line(self, waits: Waits) -> "_Line":
        """One that is open and that nobody else uses."""
        if self._free:
            self._free -= 1
            line = self._idle.pop() if self._idle else None
        else:
            line = await self._in_turn(waits.pool)
        try:
            if line is not None and await line.lives():
                return line
            return await self._opened(waits.connect)
        except BaseException:
            self._give_back(line)
            raise

    async def _in_turn(self, seconds: float) -> "_Line | None":
        """A line that somebody gives back; None: one may be opened in its place."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[_Line | None] = loop.create_future()
        self._waiting.append(turn)
        patience = loop.call_later(seconds, _give_up, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.exception() is None:
                self._give_back(turn.result())  # it was given in the same turn of the loop
            raise
        finally:
            patience.cancel()

    async def _opened(self, seconds: float) -> "_Line":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                reached = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=0.25)
                reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                name = self._host if self._tls else None
                try:
                    _, line = await loop.create_connection(_Line, sock=reached, ssl=self._tls, server_hostname=name)
                except BaseException:
                    reached.close()
                    raise
        except (OSError, UnicodeError) as error:
            told = WireError(type(error).__name__, left=False, late=isinstance(error, TimeoutError))
        else:
            self._lines.add(line)
            return line
        raise told  # out here, where it gets no context

    def _give_back(self, line: "_Line | None") -> None:
        if line is not None and not line.is_open:
            self._lines.discard(line)
            line = None
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(line)
                return
        self._free += 1
        if line is not None:
            self._idle.append(line)
            if not self._idle[0].is_kept:
                self._lines.discard(self._idle[0])
                self._idle.popleft().drop()


class _Line(asyncio.Protocol):
    """One connection. Whatever is odd about an answer ends it."""

    is_open = False
    _answer: asyncio.Future[Answer] | None = None
    _alarm: asyncio.TimerHandle | None = None
    _deadline = _last = _part = 0.0
    _bytes = 0

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._used_at = time.monotonic()
        self._body: list[bytes] = []

    @property
    def is_kept(self) -> bool:
        """Open, and not idle for too long."""
        return self.is_open and time.monotonic() - self._used_at < KEPT_SECONDS

    async def lives(self) -> bool:
        """As far as we have heard; after a rest we listen first."""
        if time.monotonic() - self._used_at > RESTED_SECONDS:
            if not self.is_kept:
                self.drop()
            for _ in range(2):
                await asyncio.sleep(0)  # before the second turn the loop has read what came before the first
        return self.is_open and not self._transport.is_closing()

    async def ask(self, request: bytes, waits: Waits) -> Answer:
        """Raises WireError."""
        now, self._part = self._loop.time(), waits.part
        self._last, self._deadline = now + waits.whole, now + min(waits.part, waits.whole)
        self._body, self._bytes = [], 0
        self._parser = httptools.HttpResponseParser(self)
        self._answer = self._loop.create_future()
        self._transport.write(request)
        if self._alarm is None:
            self._alarm = self._loop.call_at(self._deadline, self._look)
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.drop()
            raise
        finally:
            self._answer = None
            self._used_at = time.monotonic()

    def drop(self) -> None:
        """It is used no more."""
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport, self.is_open = cast("asyncio.Transport", transport), True

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._fail("closed" if exc is None else type(exc).__name__)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._is_answered:
            self.drop()  # nobody asked for it
            return
        self._deadline = min(self._loop.time() + self._part, self._last)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(type(error).__name__)

    def on_message_begin(self) -> None:
        """See httptools."""
        if self._is_answered:
            self.drop()  # a second one to one request

    def on_body(self, part: bytes) -> None:
        """See httptools."""
        self._body.append(part)
        self._bytes += len(part)
        if self._bytes > MOST_BYTES:
            self._fail("too long")

    def on_message_complete(self) -> None:
        """See httptools."""
        status = self._parser.get_status_code()
        if status < FIRST_FINAL or self._is_answered:
            return
        if not self._parser.should_keep_alive():
            self.drop()
        cast("asyncio.Future[Answer]", self._answer).set_result((status, b"".join(self._body)))

    @property
    def _is_answered(self) -> bool:
        return self._answer is None or self._answer.done()

    def _look(self) -> None:
        """Once for many requests: each only moves the deadline."""
        self._alarm = None
        if self._is_answered:
            return
        if self._loop.time() < self._deadline:
            self._alarm = self._loop.call_at(self._deadline, self._look)
        else:
            self._fail("no answer", late=True)

    def _fail(self, what: str, *, late: bool = False) -> None:
        """After a whole answer nothing of it is doubted any more; the connection ends all the same."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WireError(what, left=True, late=late))
        self.drop()


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _give_up(turn: "asyncio.Future[_Line | None]") -> None:
    if not turn.done():
        turn.set_exception(WireError("none free", left=False, late=True))
