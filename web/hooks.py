"""Where platforms post what happened, instead of being asked."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from campaign_engine.domain.errors import NotFound
from campaign_engine.settings import TELEGRAM_HOOK_PATH
from web.parts import WebParts

BODY_LIMIT = 1_000_000
"""Bytes; an update of Telegram has some thousands."""

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


def router(parts: WebParts) -> APIRouter:
    """Nothing is answered but a status: whoever guesses the address learns nothing (safety A3)."""
    routes = APIRouter()

    @routes.post(TELEGRAM_HOOK_PATH)
    async def telegram(request: Request) -> Response:
        take = parts.hooks.get("telegram")
        if take is None:
            raise NotFound("There is no such page.", "Go back to the start.")
        body = await _read(request)
        if body is None:
            return Response(status_code=413)
        return Response(status_code=await take(body, request.headers.get(SECRET, "")))

    return routes


async def _read(request: Request) -> bytes | None:
    """None for more than an update can be."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            return None
        parts.append(part)
    return b"".join(parts)
