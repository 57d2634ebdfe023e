"""Headers on every answer, forms that only our own pages may send, and errors that show nothing."""

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaign_engine.settings import TELEGRAM_HOOK_PATH

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer that does not say otherwise itself (safety A4)."""

INLINE_STYLE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}
"""For reports, which are one file with their style inside."""

FONTS_KEPT = 30 * 24 * 3600
"""Seconds that a browser keeps our fonts; a changed font gets a new name."""

MOST_BYTES = 400_000
"""Of a form; the longest is a sheet of paper pledges, escaped. A form is read whole before anything looks at it."""

_BOUNDED_THERE = ("/picture", "/tally/file", TELEGRAM_HOOK_PATH)
"""Ends of paths that read no more than they can use."""

_READ_ONLY = frozenset({"GET", "HEAD"})

log = logging.getLogger("groundswell.web")

KEEP_TO_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""Where people reach the pages by https a browser asks by nothing else for a year; other names of the domain are not
ours to speak for."""

Problem = Callable[[Request, str, int], Response]
_Headers = tuple[tuple[bytes, bytes], ...]


class Guard:
    """ASGI middleware; `problem` writes the page for a block of texts and a status, `secure` says that it is https.

    On ASGI itself: what Starlette makes of a function reads every answer through a task and a queue of its own.
    """

    def __init__(self, app: ASGIApp, problem: Problem, *, secure: bool) -> None:
        self._app = app
        self._problem = problem
        self._headers = _written(HEADERS | (KEEP_TO_HTTPS if secure else {}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, has_begun = Request(scope), False
        usual = (*_kept(scope["path"]), *self._headers)

        async def guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = [*message["headers"], *_missing(usual, message["headers"])]
            await send(message)

        try:
            await (self._refusal(request) or self._app)(scope, receive, guarded)
        except Exception as error:
            log.error("a page failed: %s in %s", type(error).__name__, _where(error))  # no message texts
            if has_begun:
                raise
            await self._problem(request, "failed", 500)(scope, receive, guarded)

    def _refusal(self, request: Request) -> Response | None:
        if request.method in _READ_ONLY:
            return None
        if not _from_our_page(request):
            return self._problem(request, "other_site", 403)
        return self._problem(request, "unreadable", 413) if _is_too_much(request) else None


def _written(headers: Mapping[str, str]) -> _Headers:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


def _kept(path: str) -> _Headers:
    if not path.startswith("/static/"):
        return ()
    seconds = FONTS_KEPT if path.startswith("/static/fonts/") else 300
    return ((b"cache-control", f"public, max-age={seconds}".encode()),)


def _missing(usual: _Headers, said: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The first of a name counts."""
    names = {name.lower() for name, _ in said}
    for name, value in usual:
        if name not in names:
            names.add(name)
            yield name, value


def _is_too_much(request: Request) -> bool:
    """Longer than any form of ours, or of a length that it does not tell; browsers tell it."""
    length = request.headers.get("content-length", "0")
    untold = "transfer-encoding" in request.headers
    too_long = untold or not length.isdecimal() or int(length) > MOST_BYTES
    return too_long and not request.url.path.endswith(_BOUNDED_THERE)


def _where(error: Exception) -> str:
    """File and line that raised it: a whole traceback may carry what somebody wrote."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(frame.filename).name}:{frame.lineno}"


def _from_our_page(request: Request) -> bool:
    """By what browsers say of themselves; the chat's cookie does not travel with another site's form either.

    Our own forms come with the origin "null" from browsers without Sec-Fetch-Site, because pages send no referrer.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
