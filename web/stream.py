"""Server-sent events for one open chat: posts as they come, as pieces of the page."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from campaign_engine.domain.errors import StoreUnavailable
from web.pages import PageWriter
from web.parts import WebParts
from web.streams import News, Streams
from web.tabs import Seat, Tabs

HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
RETRY = "retry: 5000\nevent: hello\ndata:\n\n"


def router(parts: WebParts, pages: PageWriter, streams: Streams) -> APIRouter:
    """204 tells a browser's EventSource to stop asking; the page works without it."""
    routes, tabs = APIRouter(), Tabs(parts.clock, parts.secure)

    async def news(request: Request, at: Seat, last: str) -> AsyncIterator[str]:
        async with streams.open(await parts.inbox.mark(at.address)) as stream:
            yield RETRY
            heard = News.POST
            while heard is not News.OVER:
                if heard is News.POST:
                    try:
                        found = await parts.inbox.since(at.address, last)
                    except StoreUnavailable:
                        return  # the browser comes back in a moment, with the number of the last post that it got
                    for post in found:
                        last = post.key
                        yield event(post.key, pages.piece(request, "post_piece.html", {"post": post, "path": at.path}))
                else:
                    yield ": \n\n"
                heard = await stream.next()
            yield "event: over\ndata:\n\n"

    for path in ("/chat/events", "/chat/{word}/events"):

        @routes.get(path)
        async def events(
            request: Request,
            word: str = "",
            last: Annotated[str, Query(max_length=16)] = "",
            last_event_id: Annotated[str, Header(max_length=16)] = "",
        ) -> Response:
            at = tabs.seat(request, word)
            if at is None:
                return Response(status_code=204)
            if streams.is_full:
                return Response(status_code=503, headers={"Retry-After": "60"})
            kind = "text/event-stream"
            return StreamingResponse(news(request, at, last_event_id or last), media_type=kind, headers=HEADERS)

    return routes


def event(key: str, data: str) -> str:
    """One event; its data may have several lines."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"id: {key}\nevent: post\n{lines}\n"
