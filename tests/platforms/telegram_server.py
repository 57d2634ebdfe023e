"""A local server of the Telegram Bot API on loopback, strict as the real one.

In process: `async with TelegramServer() as server`. As a process of its own:
`python -m tests.platforms.telegram_server --port 0 --token T [--transcript FILE.jsonl]` prints its port first.
Left out: Markdown, media other than photos and documents, files fetched from an address, answers inside a webhook's
response.
"""

import argparse
import asyncio
import contextlib
import json
import re
import signal
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from tests.platforms.latency import Latency
from tests.platforms.loopback import free_port
from tests.platforms.telegram_chat_methods import CHAT_METHODS
from tests.platforms.telegram_control import Control, ImpossibleError
from tests.platforms.telegram_driver import Telegram
from tests.platforms.telegram_methods import MESSAGE_METHODS, Method
from tests.platforms.telegram_rules import Json, Params, Refusal, bad_request
from tests.platforms.telegram_traffic import PACED, Fault, FaultKind, Faults, Gate, Limits
from tests.platforms.telegram_updates import Poll, Updates, Webhook
from tests.platforms.telegram_world import Chat, World
from tests.platforms.transcript import Direction, Entry, Transcript

TOKEN = "4200000001:AAlocal-test-token-of-groundswell-0000"
WEBHOOK_PORTS = frozenset({80, 88, 443, 8443})
BODY_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Call:
    """One call; `name` is the method as the client spelled it, `method` in lower case as it is looked up."""

    name: str
    params: Params

    @property
    def method(self) -> str:
        return self.name.lower()


_METHODS: dict[str, Method] = {**MESSAGE_METHODS, **CHAT_METHODS}


@dataclass(slots=True)
class TelegramServer:
    """One bot's Bot API. `root` is known once started; `limits=None` switches the rate limits off."""

    token: str = TOKEN
    port: int = 0
    limits: Limits | None = field(default_factory=Limits)
    transcript: Transcript = field(default_factory=Transcript)
    faults: Faults = field(default_factory=Faults)
    latency: Latency = field(default_factory=Latency)
    gate: Gate = field(init=False)
    world: World = field(init=False)
    control: Control = field(init=False)
    logged_out: bool = False
    _runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        self.gate = Gate(self.limits)
        self.world = World(_bot(self.token), self.transcript, Updates(self._note_delivery))
        self.control = Control(self.world)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def telegram(self) -> Telegram:
        """The people and rooms of this server, for a test in the same process."""
        return Telegram(self.act)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        app.router.add_post("/control/{action}", self._serve_control)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        self.port = self.port or free_port()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.world.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        token, name = request.match_info["token"], request.match_info["method"]
        if not re.fullmatch(r"\d+:[\w-]+", token):
            return _answer(Refusal(404, "Not Found"))
        if token != self.token:
            return _answer(Refusal(401, "Unauthorized"))
        if fault := self.faults.take(name.lower(), "", body_read=False):
            self._note_answer(name, 0, {"fault": fault.kind})
            return _cut(request)
        params = await _read_params(request)
        call = _Call(name, params)
        body = {**params.values, **{name: f"{len(part)} bytes" for name, part in params.files.items()}}
        self.transcript.add(Direction.RECEIVED, "request", name, body)
        fault = self.faults.take(call.method, params.text("chat_id"), body_read=True)
        return await (self._take(call) if fault is None else self._fail(request, call, fault))

    async def _take(self, call: _Call) -> web.Response:
        if call.method not in PACED:
            return await self._carry_out(call)
        await self.latency.until_taken()
        answer = await self._carry_out(call)
        await self.latency.until_answered()
        return answer

    async def _serve_file(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _answer(Refusal(401, "Unauthorized"))
        content = self.world.files.at(request.match_info["path"])
        return _answer(Refusal(404, "Not Found")) if content is None else web.Response(body=content)

    async def _carry_out(self, call: _Call) -> web.Response:
        try:
            self._check_traffic(call)
            result = await self._result(call.method, call.params)
        except Refusal as refusal:
            self._note_answer(call.name, refusal.status, {"description": refusal.description})
            return _answer(refusal)
        self._note_answer(call.name, 200, {"result": result})
        return web.json_response({"ok": True, "result": result})

    def _check_traffic(self, call: _Call) -> None:
        self.gate.check_hold(call.method)
        if self.logged_out:
            raise Refusal(400, "Logged out")
        chat: Chat | None = None
        with contextlib.suppress(Refusal):
            chat = self.world.find_chat(call.params)
        self.gate.check_pace(call.method, chat)

    async def _result(self, method: str, params: Params) -> object:
        match method:
            case "getupdates":
                return await self.world.updates.poll(_poll(params))
            case "setwebhook":
                return self._set_webhook(params)
            case "deletewebhook":
                self.world.updates.set_webhook(Webhook(), drop_pending=params.flag("drop_pending_updates"))
                return True
            case "getwebhookinfo":
                return self._webhook_info()
            case "logout":
                self.logged_out = True
                return True
        if method not in _METHODS:
            raise Refusal(404, "Not Found: method not found")
        return _METHODS[method](self.world, params)

    async def _fail(self, request: web.Request, call: _Call, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.SLOW:
            answer = await self._carry_out(call)
            await asyncio.sleep(fault.seconds)
            return answer
        if fault.executed or fault.kind is FaultKind.RESET_AFTER:
            await self._carry_out(call)
        self._note_answer(call.name, 0, {"fault": fault.kind})
        if fault.kind is FaultKind.REFUSE:
            return _answer(Refusal(fault.status, fault.description))
        if fault.kind is FaultKind.FLOOD:
            wait = fault.retry_after
            return _answer(Refusal(429, "Too Many Requests") if wait is None else self.gate.hold(wait))
        if fault.kind is FaultKind.MALFORMED:
            return web.Response(text='{"ok": true, "result": {"message_id": 1', content_type="application/json")
        if fault.kind is FaultKind.SILENT:
            await asyncio.sleep(fault.seconds)
        return _cut(request)

    def _set_webhook(self, params: Params) -> bool:
        url, secret = params.text("url"), params.text("secret_token")
        if url:
            _check_webhook(url)
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        self.world.updates.allow(_kinds(params))
        webhook = Webhook(url, secret, params.integer("max_connections", 40))
        self.world.updates.set_webhook(webhook, drop_pending=params.flag("drop_pending_updates"))
        return True

    def _webhook_info(self) -> Json:
        updates = self.world.updates
        info: Json = {
            "url": updates.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(updates.pending),
        }
        if updates.webhook.url:
            info |= {"max_connections": updates.webhook.max_connections, "ip_address": "127.0.0.1"}
        if updates.webhook.last_error:
            info |= {"last_error_date": updates.webhook.last_error_at, "last_error_message": updates.webhook.last_error}
        return info | {"allowed_updates": sorted(updates.kinds)}

    async def act(self, action: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an action of a person or of the test; ImpossibleError when it cannot be done."""
        own: dict[str, Callable[..., Awaitable[object]]] = {
            "fault": self._add_fault,
            "clear_faults": self._clear_faults,
            "set_limits": self._set_limits,
            "transcript": self._transcript_after,
        }
        if action in own:
            return await own[action](**arguments)
        if action.startswith("_") or not hasattr(self.control, action):
            raise ImpossibleError(f"there is no action {action}")
        return getattr(self.control, action)(**arguments)

    async def _serve_control(self, request: web.Request) -> web.Response:
        try:
            result = await self.act(request.match_info["action"], await request.json())
        except ImpossibleError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"result": result})

    async def _add_fault(self, **fault: Any) -> None:
        self.faults.add(Fault.from_json(fault))

    async def _clear_faults(self) -> None:
        self.faults.clear()

    async def _set_limits(self, limits: Json | None) -> None:
        self.gate.limits = None if limits is None else Limits(**limits)

    async def _transcript_after(self, after: int, within: float) -> list[Json]:
        entries: list[Entry] = await self.transcript.wait_for_more_than(after, within)
        return [entry.to_json() for entry in entries]

    def _note_answer(self, method: str, status: int, body: Json) -> None:
        self.transcript.add(Direction.SENT, "answer", method, {"status": status, **body})

    def _note_delivery(self, update: Json, status: int) -> None:
        self.transcript.add(Direction.SENT, "webhook", str(update["update_id"]), {"status": status, "update": update})


def _bot(token: str) -> Json:
    return {
        "id": int(token.partition(":")[0]),
        "is_bot": True,
        "first_name": "Groundswell",
        "username": "groundswell_local_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def _read_params(request: web.Request) -> Params:
    values: dict[str, Any] = dict(request.query)
    files: dict[str, bytes] = {}
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = {}
        return Params({**values, **(body if isinstance(body, dict) else {})})
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            files[name] = part.file.read()
        else:
            values[name] = part
    return Params(values, files)


def _answer(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.to_json(), status=refusal.status)


def _cut(request: web.Request) -> web.StreamResponse:
    """Reset the connection: no answer leaves, the client sees it broken."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


def _kinds(params: Params) -> frozenset[str] | None:
    kinds = params.parsed("allowed_updates", "can't parse allowed updates JSON object")
    return None if kinds is None else frozenset(map(str, kinds))


def _poll(params: Params) -> Poll:
    seconds = max(0, min(params.integer("timeout"), 50))
    return Poll(params.integer("offset"), params.integer("limit", 100), seconds, _kinds(params))


def _check_webhook(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname == "127.0.0.1":  # tests have neither a certificate nor the right to listen on port 443
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad_request("bad webhook: this local server delivers to 127.0.0.1 only")


async def serve(server: TelegramServer) -> None:
    """Run until SIGINT or SIGTERM; the first line on standard output is the port."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A local server of the Telegram Bot API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--transcript", type=Path)
    parser.add_argument("--limits", type=json.loads, default={}, help='as JSON, e.g. {"per_second": 5}, or null')
    given = parser.parse_args()
    limits = None if given.limits is None else Limits(**given.limits)
    asyncio.run(serve(TelegramServer(given.token, given.port, limits, Transcript(given.transcript))))


if __name__ == "__main__":
    main()
