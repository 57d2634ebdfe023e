"""The page chat: the dialogue of the bots as plain forms."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Inbound, InboundKind, Message
from web import pictures, push, sittings, stream
from web.between import Between
from web.cookies import CHANNEL, known_address, language_hint, new_address
from web.networks import Rates, origin
from web.pages import PageWriter
from web.parts import WebParts
from web.streams import Streams
from web.tabs import OWN, WORD, Seat, Tabs, browser_of, is_veiled, keeps_cookies, new_seat

LONGEST_TEXT = 4000
AGE = "a:"
"""How an age band begins: a sign-up begins with it, and of one network not too many do (threats T10)."""

Word = Annotated[str, Path(pattern=WORD)]


@dataclass(frozen=True, slots=True)
class Said:
    """What a form of the chat sends: its key names the page, one of the others is the answer."""

    key: str
    data: str = ""
    text: str = ""
    start: str = ""


async def said(
    key: Annotated[str, Form(max_length=64)],
    data: Annotated[str, Form(max_length=64)] = "",
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    start: Annotated[str, Form(max_length=64)] = "",
) -> Said:
    """From a form; no thread is asked for what takes no time."""
    return Said(key, data, text, start)


def router(parts: WebParts, pages: PageWriter, streams: Streams) -> APIRouter:
    """The chat itself; web.doors leads into it."""
    routes, chat = APIRouter(), Chat(parts, pages)
    # Fixed paths come before those with a tab's word.
    routes.include_router(pictures.router(parts, pages, chat.between))
    routes.include_router(push.router(parts))
    routes.include_router(sittings.router(parts, pages))
    routes.include_router(stream.router(parts, pages, streams))

    @routes.get("/chat")
    async def open_chat(request: Request) -> Response:
        return await chat.open(request, "")

    @routes.get("/chat/{word}")
    async def open_tab(request: Request, word: Word) -> Response:
        return await chat.open(request, word)

    @routes.post("/chat")
    async def answer(request: Request, given: Annotated[Said, Depends(said)]) -> Response:
        return await chat.answer(request, "", given)

    @routes.post("/chat/{word}")
    async def answer_in_tab(request: Request, word: Word, given: Annotated[Said, Depends(said)]) -> Response:
        return await chat.answer(request, word, given)

    return routes


class Chat:
    """Takes answers and writes the chat as it stands."""

    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self.between = Between()
        self._rates = Rates()
        self._parts = parts
        self._pages = pages
        self._tabs = Tabs(parts.clock, parts.secure)

    async def open(self, request: Request, word: str) -> Response:
        """The open question, after the answers to what was sent last; without a chat the first question."""
        at = self._tabs.seat(request, word)
        if at is None and word:
            return over(request, self._pages)
        if at is not None and at.is_own_device and is_veiled(request):
            return self._pages.write(request, "veil.html", {})
        if at is not None and (answers := self.between.take(at.address)):
            return await self._show(request, at, answers, just_answered=True)
        address = at.address if at else new_address()
        asked = await self._parts.conversation.ask_again(CHANNEL, address, language_hint(request))
        return await self._show(request, at, asked, just_answered=False)

    async def answer(self, request: Request, word: str, given: Said) -> Response:
        """A chat begins with the first answer, not with a look at a page; it ends an earlier one of this browser."""
        known = self._tabs.seat(request, word)
        source = origin(self._parts.signup, request)
        if given.data.startswith(AGE) and not self._rates.allow(source):
            return self._pages.write(request, "crowded.html", {"site": None, "telegram": ""}, status=429)
        at = known or new_seat(given.key, browser_of(request))
        inbound = _inbound(given, at.address, language_hint(request))
        inbound = replace(inbound, simulated=self._parts.simulated, origin=source, in_tab=not at.is_own_device)
        answers = await self._parts.conversation.handle(inbound)
        if known is None and not keeps_cookies(request):
            return await self._show(request, at, answers, just_answered=True)
        if answers:
            self.between.put(at.address, answers)
        response = RedirectResponse(at.path, status_code=303)
        self._tabs.keep(request, response, at)
        return response

    async def _show(
        self, request: Request, at: Seat | None, answers: tuple[Message, ...], *, just_answered: bool
    ) -> HTMLResponse:
        """In the language of the answers, when they have one; the inbox comes first on a page that was opened anew."""
        at = at and at.turned()
        language = spoken(answers)
        try:
            posts = await self._parts.inbox.posts(at.address) if at else ()
            push_on = at is not None and at.is_own_device and await self._parts.push.is_on(at.address)
        except StoreUnavailable:
            posts, push_on = (), False  # the answers say so, with the help card (safety H4)
        values = {
            "answers": answers,
            "posts": posts,
            "just_answered": just_answered,
            "key": new_key(),
            "at": at,
            "path": at.path if at else "/chat",
            "push_on": push_on,
            "push_key": self._parts.push.key,
            "own_until": self._parts.clock() + OWN,
        }
        response = self._pages.write(request, "chat.html", values, language=language)
        self._tabs.remember(request, response, at, language)
        return response


def spoken(answers: tuple[Message, ...]) -> str:
    """Their language; empty when they have none in common."""
    languages = {answer.language for answer in answers}
    return languages.pop() if len(languages) == 1 else ""


def over(request: Request, pages: PageWriter) -> Response:
    """For a tab whose chat is over, or a browser without cookies."""
    if known_address(request):
        return RedirectResponse("/chat", status_code=303)
    return pages.write(request, "chat_over.html", {}, status=410)


def new_key() -> str:
    """Names one page, so that sending the same answer from it twice has no effect the second time."""
    return secrets.token_urlsafe(16)


def _inbound(given: Said, address: str, language: str) -> Inbound:
    """The same answer from the same page is the same update; another one from a page gone back to is a new one."""
    sent = (given.start, given.data, given.text)
    start, data, text = (part.replace("\0", "") for part in sent)
    update_id = hashlib.sha256("\0".join((given.key, *sent)).encode()).hexdigest()
    opened = Inbound(CHANNEL, address, InboundKind.OTHER, update_id, language_hint=language)
    if start:
        return replace(opened, kind=InboundKind.START, data="" if start == "-" else start)
    if data:
        return replace(opened, kind=InboundKind.CHOICE, data=data)
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        return replace(opened, kind=InboundKind.COMMAND, command=name.lower(), data=argument.strip())
    return replace(opened, kind=InboundKind.TEXT, text=text) if text else opened
