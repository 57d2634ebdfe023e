"""The demo to click through: the real pages over a throw-away database, a clock that skips, simulated people."""

import asyncio
import dataclasses
import socket
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from campaign_engine.bootstrap import Wiring, open_engine, prepare
from campaign_engine.demo.channel import SimulatedPlatform
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.desk import Desk
from campaign_engine.demo.headless import START
from campaign_engine.demo.stage import APPROVER, HANDLES, ORGANIZER, demo_settings
from campaign_engine.domain.message import Message, Reply
from campaign_engine.domain.schedule import to_wall
from web import cookies
from web.app import create_app
from web.parts import WebParts
from web.server import serve
from web.wiring import web_parts

HOST = "127.0.0.1"
SEED = 7
NEW = "new"
"""Stands for a student who has not been there yet."""


async def run(port: int, stop: asyncio.Event, on_ready: Callable[[str], None]) -> None:
    """Until `stop`; `on_ready` gets the address; port 0 is any free one. Raises ConfigurationError when it is taken."""
    port = port or _free_port()
    with tempfile.TemporaryDirectory(prefix="groundswell-demo-") as name:
        settings = demo_settings(Path(name), f"http://{HOST}:{port}")
        await prepare(settings)
        clock = DemoClock(START)
        wiring = Wiring(time=clock.time, around=lambda channel: SimulatedPlatform(channel, SEED))
        async with open_engine(settings, wiring) as engine:
            desk = await Desk.open(engine, clock, SEED)
            approving = asyncio.create_task(desk.approve())
            try:
                app = create_app(parts_of(desk), lambda _pages: bar(desk))
                await serve(app, HOST, port, stop, on_ready)
            finally:
                approving.cancel()
                await asyncio.gather(approving, return_exceptions=True)


def _free_port() -> int:
    """Known before anything is served, because posts carry the address of the page."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def parts_of(desk: Desk) -> WebParts:
    """What pages need, with the desk as the conversation and the bar on every page."""

    async def health() -> Mapping[str, str]:
        return {"web": "running"}

    parts = web_parts(desk.engine, desk.engine.reports, health)
    say = desk.engine.renderer.reply
    return dataclasses.replace(
        parts, conversation=desk, simulated=True, added=lambda request: {"demo": _shown(desk, request, say)}
    )


def bar(desk: Desk) -> APIRouter:
    """What the bar's buttons do."""
    router = APIRouter(prefix="/demo")

    @router.post("/skip")
    async def skip(request: Request) -> Response:
        await desk.skip()
        return _back(request)

    @router.post("/person")
    async def person(request: Request, person: Annotated[str, Form(max_length=64)] = "") -> Response:
        """Hand the keyboard to somebody else: from here on the browser is theirs."""
        if not person:
            return _back(request)
        address = cookies.new_address() if person == NEW else person
        site = desk.stage.sites[len(desk.visitors) % len(desk.stage.sites)]
        desk.seat(address)
        response = RedirectResponse(f"/s/{site.code}" if person == NEW else "/chat", status_code=303)
        cookies.keep(request, response, cookies.CHAT, address, secure=False)
        return response

    return router


def _back(request: Request) -> Response:
    """The chat for whoever has one; the start page else."""
    return RedirectResponse("/chat" if cookies.known_address(request) else "/", status_code=303)


def _shown(desk: Desk, request: Request, say: Callable[[Reply, str], Message]) -> Mapping[str, object]:
    """What the bar and the start page of the demo say, in the reader's language."""
    language, address = cookies.reader_language(request), cookies.known_address(request)

    def word(name: str, **values: object) -> str:
        return say(Reply(f"demo.{name}", values), language).text

    return {
        "wall": to_wall(desk.clock()),
        "people": _people(desk, word),
        "current": address if address in (ORGANIZER, APPROVER, *desk.visitors) else "",
        "told": " ".join(say(reply, language).text for reply in desk.told),
        "doors": tuple(_door(word, *door) for door in _DOORS),
    }


def _people(desk: Desk, word: Callable[..., str]) -> list[dict[str, str]]:
    staff = [
        {"key": address, "name": word(role, handle=HANDLES[address])}
        for address, role in ((ORGANIZER, "organizer"), (APPROVER, "approver"))
    ]
    visitors = [
        {"key": address, "name": word("student", number=number)} for number, address in enumerate(desk.visitors, 1)
    ]
    return [*visitors, {"key": NEW, "name": word("new_student")}, *staff]


_DOORS = (("join", NEW, ""), ("organize", ORGANIZER, ""), ("report", "", "/reports"))
"""Ways in: words, who one becomes, or where it leads."""


def _door(word: Callable[..., str], name: str, person: str, href: str) -> dict[str, str]:
    words = {part: word(f"{name}_{part}") for part in ("title", "line", "label")}
    return {**words, "person": person, "href": href}
