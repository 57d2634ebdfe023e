"""An ally's invite on the pages: the way in, and its picture to be held up to a friend's camera."""

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from campaign_engine.domain.codes import plain_code
from campaign_engine.domain.inviting import PAYLOAD, is_invite_code, spelled
from web.doors import Doors
from web.pages import PageWriter
from web.parts import WebParts


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Whether it still works is said when it is used: looking at it has no effect."""
    routes, doors = APIRouter(), Doors(parts, pages)

    @routes.get("/i/{code}")
    async def invited(request: Request, code: str) -> HTMLResponse:
        plain = plain_code(code)
        if not is_invite_code(plain):
            return pages.problem(request, "invite.unknown", 404)
        return doors.page(request, "invite.html", {"start": PAYLOAD + plain, "code": plain})

    @routes.get("/i/{code}/show")
    async def show(request: Request, code: str) -> HTMLResponse:
        plain = plain_code(code)
        if not is_invite_code(plain):
            return pages.problem(request, "invite.unknown", 404)
        picture = segno.make(f"{parts.page}/i/{plain}", micro=False).svg_data_uri(scale=8, border=4, light="#fff")
        return pages.write(request, "show_invite.html", {"picture": picture, "spelled": spelled(plain)})

    return routes
