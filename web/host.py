"""The pages of a site's host: overview, code, letters; web.tally, web.window and web.kiosk_desk have the others."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from campaign_engine.domain.errors import NotFound
from web import tally
from web.pages import PageWriter
from web.parts import WebParts
from web.staff_session import FormKey, Gate

SiteId = Annotated[int, Path(ge=1, lt=10**9)]


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """For the host of the site, signed in."""
    routes, host = APIRouter(prefix="/host"), _HostPages(parts, pages)
    routes.add_api_route("/{site_id}", host.overview)
    routes.add_api_route("/{site_id}/code", host.code)
    routes.add_api_route("/{site_id}/code", host.change_code, methods=["POST"])
    routes.add_api_route("/{site_id}/code/undo", host.bring_back, methods=["POST"])
    routes.add_api_route("/{site_id}/letter/{name}", host.letter)
    routes.include_router(tally.router(parts, pages))
    return routes


class _HostPages:
    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self._pages = pages
        self._page = parts.page
        self._signup = parts.signup
        self._gate = Gate(parts.staff)
        self._hosting = parts.sites.hosting
        self._reports = parts.reports

    async def overview(self, request: Request, site_id: SiteId, done: str = "") -> Response:
        session = await self._gate.host(request, site_id)
        view = await self._hosting.view(site_id)
        async with self._signup.store.read() as work:
            window = await self._signup.windows.look(work, site_id)
        values = {
            "session": session,
            "view": view,
            "site": view.site,
            "window": window,
            "reports": await self._reports.of_site(site_id),
            "done": done if done in ("rotated", "brought_back") else "",
            "page": self._page,
        }
        return self._pages.write(request, "host.html", values)

    async def code(self, request: Request, site_id: SiteId, problem: str = "") -> Response:
        session = await self._gate.host(request, site_id)
        view = await self._hosting.view(site_id)
        values = {"session": session, "view": view, "gone": problem == "no_rotation"}
        return self._pages.write(request, "host_code.html", values)

    async def change_code(self, request: Request, site_id: SiteId, form_key: FormKey = "") -> Response:
        session = await self._gate.host(request, site_id)
        session.check_form(form_key)
        await self._hosting.rotate(site_id, session.handle)
        return RedirectResponse(f"/host/{site_id}?done=rotated", status_code=303)

    async def bring_back(self, request: Request, site_id: SiteId, form_key: FormKey = "") -> Response:
        session = await self._gate.host(request, site_id)
        session.check_form(form_key)
        try:
            await self._hosting.rotate(site_id, session.handle, back=True)
        except NotFound:
            return RedirectResponse(f"/host/{site_id}/code?problem=no_rotation", status_code=303)
        return RedirectResponse(f"/host/{site_id}?done=brought_back", status_code=303)

    async def letter(self, request: Request, site_id: SiteId, name: Literal["it", "parents"]) -> Response:
        """Ready to print, in the language of the page."""
        session = await self._gate.host(request, site_id)
        view = await self._hosting.view(site_id)
        values = {"session": session, "site": view.site, "page": self._page}
        return self._pages.write(request, f"letter_{name}.html", values)
