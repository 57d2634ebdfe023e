"""A chat whose tab was closed gets no posts that nobody can read, and is in no audience (ADR 20)."""

from datetime import datetime, timedelta

import pytest

from campaign_engine.domain.audience import TAB_OVER
from campaign_engine.domain.message import Destination, InboundKind
from campaign_engine.domain.schedule import to_utc
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables as t
from tests.integration.test_web import Pages, pages
from tests.support.bots import running_post
from tests.support.engine import House, Phone
from tests.support.page import Page

__all__ = ["pages"]

TAPS = ("a:16-17", "pl:A", "if:walk", "t:yes")


async def in_a_tab(house: House, name: str) -> Phone:
    """Signed up at a site's page."""
    page, site = house.person(name), await house.site()
    for number, tap in enumerate(TAPS):
        came_by = "" if number else f"s_{site.code}"
        await page.send(InboundKind.CHOICE, data=tap, came_by=came_by, in_tab=True, origin=name)
    return page


async def status_of(house: House, page: Phone) -> str:
    mine = await page.contact_id()
    return next(str(row.status) for row in await house.rows(t.addresses) if row.contact_id == mine)


@pytest.mark.parametrize("later", [TAB_OVER - timedelta(minutes=1), TAB_OVER + timedelta(minutes=1)])
async def test_F18_a_closed_tab_is_in_no_audience_and_one_that_acts_again_is(house: House, later: timedelta) -> None:
    await running_post(house)
    due = to_utc(datetime.fromisoformat("2026-12-01T16:00"))
    house.clock.advance(due - later - house.clock())
    closed, own, chat = [await in_a_tab(house, name) for name in ("closed", "own", "chat")]
    house.accounts.telegram = "groundswell_bot"
    async with house.store.write() as work:
        await work.contacts.stay(Destination("web", "own"))
    await chat.press("mv:telegram")
    moved = house.person("tel", "telegram")
    await moved.start(chat.text.partition("start=")[2].split()[0])
    house.clock.advance(later)
    await Posting(house.store, house.clock, 0).tick()
    reached = {row.contact_id for row in await house.rows(t.deliveries)}
    is_over = later > TAB_OVER
    assert {await own.contact_id(), await moved.contact_id()} <= reached
    assert (await closed.contact_id() in reached) == (not is_over)
    assert await status_of(house, closed) == ("unreachable" if is_over else "active")
    await closed.send(InboundKind.CHOICE, data="m", in_tab=True)
    assert await status_of(house, closed) == "active"
    async with house.store.write() as work:
        assert await work.contacts.end_tabs(house.clock() - TAB_OVER) == 0
    assert "This chat is over when its page is closed" in await closed.command("export")
    assert "This chat is over" not in await own.command("export")


async def test_F18_a_device_that_was_forgotten_is_a_tab_that_was_closed(house: House) -> None:
    page = await house.person("own").join()
    async with house.store.write() as work:
        await work.moves.lock(Destination("web", "own"), "nobody's")
        assert await work.contacts.end_tabs(house.clock() + timedelta(minutes=1)) == 1
    assert await page.contact_id() is None


async def test_F18_a_page_says_that_its_chat_ends_with_it_until_its_person_calls_the_device_their_own(
    pages: Pages,
) -> None:
    site = await pages.house.site()

    async def kept() -> list[bool]:
        return [bool(row.in_tab) for row in await pages.house.rows(t.addresses)]

    async with Page(pages.root) as page:
        await page.open(f"/s/{site.code}")
        for label in ("13 to 15", "Look out", "I feel unsafe", "Yes"):
            await page.press(label)
        assert await kept() == [True]
        await page.open(page.path.replace(f"/s/{site.code}", "/chat"))
        await page.press("This is my own device")
        assert await kept() == [False]
