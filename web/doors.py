"""Ways into the chat: a poster's code, a post, an invite to the team."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.chat import new_key
from web.pages import PageWriter
from web.parts import WebParts
from web.tabs import Tabs

_INVITE = re.compile(r"r_[A-Za-z0-9]{1,40}")


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Each door is a page with one button, so that opening a link has no effect yet."""
    routes, doors = APIRouter(), Doors(parts, pages)

    @routes.get("/s")
    async def typed_code(code: str = "") -> Response:
        plain = "".join(sign for sign in code if sign.isalnum())[:40]
        return RedirectResponse(f"/s/{plain}" if plain else "/", status_code=303)

    @routes.get("/p/{post_id}")
    async def from_post(request: Request, post_id: Annotated[int, Path(ge=1, lt=10**18)]) -> HTMLResponse:
        return doors.page(request, "post.html", {"start": f"p_{post_id}"})

    @routes.get("/join/{payload}")
    async def join_team(request: Request, payload: str) -> HTMLResponse:
        if not _INVITE.fullmatch(payload):
            return pages.problem(request, "unknown_code", 404)
        return doors.page(request, "team.html", {"start": payload})

    return routes


@dataclass(frozen=True, slots=True)
class Doors:
    """Writes them."""

    parts: WebParts
    pages: PageWriter

    def page(self, request: Request, name: str, values: Mapping[str, object]) -> HTMLResponse:
        """One button, which sends the `start` among the values."""
        response = self.pages.write(request, name, {**values, "key": new_key()})
        Tabs(self.parts.clock, self.parts.secure).probe(request, response)
        return response
