"""Headers on every answer, forms that only our own pages may send, and errors that show nothing."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import PurePath
from urllib.parse import urlsplit

from fastapi import Request, Response

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

Next = Callable[[Request], Awaitable[Response]]


def guard(problem: Callable[[Request, str, int], Response]) -> Callable[[Request, Next], Awaitable[Response]]:
    """Middleware; `problem` writes the page for a block of texts and a status."""

    async def guarded(request: Request, call_next: Next) -> Response:
        if request.method not in _READ_ONLY and not _from_our_page(request):
            response = problem(request, "other_site", 403)
        elif request.method not in _READ_ONLY and _is_too_much(request):
            response = problem(request, "unreadable", 413)
        else:
            response = await _answered(request, call_next)
        if request.url.path.startswith("/static/"):
            kept = FONTS_KEPT if request.url.path.startswith("/static/fonts/") else 300
            response.headers.setdefault("Cache-Control", f"public, max-age={kept}")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    async def _answered(request: Request, call_next: Next) -> Response:
        try:
            return await call_next(request)
        except Exception as error:  # noqa: BLE001 - the reader gets a page, the log a name
            log.error("a page failed: %s in %s", type(error).__name__, _where(error))  # no message texts
            return problem(request, "failed", 500)

    return guarded


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
