"""A host's kiosks: a link for the tablet, how each stands, and its end from another device (safety R2)."""

from typing import Annotated

import segno
from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from campaign_engine.domain.kiosk import LINK_LIFE, shown
from web.pages import PageWriter
from web.parts import WebParts
from web.staff_session import FormKey, Gate

_Number = Annotated[int, Path(ge=1, lt=10**18)]


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """For the host of the site, signed in."""
    routes, gate, kiosks = APIRouter(prefix="/host/{site_id}/kiosk"), Gate(parts.staff), parts.kiosks

    async def page(request: Request, site_id: int, link: str = "") -> Response:
        session = await gate.host(request, site_id)
        picture = segno.make(link, micro=False).svg_data_uri(scale=6, border=3, light="#fff") if link else ""
        values = {
            "session": session,
            "site_id": site_id,
            "kiosks": await kiosks.of_site(site_id),
            "now": parts.clock(),
            "shown": shown,
            "link": link,
            "picture": picture,
            "minutes": LINK_LIFE.seconds // 60,
        }
        return pages.write(request, "kiosk_desk.html", values)

    @routes.get("")
    async def look(request: Request, site_id: _Number) -> Response:
        return await page(request, site_id)

    @routes.post("/link")
    async def link(request: Request, site_id: _Number, form_key: FormKey = "") -> Response:
        """Shown once; made anew by the same button."""
        session = await gate.host(request, site_id)
        session.check_form(form_key)
        return await page(request, site_id, await kiosks.link_for(session.handle, site_id))

    @routes.post("/{kiosk_id}/end")
    async def end(request: Request, site_id: _Number, kiosk_id: _Number, form_key: FormKey = "") -> Response:
        session = await gate.host(request, site_id)
        session.check_form(form_key)
        await kiosks.end(session.handle, site_id, kiosk_id)
        return RedirectResponse(f"/host/{site_id}/kiosk", status_code=303)

    return routes
