"""The way of every REST request: transcript, ban, token, faults, limits, handler, answer with its headers."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.platforms.discord_errors import Code, Form, Refusal
from tests.platforms.discord_faults import Fault, FaultKind, Faults, RateLimits
from tests.platforms.discord_gateway import reset
from tests.platforms.discord_state import Json, World
from tests.platforms.latency import Latency
from tests.platforms.transcript import Direction, Transcript

API = "/api/v10"
POST = "POST /channels/{channel_id}/messages"
VIA = {"Via": "1.1 google"}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request, by the name of its field."""

    field: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a handler sees it; `body` is {} when there was none."""

    params: dict[str, str]
    query: dict[str, str]
    body: Any
    uploads: list[Upload] = field(default_factory=list)

    def id(self, name: str) -> int:
        """A snowflake of the path; raises 50035 when it is none."""
        value = self.params[name]
        if not value.isdecimal():
            form = Form()
            form.add((name,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            form.check()
        return int(value)

    def flag(self, name: str) -> bool:
        """A boolean of the query."""
        return self.query.get(name, "").lower() in ("1", "true")


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A handler gives back the JSON of a 200, or None for a 204; without `auth` the path's token is enough."""

    method: str
    path: str
    handler: Handler
    auth: bool = True

    @property
    def route(self) -> str:
        """The name used by transcript, faults and buckets."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, broken: bool = False) -> web.Response:
        """The wire form; `broken` cuts the JSON."""
        if self.body is None:
            return web.Response(status=self.status, headers=self.headers)
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status, headers=self.headers)
        text = json.dumps(self.body)
        half = text[: len(text) // 2] or "{"
        return web.Response(
            body=(half if broken else text).encode(),
            status=self.status,
            headers=self.headers | {"Content-Type": "application/json"},
        )


class Api:
    """All endpoints of one server under /api/v10."""

    def __init__(self, world: World, token: str, transcript: Transcript) -> None:
        self.faults = Faults()
        self.limits = RateLimits(world)
        self.latency = Latency()
        self._world, self._token, self._transcript = world, token, transcript

    def install(self, app: web.Application, endpoints: list[Endpoint]) -> None:
        """Add the endpoints, and Discord's 404 for everything else under the root."""
        for endpoint in endpoints:
            app.router.add_route(endpoint.method, API + endpoint.path, self._serve(endpoint))
        app.router.add_route("*", API + "/{rest:.*}", self._unknown)

    async def _unknown(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(API)
        self._transcript.add(Direction.RECEIVED, "request", f"{request.method} {path}", {"unknown": True})
        return Answer(404, Refusal(Code.NOT_FOUND).body, VIA).response()

    def _serve(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            fault = self.faults.take(endpoint.route, dict(request.match_info))
            if fault is not None and fault.kind in (FaultKind.RESET, FaultKind.NO_ANSWER):
                return await self._never(request, endpoint, fault)
            answer = await self._answer(request, endpoint, fault)
            body = answer.body if isinstance(answer.body, dict) else {}
            note = {"status": answer.status, "code": body.get("code"), "path": request.path, "json": answer.body}
            if fault is not None:
                note["fault"] = str(fault.kind)
            self._transcript.add(Direction.SENT, "response", endpoint.route, note)
            if fault is not None and fault.kind is FaultKind.DROPPED_ANSWER:
                reset(request)
            return answer.response(broken=fault is not None and fault.kind is FaultKind.MALFORMED)

        return serve

    async def _never(self, request: web.Request, endpoint: Endpoint, fault: Fault) -> web.Response:
        note = {"fault": str(fault.kind), "path": request.path}
        self._transcript.add(Direction.RECEIVED, "lost", endpoint.route, note)
        if fault.kind is FaultKind.NO_ANSWER:
            await asyncio.Event().wait()
        reset(request)
        return web.Response()

    async def _answer(self, request: web.Request, endpoint: Endpoint, fault: Fault | None) -> Answer:
        window = self.limits.window(endpoint.route, dict(request.match_info))
        try:
            call = await self._read(request, endpoint)
            if self.limits.banned:
                return Answer(429, "error code: 1015", {"Retry-After": "3600"})
            if endpoint.auth and request.headers.get("Authorization") != f"Bot {self._token}":
                raise Refusal(Code.UNAUTHORIZED)
            if fault is not None and (struck := await self._strike(fault)) is not None:
                return self._counted(struck, self.limits.headers(endpoint.route, window))
            if (limited := self._limited(endpoint, request)) is not None:
                return self._counted(limited, self.limits.headers(endpoint.route, window))
            body = await self._carried_out(endpoint, call)
            answer = Answer(204 if body is None else 200, body)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body)
        return self._counted(answer, self.limits.headers(endpoint.route, window))

    async def _carried_out(self, endpoint: Endpoint, call: Call) -> Any:
        if endpoint.route != POST:
            return await endpoint.handler(call)
        await self.latency.until_taken()
        body = await endpoint.handler(call)
        await self.latency.until_answered()
        return body

    def _counted(self, answer: Answer, headers: dict[str, str]) -> Answer:
        if answer.status in (401, 403, 429):
            self.limits.count_invalid()
        return Answer(answer.status, answer.body, headers | VIA | answer.headers)

    async def _strike(self, fault: Fault) -> Answer | None:
        if fault.kind is FaultKind.REFUSED:
            return Answer(fault.status, {"message": fault.message, "code": fault.code})
        if fault.kind is FaultKind.RATE_LIMITED:
            return _too_many(fault.seconds, "global" if fault.everywhere else "user")
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        return None

    def _limited(self, endpoint: Endpoint, request: web.Request) -> Answer | None:
        """Interaction endpoints do not count for the global limit, as documented."""
        wait = self.limits.spend_everything() if endpoint.auth else 0.0
        if wait:
            return _too_many(wait, "global")
        wait = self.limits.window(endpoint.route, dict(request.match_info)).spend(self._world.now())
        return _too_many(wait, "user") if wait else None

    async def _read(self, request: web.Request, endpoint: Endpoint) -> Call:
        """Parse JSON or multipart and write the request down; raises 50109 for broken JSON."""
        body: Any = {}
        uploads: list[Upload] = []
        raw = b""
        if request.content_type.startswith("multipart/"):
            raw, uploads = await _multipart(request)
        elif request.can_read_body:
            raw = await request.read()
        try:
            body = json.loads(raw) if raw else ([] if endpoint.method == "PUT" else {})
        except ValueError:
            raise Refusal(Code.INVALID_JSON) from None
        finally:
            self._note(request, endpoint, body, uploads)
        if not isinstance(body, list if endpoint.method == "PUT" else dict):
            raise Refusal(Code.INVALID_FORM)
        return Call(dict(request.match_info), dict(request.query), body, uploads)

    def _note(self, request: web.Request, endpoint: Endpoint, body: Any, uploads: list[Upload]) -> None:
        note: Json = {"path": request.path, "params": dict(request.match_info), "query": dict(request.query)}
        note |= {"json": body, "files": [{"filename": one.filename, "size": len(one.content)} for one in uploads]}
        self._transcript.add(Direction.RECEIVED, "request", endpoint.route, note)


async def _multipart(request: web.Request) -> tuple[bytes, list[Upload]]:
    payload, uploads = b"{}", []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read())
        if part.name == "payload_json":
            payload = content
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(part.name or "", part.filename or "file", kind, content))
    return payload, uploads


def _too_many(wait: float, scope: str) -> Answer:
    headers = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope}
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    body = {
        "message": "You are being rate limited.",
        "retry_after": math.ceil(wait * 1000) / 1000,
        "global": scope == "global",
    }
    return Answer(429, body, headers)
