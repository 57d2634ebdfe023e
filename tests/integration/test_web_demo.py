"""The demo's bar over the real engine: who sits down, and what a skip does when two ask for it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaign_engine.bootstrap import Engine, Wiring, open_engine, prepare
from campaign_engine.demo import server
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.desk import Desk
from campaign_engine.demo.headless import START
from campaign_engine.demo.stage import APPROVER, ORGANIZER, demo_settings
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Inbound, InboundKind
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store.tables import contacts
from tests.support.page import Page
from tests.support.site import on_socket
from web.app import create_app


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = demo_settings(tmp_path, "http://127.0.0.1:8000")
    await prepare(settings)
    clock = DemoClock(START)
    async with open_engine(settings, Wiring(time=clock.time)) as engine:
        yield await Desk.open(engine, clock, server.SEED)


async def simulated(engine: Engine) -> set[bool]:
    async with engine.database.read() as connection:
        return set((await connection.execute(contacts.select().with_only_columns(contacts.c.simulated))).scalars())


async def test_people_take_turns_at_one_browser(desk: Desk) -> None:
    app = create_app(server.parts_of(desk), lambda _pages: server.bar(desk))
    async with on_socket(app) as root, Page(root) as page:
        await page.open("/")
        await page.press("Join as a student")
        await page.press("13 to 15")
        await page.open("/")
        await page.press("Be the organizer")
        assert "New campaign" in page.text
        await page.open("/")
        await page.press("Join as a student")
        assert "Student 2" in page.text
        first = desk.visitors[0]
        page._client.cookies.set("groundswell_chat", first, domain="127.0.0.1")
        assert "Pick one pledge" in await page.open("/chat")
    assert ORGANIZER not in desk.visitors
    assert APPROVER not in desk.visitors
    assert await simulated(desk.engine) == {True}, "nobody in a demo counts as a real person"


async def test_two_skips_at_once_are_one(desk: Desk) -> None:
    await asyncio.gather(desk.skip(), desk.skip())
    assert (desk.clock() - START).days == 1


async def test_visitors_stay_few(desk: Desk) -> None:
    for number in range(20):
        await desk.handle(Inbound("web", f"visitor{number}", InboundKind.OTHER, "1", simulated=True))
    assert desk.visitors[-1] == "visitor19"
    assert len(desk.visitors) < 10


async def test_a_taken_port_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(ConfigurationError, match="is taken"):
        await server.run(other.getsockname()[1], asyncio.Event(), print)


def said(desk: Desk) -> list[str]:
    return [reply.template for reply in desk.told]


async def plan(desk: Desk, *ends: str) -> None:
    """A whole campaign for one precinct in the page chat; `ends` are pressed under its preview."""
    app = create_app(server.parts_of(desk), lambda _pages: server.bar(desk))
    async with on_socket(app) as root, Page(root) as page:
        await page.open("/")
        for label in ("Be the organizer", "New campaign", "Pledge drive"):
            await page.press(label)
        await page.type("Winter pledge")
        await page.type("75")
        for label in ("300", "Use the starter text", "Use the starter text", "No picture"):
            await page.press(label)
        await page.type("December 4 at 4 pm")
        for label in ("Everywhere", "Look out", *ends):
            await page.press(label)


async def test_nothing_is_being_read_until_it_is_handed_in(desk: Desk) -> None:
    await plan(desk, "Send for approval")
    assert said(desk) == []
    await desk.handle(Inbound("web", ORGANIZER, InboundKind.CHOICE, "again", data="sa:1", simulated=True))
    assert said(desk) == ["demo.reading"]


async def test_a_skip_right_after_handing_in_goes_to_the_post(desk: Desk) -> None:
    await plan(desk, "Send for approval", "Hand it in as it is")
    await desk.skip()
    assert said(desk) == ["demo.went_out", "demo.came"]
    assert (desk.clock() - START).days == 4
    await desk.skip()
    assert said(desk) == ["demo.new_figures", "demo.came"]
    assert to_wall(desk.clock()).strftime("%A %H:%M") == "Sunday 18:00"
    await desk.skip()
    assert said(desk) == ["demo.nothing_planned", "demo.came"]
