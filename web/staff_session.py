"""How the team signs in to its pages, and what their pages ask who is there (safety R2).

A page of staff asks `Gate.staff` or `Gate.host`; every form of theirs carries `session.form_key` and is checked with
`session.check_form` before anything is done. Both raise NotAllowed, which `refused` turns into a kind page.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.staff_session import SESSION_LIFE, LinkState, StaffSession, link_refused
from campaign_engine.services.staff_sessions import StaffSessions
from web.cookies import STAFF
from web.pages import PageWriter
from web.parts import WebParts

FormKey = Annotated[str, Form(max_length=64)]
"""The field `form_key` of every form of staff."""

_Token = Annotated[str, Path(min_length=1, max_length=100)]
_REFUSED: Mapping[str, tuple[str, int]] = {
    "sign_in": ("sign_in.needed", 401),
    "not_your_site": ("sign_in.not_your_site", 403),
    "not_your_report": ("sign_in.not_your_report", 403),
    "old_form": ("sign_in.old_form", 403),
    "no_cookie": ("sign_in.no_cookie", 401),
    "link_spent": ("sign_in.spent", 410),
    "link_over": ("sign_in.over", 410),
    "link_edited": ("sign_in.edited", 404),
    "kiosk_over": ("kiosk.over", 410),
    "kiosk_link": ("kiosk.link", 410),
}
"""Code of an error, block of its page, status."""


class Gate:
    """Who is signed in."""

    def __init__(self, sessions: StaffSessions) -> None:
        self._sessions = sessions

    async def staff(self, request: Request) -> StaffSession:
        """Whoever it is, with their roles as they are now. Raises NotAllowed, code sign_in."""
        return await self._sessions.find(request.cookies.get(STAFF, ""))

    async def host(self, request: Request, site_id: int) -> StaffSession:
        """The host of this site. Raises NotAllowed, code sign_in or not_your_site."""
        session = await self.staff(request)
        session.check_host(site_id)
        return session


def refused(request: Request, pages: PageWriter, error: NotAllowed) -> HTMLResponse:
    """A page that says what to do; after an ended session it offers to look again.

    The cookie is strict: a page that was opened from a chat gets it only when it is opened once more.
    """
    name, status = _REFUSED.get(error.code, ("failed", 403))
    again = request.url.path if error.code == "sign_in" and request.method == "GET" else ""
    return pages.problem(request, name, status, again)


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Opening a link has no effect: previews of chats open it too."""
    routes, sessions, gate = APIRouter(), parts.staff, Gate(parts.staff)

    @routes.get("/enter/{token}")
    async def look(request: Request, token: _Token) -> Response:
        state = await sessions.look(token)
        if state is not LinkState.OPEN:
            raise link_refused(state)
        return pages.write(request, "sign_in.html", {"token": token})

    @routes.post("/enter/{token}")
    async def enter(request: Request, token: _Token) -> Response:
        """Always a new session: what the browser brought along is worth nothing (no fixation)."""
        session = await sessions.enter(token, request.cookies.get(STAFF, ""))
        response = RedirectResponse("/staff?entered=1", status_code=303)
        secure = parts.secure or request.url.scheme == "https"
        response.set_cookie(
            STAFF, session, max_age=SESSION_LIFE.seconds, httponly=True, samesite="strict", secure=secure
        )
        return response

    @routes.get("/staff")
    async def home(request: Request) -> Response:
        if request.query_params.get("entered") and STAFF not in request.cookies:
            raise NotAllowed("The browser keeps no cookie.", "Allow cookies for this page.", "no_cookie")
        session = await gate.staff(request)
        if len(session.sites) == len(session.grants) == 1:
            return RedirectResponse(f"/host/{session.sites[0]}", status_code=303)
        return pages.write(request, "staff.html", await _home(parts, session))

    @routes.post("/staff/out")
    async def leave(request: Request, form_key: FormKey = "") -> Response:
        session = await gate.staff(request)
        session.check_form(form_key)
        await sessions.leave(request.cookies[STAFF])
        response = pages.write(request, "signed_out.html", {})
        response.delete_cookie(STAFF)
        return response

    return routes


async def _home(parts: WebParts, session: StaffSession) -> Mapping[str, object]:
    reads = may(session, Capability.READ_REPORTS)
    return {
        "session": session,
        "sites": await parts.sites.hosting.names(session.sites),
        "reads": reads,
        "reports": await parts.reports.listed() if reads else (),
    }
