"""A site's sign-up for the pages of others: a frame with one button and the area's goal bar, and nothing else (F19).

The bar tells what the week's edition tells everybody: it is hidden, rounded and moved there (safety K1 to K3). A site's
own number is for its host only (safety P3). No cookie is set inside a frame.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from campaign_engine.domain.action import Site
from campaign_engine.domain.area import goal_above
from web.pages import PageWriter
from web.parts import WebParts
from web.security import HEADERS

FRAMED = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Language, Cookie",
}
"""For this page only: the rest stays out of frames."""

HEIGHT = 420
"""Pixels of a frame in which nothing is cut off, with a bar and a long name, from 300 pixels of width up."""


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Inside a frame nobody signs up: the button opens a page of our own, with our own address above it."""
    routes = APIRouter()

    async def bar(site: Site) -> dict[str, object]:
        allies = await parts.signup.allies(site.precinct)
        return {"site": site, "allies": allies, "goal": goal_above(allies) if allies is not None else None}

    @routes.get("/embed/{code}")
    async def framed(request: Request, code: str) -> Response:
        site = await parts.site_by_code(code)
        if site is None:
            response = pages.write(request, "embed.html", {"site": None, "page": parts.page}, status=404)
        else:
            response = pages.write(request, "embed.html", {**await bar(site), "page": parts.page})
        response.headers.update(FRAMED)
        del response.headers["set-cookie"]
        return response

    @routes.get("/embed/{code}/snippet")
    async def snippet(request: Request, code: str) -> HTMLResponse:
        """What a host copies into the school's page; there is nothing secret in it."""
        site = await parts.site_by_code(code)
        if site is None:
            return pages.problem(request, "unknown_code", 404)
        values = {"site": site, "page": parts.page, "height": HEIGHT, "lang": pages.language(request)}
        return pages.write(request, "embed_snippet.html", values)

    return routes
