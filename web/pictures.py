"""Pictures on the page: one that an organizer sends, and those of posts."""

import hashlib
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.message import Inbound, InboundKind, SentPicture
from web.between import Between
from web.cookies import CHANNEL, language_hint
from web.pages import PageWriter
from web.parts import WebParts
from web.tabs import Tabs

FORM_BYTES = 10_000
"""What a form with one file has around it."""

MOST_PASSED_OVER = 40_000_000
"""Bytes that are read and thrown away, so that whoever sent too much is told so; beyond it the line is cut."""

KEEP = "private, max-age=86400, immutable"


def router(parts: WebParts, pages: PageWriter, between: Between) -> APIRouter:
    """`between` carries the answers to the chat."""
    routes, tabs = APIRouter(), Tabs(parts.clock, parts.secure)

    async def take(request: Request, word: str, key: str) -> Response:
        at, length = tabs.seat(request, word), request.headers.get("content-length", "")
        if at is None or not length.isdecimal():
            return pages.problem(request, "unreadable", 400)
        body = _Body(request, int(length))
        update_id = hashlib.sha256(f"{key}\0picture\0{length}".encode()).hexdigest()
        opened = Inbound(CHANNEL, at.address, InboundKind.PICTURE, update_id, language_hint=language_hint(request))
        sent = SentPicture(max(0, int(length) - FORM_BYTES), body.load)
        answers = await parts.conversation.handle(replace(opened, simulated=parts.simulated, sent=sent))
        await body.pass_over()
        if answers:
            between.put(at.address, answers)
        return RedirectResponse(at.path, status_code=303)

    @routes.post("/chat/picture")
    async def send(request: Request, key: Annotated[str, Query(max_length=64)] = "") -> Response:
        """For whoever has a chat; the body is read only when a draft asks for it (safety N1)."""
        return await take(request, "", key)

    @routes.post("/chat/{word}/picture")
    async def send_in_tab(request: Request, word: str, key: Annotated[str, Query(max_length=64)] = "") -> Response:
        return await take(request, word, key)

    @routes.get("/picture/{key}")
    async def shown(key: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
        """The key cannot be guessed, and what it names never changes."""
        found = await parts.picture(key)
        if found is None:
            raise NotFound("There is no such picture.", "Go back to the page before.")
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": KEEP})

    return routes


class _Body:
    """The body of one form, read at most once."""

    def __init__(self, request: Request, length: int) -> None:
        self._request = request
        self._length = length
        self._read = False

    async def load(self) -> bytes:
        """The file that was chosen; nothing when there is none."""
        self._read = True
        async with self._request.form(max_files=1, max_fields=2) as form:
            file = form.get("picture")
            return await file.read() if isinstance(file, UploadFile) else b""

    async def pass_over(self) -> None:
        """A browser shows the answer only when it has sent everything."""
        if not self._read and self._length <= MOST_PASSED_OVER:
            async for _ in self._request.stream():
                pass
