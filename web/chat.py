"""The page chat: the dialogue of the bots as plain forms."""

import hashlib
import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Inbound, InboundKind, Message
from web import pictures
from web.between import Between
from web.cookies import CHANNEL, CHAT, LANGUAGE, keep, known_address, language_hint, new_address
from web.pages import PageWriter
from web.parts import WebParts

LONGEST_TEXT = 4000


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """The chat itself; web.doors leads into it."""
    routes, between, screen = APIRouter(), Between(), _Screen(parts, pages)

    @routes.get("/chat")
    async def open_chat(request: Request) -> Response:
        address = known_address(request) or new_address()
        if answers := between.take(address):
            return await screen.show(request, address, answers, just_answered=True)
        asked = await parts.conversation.ask_again(CHANNEL, address, language_hint(request))
        return await screen.show(request, address, asked, just_answered=False)

    @routes.post("/chat")
    async def answer(
        request: Request,
        key: Annotated[str, Form(max_length=64)],
        data: Annotated[str, Form(max_length=64)] = "",
        text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
        start: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        known = known_address(request)
        address = known or new_address()
        said = _inbound((start, data, text), key, address, language_hint(request))
        answers = await parts.conversation.handle(replace(said, simulated=parts.simulated))
        if known is None:
            return await screen.show(request, address, answers, just_answered=True)
        if answers:
            between.put(address, answers)
        return RedirectResponse("/chat", status_code=303)

    routes.include_router(pictures.router(parts, pages, between))
    return routes


class _Screen:
    """Writes the chat as it stands."""

    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self._parts = parts
        self._pages = pages

    async def show(
        self, request: Request, address: str, answers: tuple[Message, ...], *, just_answered: bool
    ) -> HTMLResponse:
        """In the language of the answers, when they have one; the inbox comes first on a page that was opened anew."""
        spoken = {answer.language for answer in answers}
        language = spoken.pop() if len(spoken) == 1 else ""
        try:
            posts = await self._parts.inbox(address)
        except StoreUnavailable:
            posts = ()  # the answers say so, with the help card (safety H4)
        values = {"answers": answers, "posts": posts, "just_answered": just_answered, "key": new_key()}
        response = self._pages.write(request, "chat.html", values, language=language)
        keep(request, response, CHAT, address, secure=self._parts.secure)
        if language:
            keep(request, response, LANGUAGE, language, secure=self._parts.secure)
        return response


def new_key() -> str:
    """Names one page, so that sending the same answer from it twice has no effect the second time."""
    return secrets.token_urlsafe(16)


def _inbound(said: tuple[str, str, str], key: str, address: str, language: str) -> Inbound:
    """The same answer from the same page is the same update; another one from a page gone back to is a new one."""
    start, data, text = (part.replace("\0", "") for part in said)
    update_id = hashlib.sha256("\0".join((key, *said)).encode()).hexdigest()
    opened = Inbound(CHANNEL, address, InboundKind.OTHER, update_id, language_hint=language)
    if start:
        return replace(opened, kind=InboundKind.START, data="" if start == "-" else start)
    if data:
        return replace(opened, kind=InboundKind.CHOICE, data=data)
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        return replace(opened, kind=InboundKind.COMMAND, command=name.lower(), data=argument.strip())
    return replace(opened, kind=InboundKind.TEXT, text=text) if text else opened
