"""How a chat at the page ends, and how it stays on a device of one's own."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from campaign_engine.domain.message import Destination
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.pushing import Pushing
from web.cookies import CHANNEL, LANGUAGE, known_address, new_address
from web.inbox import PAGE
from web.pages import PageWriter
from web.parts import WebParts
from web.tabs import VEIL, WORD, Seat, Tabs, forget_device, forget_tab

CLEAR = {"Clear-Site-Data": '"cache"'}
"""Not its storage: a kiosk's queue lies there."""

Word = Annotated[str, Path(pattern=WORD)]


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Forms below the chat, and what a closing tab sends."""
    routes, tabs = APIRouter(), Tabs(parts.clock, parts.secure)
    routes.include_router(_device(tabs, parts.push, parts.signup.store))
    routes.include_router(_tab(tabs))
    routes.include_router(_posts(parts, pages, tabs))
    return routes


def _device(tabs: Tabs, push: Pushing, store: Store) -> APIRouter:
    routes = APIRouter()

    @routes.post("/chat/forget")
    async def forget(request: Request) -> Response:
        """The device is one that others may use, from here on; whoever copied its cookie before has nothing either."""
        if address := known_address(request):
            await push.turn_off(address)
            async with store.write() as work:
                await work.moves.lock(Destination(CHANNEL, address), new_address())
        response = RedirectResponse("/", status_code=303, headers=CLEAR)
        forget_device(response)
        response.delete_cookie(LANGUAGE)
        return response

    @routes.post("/chat/again")
    async def again() -> Response:
        """After a quick exit, by whoever has the device in hand."""
        response = RedirectResponse("/chat", status_code=303)
        response.delete_cookie(VEIL)
        return response

    @routes.post("/chat/{word}/own")
    async def own(request: Request, word: Word) -> Response:
        """The chat of this tab stays here."""
        response = RedirectResponse("/chat", status_code=303)
        if at := tabs.seat(request, word):
            async with store.write() as work:
                await work.contacts.stay(Destination(CHANNEL, at.address))
            forget_tab(response)
            tabs.keep(request, response, Seat(at.address))
        return response

    return routes


def _tab(tabs: Tabs) -> APIRouter:
    routes = APIRouter()

    @routes.post("/chat/{word}/done")
    async def done(word: Word) -> Response:  # noqa: ARG001 - there is one chat in a browser
        """Whoever comes next finds nothing."""
        response = RedirectResponse("/", status_code=303, headers=CLEAR)
        forget_tab(response)
        response.delete_cookie(LANGUAGE)
        return response

    @routes.post("/chat/{word}/closed")
    async def closed(request: Request, word: Word, page: Annotated[str, Query(max_length=22)]) -> Response:
        """Sent by a tab that goes away; one that was only loaded again shows another page by now."""
        response = Response(status_code=204)
        at = tabs.seat(request, word)
        if at is not None and at.page == page:
            forget_tab(response)
            response.delete_cookie(LANGUAGE)
        return response

    return routes


def _posts(parts: WebParts, pages: PageWriter, tabs: Tabs) -> APIRouter:
    routes = APIRouter()
    for at_path in ("/chat/posts", "/chat/{word}/posts"):

        @routes.get(at_path)
        async def posts(
            request: Request, word: str = "", before: Annotated[str, Query(max_length=16)] = ""
        ) -> Response:
            """All that waited in the last 30 days, a page at a time."""
            at = tabs.seat(request, word)
            if at is None:
                return RedirectResponse(f"/chat/{word}" if word else "/chat", status_code=303)
            found = await parts.inbox.posts(at.address, before)
            return pages.write(
                request, "posts.html", {"posts": found, "most": PAGE, "path": at.path, "key": secrets.token_urlsafe(16)}
            )

    return routes
