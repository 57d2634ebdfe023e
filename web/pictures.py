"""Pictures on the page: one that an organizer sends, and those of posts."""

import hashlib
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.message import Inbound, InboundKind, SentPicture
from campaign_engine.domain.picture import MOST_BYTES
from web.between import Between
from web.cookies import CHANNEL, known_address, language_hint
from web.pages import PageWriter
from web.parts import WebParts

FORM_BYTES = 10_000
"""What a form with one file has around it."""

MOST_PASSED_OVER = 40_000_000
"""Bytes that are read and thrown away, so that whoever sent too much is told so; beyond it the line is cut."""

KEEP = "private, max-age=86400, immutable"


def router(parts: WebParts, pages: PageWriter, between: Between) -> APIRouter:
    """`between` carries the answers to the chat."""
    routes = APIRouter()

    @routes.post("/chat/picture")
    async def send(request: Request) -> Response:
        """For whoever has a chat; a body that is too large is refused before it is read."""
        address, length = known_address(request), request.headers.get("content-length", "")
        if address is None or not length.isdecimal():
            return pages.problem(request, "unreadable", 400)
        key, sent = await _read(request, int(length))
        update_id = hashlib.sha256(f"{key}\0picture\0{sent.size}".encode()).hexdigest()
        opened = Inbound(CHANNEL, address, InboundKind.PICTURE, update_id, language_hint=language_hint(request))
        answers = await parts.conversation.handle(replace(opened, simulated=parts.simulated, sent=sent))
        if answers:
            between.put(address, answers)
        return RedirectResponse("/chat", status_code=303)

    @routes.get("/picture/{key}")
    async def shown(key: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
        """The key cannot be guessed, and what it names never changes."""
        found = await parts.picture(key)
        if found is None:
            raise NotFound("There is no such picture.", "Go back to the page before.")
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": KEEP})

    return routes


async def _read(request: Request, length: int) -> tuple[str, SentPicture]:
    """Key of the page and the picture; of one that is too large only that it is."""
    if length > MOST_BYTES + FORM_BYTES:
        if length <= MOST_PASSED_OVER:
            async for _ in request.stream():
                pass  # a browser shows the answer only when it has sent everything
        return str(length), SentPicture(length, partial(_loaded, b""))
    async with request.form(max_files=1, max_fields=2) as form:
        file = form.get("picture")
        raw = await file.read() if isinstance(file, UploadFile) else b""
        return str(form.get("key"))[:64], SentPicture(len(raw), partial(_loaded, raw))


async def _loaded(raw: bytes) -> bytes:
    return raw
