"""A site's posters and take-home cards: seen first, then printed from the page or saved as a PDF."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from campaign_engine.domain.action import Site
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.languages import LANGUAGE_NAMES
from campaign_engine.posters import Paper, Sheet, sheet
from web.packing import packed
from web.pages import PageWriter
from web.parts import WebParts

PICTURE, PRINT = "svg", "pdf"


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Whoever has the code may print it: it hangs in a hallway."""
    routes = APIRouter(prefix="/poster")

    async def found(code: str) -> Site:
        site = await parts.site_by_code(code)
        if site is None:
            raise NotFound("There is no such site.", "Check the code.")
        return site

    def set_for(request: Request, site: Site, language: str) -> Sheet:
        return sheet(parts.say, site, parts.page or str(request.base_url).rstrip("/"), language)

    @routes.get("/{code}")
    async def look(
        request: Request, code: str, tongue: Annotated[str, Query(alias="for")] = "", paper: Paper = Paper.LETTER
    ) -> HTMLResponse:
        site = await found(code)
        tongue = tongue if tongue in LANGUAGE_NAMES else pages.language(request)
        made = await asyncio.to_thread(set_for, request, site, tongue)
        values = {"site": site, "tongue": tongue, "paper": paper, "papers": tuple(Paper), "left_out": made.left_out}
        return pages.write(request, "poster.html", values)

    @routes.get("/{code}/{tongue}/{paper}.{kind}")
    async def file(request: Request, code: str, tongue: str, paper: Paper, kind: str) -> Response:
        site = await found(code)
        if kind not in (PICTURE, PRINT) or tongue not in LANGUAGE_NAMES:
            raise NotFound("There is no such poster.", "Choose one from its page.")
        made = await asyncio.to_thread(set_for, request, site, tongue)
        if kind == PICTURE:
            picture = await asyncio.to_thread(made.svg, paper)
            return packed(request, Response(picture, media_type="image/svg+xml"))
        name = f"groundswell-{site.word_code}-{tongue}-{paper}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        content = await asyncio.to_thread(made.pdf, paper)
        return Response(content, media_type="application/pdf", headers=headers)

    return routes
