"""The switch for web push, on a device that its person called their own."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from campaign_engine.ports.push import Subscription
from web.cookies import known_address
from web.parts import WebParts

Part = Annotated[str, Field(min_length=1, max_length=200)]


class Keys(BaseModel):
    """Of one browser."""

    p256dh: Part
    auth: Part


class Given(BaseModel):
    """A PushSubscription as a browser writes it; whatever else is in it is not looked at."""

    endpoint: Annotated[str, Field(min_length=1, max_length=1000)]
    keys: Keys


def router(parts: WebParts) -> APIRouter:
    """Never for a tab on a device that several people use: the word would come to whoever is next."""
    routes = APIRouter()

    @routes.post("/chat/push")
    async def turn_on(request: Request, given: Given) -> Response:
        """204; 409 for a device that is nobody's own, a stranger, after STOP, or no push service of a browser."""
        address = known_address(request)
        subscription = Subscription(given.endpoint, given.keys.p256dh, given.keys.auth)
        kept = address is not None and await parts.push.turn_on(address, subscription)
        return Response(status_code=204 if kept else 409)

    @routes.post("/chat/push/off")
    async def turn_off(request: Request) -> Response:
        if address := known_address(request):
            await parts.push.turn_off(address)
        return RedirectResponse("/chat", status_code=303)

    return routes
