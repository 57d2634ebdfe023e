"""A local portal of SODA 2.1 on loopback, strict as NYC Open Data: what it would refuse, this refuses too.

Refused: pages without `$order` (their order would change), unknown parameters and columns, a wrong app token.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import web

from tests.platforms.loopback import LocalServer

Row = Mapping[str, Any]

TOKEN = "local-test-app-token"
PAGE = b"<!DOCTYPE html><html><body>Scheduled maintenance</body></html>"
_PARAMETERS = {"$select", "$order", "$limit", "$offset", "$where"}


@dataclass(slots=True)
class Fault:
    """What one answer is instead; `break_at` cuts the body after so many bytes, `slow` waits so many seconds."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    break_at: int | None = None
    slow: float = 0.0


@dataclass
class Published:
    """One data set; `modified` is the time of its edition in seconds, `most` rows a page may have."""

    rows: Sequence[Row]
    modified: int = 1_790_000_000
    kind: str = "json"
    most: int = 50_000

    @property
    def columns(self) -> set[str]:
        return {name for row in self.rows for name in row}


@dataclass
class SocrataServer(LocalServer):
    """`faults` are used up one by one before anything is answered; `meanwhile` runs after each answer."""

    published: dict[str, Published] = field(default_factory=dict)
    faults: list[Fault | None] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)
    meanwhile: Callable[[int], None] | None = None
    needs_token: bool = False
    validators: bool = True

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/resource/{name}", self._answer)
        return app

    @property
    def asked(self) -> list[dict[str, str]]:
        """Parameters of every request so far."""
        return [dict(request.query) for request in self.requests]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and fault.break_at is None and not (fault.slow and fault.status == 200):
            return web.Response(
                status=fault.status, body=fault.body or b"{}", headers=fault.headers, content_type=fault.content_type
            )
        response = self._page(request)
        if fault is not None and fault.slow:
            await asyncio.sleep(fault.slow)
        if fault is not None and fault.break_at is not None:
            return await _broken(request, response, fault.break_at)
        if self.meanwhile is not None:
            self.meanwhile(len(self.requests))
        return response

    def _page(self, request: web.Request) -> web.Response:
        dataset, _, kind = request.match_info["name"].partition(".")
        found = self.published.get(dataset)
        if found is None or (kind == "geojson" and found.kind != "geojson"):
            return _refused(404, "dataset.missing")
        if self.needs_token and request.headers.get("X-App-Token") != TOKEN:
            return _refused(403, "permission_denied")
        if set(request.query) - _PARAMETERS:
            return _refused(400, "query.execution.unknownParameter")
        if request.query.get("$select", "").startswith("count(*)"):
            name = request.query["$select"].rpartition(" ")[2]
            return web.json_response([{name: str(len(found.rows))}], headers=_head(found, "count"))
        if request.query.get("$order") != ":id" or "$limit" not in request.query:
            return _refused(400, "query.soql.order-required-for-paging")
        return self._rows(request, found)

    def _rows(self, request: web.Request, found: Published) -> web.Response:
        wanted = [name for name in request.query.get("$select", "").split(",") if name]
        for name in wanted:
            if found.rows and name not in found.columns:
                return _refused(400, "query.soql.no-such-column", name)
        head = _head(found, request.query_string)
        if self.validators and head["ETag"] == request.headers.get("If-None-Match"):
            return web.Response(status=304, headers=head)
        first, most = int(request.query.get("$offset", "0")), min(int(request.query["$limit"]), found.most)
        rows = [
            {name: row[name] for name in wanted or row if row.get(name) is not None}
            for row in found.rows[first : first + most]
        ]
        body = {"type": "FeatureCollection", "features": rows} if found.kind == "geojson" else rows
        kind = "application/vnd.geo+json" if found.kind == "geojson" else "application/json"
        return web.Response(
            text=json.dumps(body), content_type=kind, charset="utf-8", headers=head if self.validators else {}
        )


def _head(found: Published, query: str) -> dict[str, str]:
    """An ETag belongs to one query of one edition, as on the real portal."""
    tag = hashlib.sha256(f"{found.modified} {query}".encode()).hexdigest()[:24]
    return {"ETag": f'"{tag}"', "Last-Modified": formatdate(found.modified, usegmt=True)}


def _refused(status: int, code: str, column: str = "") -> web.Response:
    said = {"message": code, "errorCode": code, "data": {"column": column} if column else {}}
    return web.json_response(said, status=status)


async def _broken(request: web.Request, response: web.Response, length: int) -> web.StreamResponse:
    """Announces the whole body, sends a part and hangs up."""
    body = response.body
    assert isinstance(body, bytes)
    cut = web.StreamResponse(status=200, headers={"Content-Length": str(len(body)), "Content-Type": "application/json"})
    await cut.prepare(request)
    await cut.write(body[:length])
    if request.transport is not None:
        request.transport.close()
    return cut
