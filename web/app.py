"""The web application and its routes."""

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from campaign_engine.domain.errors import GroundswellError, NotFound, StoreUnavailable
from campaign_engine.domain.message import Reply
from web import chat
from web.pages import PageWriter
from web.parts import WebParts
from web.security import guard

REPORT_FILES = {"report.html": "text/html", "report.csv": "text/csv"}
STATIC = Path(__file__).parent / "static"


def create_app(parts: WebParts, more: Callable[[PageWriter], APIRouter] | None = None) -> FastAPI:
    """All pages over one engine; `more` adds a router (the demo's bar)."""
    app = FastAPI(title="Groundswell", docs_url=None, redoc_url=None, openapi_url=None)
    pages = PageWriter(parts)
    app.middleware("http")(guard)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(chat.router(parts, pages))
    app.include_router(_reports(parts, pages))
    app.include_router(_fixed(parts, pages))
    if more is not None:
        app.include_router(more(pages))

    @app.exception_handler(GroundswellError)
    async def show_error(request: Request, error: GroundswellError) -> HTMLResponse:
        status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, StoreUnavailable) else 400
        return pages.write(request, "error.html", {"error": error}, status=status)

    @app.exception_handler(404)
    async def show_missing(request: Request, _error: Exception) -> HTMLResponse:
        missing = NotFound(pages.words(request)("page.not_found"), pages.words(request)("page.not_found_hint"))
        return pages.write(request, "error.html", {"error": missing}, status=404)

    return app


def _fixed(parts: WebParts, pages: PageWriter) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    async def start(request: Request) -> HTMLResponse:
        return pages.write(request, "start.html", {"campaigns": await parts.reports.listed()})

    @router.get("/help")
    async def get_help(request: Request) -> HTMLResponse:
        """Needs no database (safety H4)."""
        card = parts.say(Reply("help.card"), pages.language(request))
        return pages.write(request, "help.html", {"card": card.text})

    @router.get("/privacy")
    async def privacy(request: Request) -> HTMLResponse:
        return pages.write(request, "privacy.html", {})

    @router.get("/health")
    async def health() -> JSONResponse:
        states = await parts.health()
        well = all(state in ("running", "off") for state in states.values())
        return JSONResponse({"ok": well, "parts": dict(states)}, status_code=200 if well else 503)

    return router


def _reports(parts: WebParts, pages: PageWriter) -> APIRouter:
    router = APIRouter(prefix="/reports")

    @router.get("")
    async def listed(request: Request) -> HTMLResponse:
        return pages.write(request, "reports.html", {"campaigns": await parts.reports.listed()})

    @router.get("/{campaign_id}/{name}")
    async def file(campaign_id: int, name: str) -> Response:
        if name not in REPORT_FILES:
            raise NotFound("There is no such report.", "Choose one from the list of reports.")
        return FileResponse(await parts.reports.file(campaign_id, name), media_type=REPORT_FILES[name])

    return router
