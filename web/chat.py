"""The page chat: the dialogue of the bots as plain forms."""

import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.message import Inbound, InboundKind, Message
from web.pages import PageWriter
from web.parts import WebParts

COOKIE = "groundswell_chat"
CHANNEL = "web"
LONGEST_TEXT = 4000


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Sign-up page per site, chat and links from posts."""
    routes = APIRouter()

    @routes.get("/s/{code}")
    async def sign_up(request: Request, code: str) -> HTMLResponse:
        site = await parts.site_by_code(code)
        if site is None:
            raise NotFound(pages.words(request)("page.unknown_code"), pages.words(request)("page.unknown_code_hint"))
        return pages.write(request, "signup.html", {"site": site, "code": code, "key": new_key()})

    @routes.get("/p/{post_id}")
    async def from_post(request: Request, post_id: int) -> HTMLResponse:
        return pages.write(request, "post.html", {"post_id": post_id, "key": new_key()})

    @routes.get("/chat")
    async def open_chat(request: Request) -> Response:
        address = _address(request)
        question = await parts.conversation.ask_again(CHANNEL, address, pages.language(request))
        return await _show(request, address, question)

    @routes.post("/chat")
    async def answer(
        request: Request,
        key: Annotated[str, Form(max_length=64)],
        data: Annotated[str, Form(max_length=64)] = "",
        text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
        start: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        address = _address(request)
        said = _inbound(address, key, pages.language(request), (start, data, text))
        answers = await parts.conversation.handle(said)
        if not answers:
            answers = await parts.conversation.ask_again(CHANNEL, address, pages.language(request))
        return await _show(request, address, answers)

    async def _show(request: Request, address: str, answers: tuple[Message, ...]) -> Response:
        values = {"answers": answers, "posts": await parts.inbox(address), "key": new_key()}
        response = pages.write(request, "chat.html", values)
        if request.cookies.get(COOKIE) != address:
            secure = request.url.scheme == "https"
            response.set_cookie(COOKIE, address, httponly=True, samesite="lax", secure=secure)
        return response

    return routes


def new_key() -> str:
    """Names one form, so that sending it twice has no effect the second time."""
    return secrets.token_urlsafe(16)


def new_address() -> str:
    """A page address that cannot be guessed; it lives in a cookie that ends with the browser's session."""
    return secrets.token_urlsafe(24)


def _address(request: Request) -> str:
    return request.cookies.get(COOKIE) or new_address()


def _inbound(address: str, key: str, language: str, said: tuple[str, str, str]) -> Inbound:
    start, data, text = said
    opened = Inbound(CHANNEL, address, InboundKind.OTHER, key, language_hint=language)
    if start:
        return replace(opened, kind=InboundKind.START, data="" if start == "-" else start)
    if data:
        return replace(opened, kind=InboundKind.CHOICE, data=data)
    if text.startswith("/"):
        return replace(opened, kind=InboundKind.COMMAND, command=text[1:].split(" ")[0].lower())
    return replace(opened, kind=InboundKind.TEXT, text=text) if text else opened
