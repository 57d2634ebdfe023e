"""The web application and its routes."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from campaign_engine.domain.errors import GroundswellError, NotAllowed, NotFound, StoreUnavailable
from campaign_engine.domain.message import Reply
from web import (
    api,
    chat,
    doors,
    embed,
    evidence,
    finding,
    hooks,
    host,
    invites,
    kiosk,
    kiosk_desk,
    look,
    posters,
    reports,
    signup,
    sittings,
    staff_session,
    window,
)
from web.cookies import LANGUAGE, STAFF
from web.look import STATIC
from web.pages import PageWriter
from web.parts import WebParts
from web.security import Guard
from web.streams import Streams
from web.tabs import Tabs

ELSEWHERE = "https://www.weather.gov/okx/"
"""Where quick exit leads: a page that anybody may have open."""

WELL = ("running", "off", "standby")
"""States of a part that need nobody's attention."""


def create_app(parts: WebParts, more: Callable[[PageWriter], APIRouter] | None = None) -> FastAPI:
    """All pages over one engine; `more` adds a router (the demo's bar)."""
    app = FastAPI(title="Groundswell", docs_url=None, redoc_url=None, openapi_url=None)
    pages = PageWriter(parts)
    app.add_middleware(Guard, problem=pages.problem, secure=parts.secure)
    app.include_router(look.router())
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    streams = Streams(parts.inbox.newest, parts.inbox.newer)
    app.state.closing = streams.close
    app.include_router(signup.router(parts, pages))  # first, because a whole school comes at once
    app.include_router(chat.router(parts, pages, streams))
    app.include_router(doors.router(parts, pages))
    app.include_router(posters.router(parts, pages))
    app.include_router(hooks.router(parts))
    app.include_router(kiosk.router(parts, pages))
    app.include_router(kiosk_desk.router(parts, pages))
    app.include_router(invites.router(parts, pages))
    app.include_router(embed.router(parts, pages))
    app.include_router(window.router(parts, pages))
    app.include_router(staff_session.router(parts, pages))
    if parts.indicators is not None:
        app.include_router(api.router(parts.indicators, parts.page, simulated=parts.simulated))
    if parts.evidence is not None:
        app.include_router(evidence.router(parts.evidence, pages))
    app.include_router(host.router(parts, pages))
    app.include_router(finding.router(parts, pages))
    app.include_router(reports.router(parts, pages))
    app.include_router(_fixed(parts, pages))
    app.include_router(_health(parts))
    if more is not None:
        app.include_router(more(pages))
    _say_errors(app, pages)
    return app


def create_door(parts: WebParts) -> FastAPI:
    """For a process without pages: /health, and where a platform posts to."""
    app = FastAPI(title="Groundswell", docs_url=None, redoc_url=None, openapi_url=None)
    pages = PageWriter(parts)
    app.add_middleware(Guard, problem=pages.problem, secure=parts.secure)
    app.include_router(hooks.router(parts))
    app.include_router(_health(parts))
    _say_errors(app, pages)
    return app


def _say_errors(app: FastAPI, pages: PageWriter) -> None:
    @app.exception_handler(GroundswellError)
    async def known(request: Request, error: GroundswellError) -> HTMLResponse:
        if isinstance(error, NotFound):
            return pages.problem(request, "not_found", 404)
        if isinstance(error, NotAllowed):
            return staff_session.refused(request, pages, error)
        down = isinstance(error, StoreUnavailable)
        return pages.problem(request, "unavailable" if down else "failed", 503 if down else 500)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> HTMLResponse:
        missing = error.status_code == 404
        return pages.problem(request, "not_found" if missing else "unreadable", error.status_code)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, _error: RequestValidationError) -> HTMLResponse:
        form = request.method == "POST"
        return pages.problem(request, "unreadable" if form else "not_found", 400 if form else 404)


def _fixed(parts: WebParts, pages: PageWriter) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    async def start(request: Request) -> HTMLResponse:
        return pages.write(request, "start.html", {})

    @router.get("/verify")
    async def verify(request: Request) -> HTMLResponse:
        """Shows the word that the bots show today (threats T5)."""
        card = parts.say(parts.verify_card(), pages.language(request))
        return pages.write(request, "verify.html", {"card": card.text})

    @router.get("/help")
    async def get_help(request: Request) -> HTMLResponse:
        """Needs no database (safety H4)."""
        card = parts.say(Reply("help.card"), pages.language(request))
        return pages.write(request, "help.html", {"card": card.text})

    @router.get("/privacy")
    async def privacy(request: Request) -> HTMLResponse:
        return pages.write(request, "privacy.html", {})

    @router.get("/leave")
    async def leave(request: Request) -> Response:
        """Quick exit: going back then shows nothing of a chat."""
        response = RedirectResponse(ELSEWHERE, status_code=303, headers=sittings.CLEAR)
        Tabs(parts.clock, parts.secure).veil(request, response)
        for name in (LANGUAGE, STAFF):
            response.delete_cookie(name)
        return response

    @router.get("/favicon.ico")
    async def icon() -> FileResponse:
        """Asked for by reports, which are one file and name no other."""
        return FileResponse(STATIC / "mark.svg", media_type="image/svg+xml")

    return router


def _health(parts: WebParts) -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def health() -> JSONResponse:
        states = await parts.health()
        well = all(state in WELL for state in states.values())
        said = {"ok": well, "roles": list(parts.roles), "parts": dict(states)}
        return JSONResponse(said, status_code=200 if well else 503)

    return router
