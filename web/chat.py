"""The page chat: the dialogue of the bots as plain forms."""

import hashlib
import re
import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Inbound, InboundKind, Message
from web.between import Between
from web.cookies import CHANNEL, CHAT, LANGUAGE, keep, known_address, language_hint, new_address
from web.pages import PageWriter
from web.parts import WebParts

LONGEST_TEXT = 4000
_INVITE = re.compile(r"r_[A-Za-z0-9]{1,40}")


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """The chat, and the doors that lead into it."""
    routes = APIRouter()
    between = Between()

    @routes.get("/chat")
    async def open_chat(request: Request) -> Response:
        address = known_address(request) or new_address()
        if answers := between.take(address):
            return await _show(request, address, answers, just_answered=True)
        asked = await parts.conversation.ask_again(CHANNEL, address, language_hint(request))
        return await _show(request, address, asked, just_answered=False)

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
            return await _show(request, address, answers, just_answered=True)
        if answers:
            between.put(address, answers)
        return RedirectResponse("/chat", status_code=303)

    async def _show(request: Request, address: str, answers: tuple[Message, ...], *, just_answered: bool) -> Response:
        spoken = {answer.language for answer in answers}
        language = spoken.pop() if len(spoken) == 1 else ""
        try:
            posts = await parts.inbox(address)
        except StoreUnavailable:
            posts = ()  # the answers say so, with the help card (safety H4)
        values = {"answers": answers, "posts": posts, "just_answered": just_answered, "key": _new_key()}
        response = pages.write(request, "chat.html", values, language=language)
        keep(request, response, CHAT, address, secure=parts.secure)
        if language:
            keep(request, response, LANGUAGE, language, secure=parts.secure)
        return response

    _doors(routes, parts, pages)
    return routes


def _doors(routes: APIRouter, parts: WebParts, pages: PageWriter) -> None:
    @routes.get("/s")
    async def typed_code(code: str = "") -> Response:
        plain = "".join(sign for sign in code if sign.isalnum())[:40]
        return RedirectResponse(f"/s/{plain}" if plain else "/", status_code=303)

    @routes.get("/s/{code}")
    async def sign_up(request: Request, code: str) -> HTMLResponse:
        site = await parts.site_by_code(code)
        if site is None:
            return pages.problem(request, "unknown_code", 404)
        return _door(request, "signup.html", {"site": site, "start": f"s_{site.code}"})

    @routes.get("/p/{post_id}")
    async def from_post(request: Request, post_id: Annotated[int, Path(ge=1, lt=10**18)]) -> HTMLResponse:
        return _door(request, "post.html", {"start": f"p_{post_id}"})

    @routes.get("/join/{payload}")
    async def join_team(request: Request, payload: str) -> HTMLResponse:
        if not _INVITE.fullmatch(payload):
            return pages.problem(request, "unknown_code", 404)
        return _door(request, "team.html", {"start": payload})

    def _door(request: Request, name: str, values: dict[str, object]) -> HTMLResponse:
        response = pages.write(request, name, {**values, "key": _new_key()})
        keep(request, response, CHAT, known_address(request) or new_address(), secure=parts.secure)
        return response


def _new_key() -> str:
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
        return replace(opened, kind=InboundKind.COMMAND, command=text[1:].split(" ")[0].lower())
    return replace(opened, kind=InboundKind.TEXT, text=text) if text else opened
