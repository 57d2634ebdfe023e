"""A host's window for sign-ups on a page of its own (safety R2, threats T10)."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from campaign_engine.domain.confirming import LEAST_HEADCOUNT, MOST_HEADCOUNT, WINDOW_MINUTES
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.words import plain_digits
from web.pages import PageWriter
from web.parts import WebParts
from web.staff_session import FormKey, Gate

_Number = Annotated[int, Path(ge=1, lt=10**18)]
_Typed = Annotated[str, Form(max_length=12)]


class _Desk:
    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self.gate = Gate(parts.staff)
        self._pages = pages
        self._signup = parts.signup

    async def page(self, request: Request, site_id: int, *, wrong: bool = False) -> Response:
        session = await self.gate.host(request, site_id)
        async with self._signup.store.read() as work:
            site, window = await work.sites.get(site_id), await self._signup.windows.look(work, site_id)
        values = {
            "session": session,
            "site": site,
            "window": window,
            "lengths": WINDOW_MINUTES,
            "least": LEAST_HEADCOUNT,
            "most": MOST_HEADCOUNT,
            "wrong": wrong,
        }
        return self._pages.write(request, "window.html", values, status=400 if wrong else 200)

    async def begin(self, handle: str, site_id: int, minutes: str, headcount: str) -> bool:
        """False for what are no such numbers."""
        numbers = [plain_digits(one.strip()) for one in (minutes, headcount)]
        if not all(one.isascii() and one.isdecimal() for one in numbers):
            return False
        try:
            async with self._signup.store.write() as work:
                await self._signup.windows.open(work, handle, site_id, int(numbers[0]), int(numbers[1]))
        except InvalidInput:
            return False
        return True

    async def end(self, handle: str, site_id: int) -> None:
        async with self._signup.store.write() as work:
            await self._signup.windows.close(work, handle, site_id)


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """For the host of the site, signed in."""
    routes, desk = APIRouter(prefix="/host/{site_id}/window"), _Desk(parts, pages)

    @routes.get("")
    async def look(request: Request, site_id: _Number) -> Response:
        return await desk.page(request, site_id)

    @routes.post("")
    async def open_it(
        request: Request, site_id: _Number, minutes: _Typed = "", headcount: _Typed = "", form_key: FormKey = ""
    ) -> Response:
        session = await desk.gate.host(request, site_id)
        session.check_form(form_key)
        if not await desk.begin(session.handle, site_id, minutes, headcount):
            return await desk.page(request, site_id, wrong=True)
        return RedirectResponse(f"/host/{site_id}/window", status_code=303)

    @routes.post("/close")
    async def close_it(request: Request, site_id: _Number, form_key: FormKey = "") -> Response:
        session = await desk.gate.host(request, site_id)
        session.check_form(form_key)
        await desk.end(session.handle, site_id)
        return RedirectResponse(f"/host/{site_id}/window", status_code=303)

    return routes
