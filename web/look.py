"""The style sheet of all pages: the tokens of campaign_engine.look, our fonts, the head, then web/static/style.css."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from analytics import sheet as reports
from campaign_engine import look
from web.packing import packed

STATIC = Path(__file__).parent / "static"


def router() -> APIRouter:
    """To be included before the folder it stands in front of."""
    routes = APIRouter()
    fonts, own = ((STATIC / name).read_text("utf-8") for name in ("fonts.css", "style.css"))
    sheet = look.css() + fonts + reports.head() + own
    mark = f'"{hashlib.sha256(sheet.encode()).hexdigest()[:16]}"'

    @routes.get("/static/style.css")
    async def style(request: Request) -> Response:
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=304, headers={"ETag": mark})
        return packed(request, Response(sheet, media_type="text/css", headers={"ETag": mark}))

    return routes
