"""The kiosk on a tablet in a real Chromium: two people in a row, nobody there, no network, and back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import Page, Route

from campaign_engine.store import tables
from tests.acceptance.stand import Stand
from tests.support.browser import DESKTOP, Visit, in_chromium, visit
from tests.support.cable import Cable, cable_to
from tests.support.engine import House

pytestmark = in_chromium

CONTROLLED = """navigator.serviceWorker.controller ? true : new Promise((done) =>
navigator.serviceWorker.addEventListener("controllerchange", () => done(true)))"""


@dataclass
class Tablet:
    seen: Visit
    page: Page
    house: House
    cable: Cable

    async def step(self) -> str:
        return str(await self.page.evaluate("document.querySelector('[data-step]:not([hidden])').dataset.step"))

    async def press(self, words: str) -> None:
        await self.page.locator("button:visible", has_text=words).first.click()

    async def until(self, step: str) -> None:
        await self.page.locator(f'[data-step="{step}"]:not([hidden])').wait_for()

    async def pledge(self, words: str = "Look out") -> None:
        await self.press("13 to 15")
        await self.press(words)
        await self.until("thanks")

    async def queued(self) -> int:
        found = await self.page.evaluate(
            """new Promise((done) => { const asked = indexedDB.open("groundswell-kiosk");
            asked.onsuccess = () => { const all = asked.result.transaction("entries").objectStore("entries").count();
            all.onsuccess = () => done(all.result); }; })"""
        )
        return int(found)

    async def pledges(self) -> int:
        return len(await self.house.rows(tables.pledges))

    async def arrive(self, pledges: int) -> None:
        """The page says thank you first and sends then."""
        while await self.pledges() < pledges:
            await self.step()  # each look is a round trip to the browser
        assert await self.pledges() == pledges

    async def wait_here(self, entries: int) -> None:
        while await self.queued() < entries:
            pass  # each look is a round trip to the browser
        assert await self.queued() == entries


@pytest_asyncio.fixture(loop_scope="session")
async def tablet(stand: Stand) -> AsyncIterator[Tablet]:
    house = stand.house
    site = await house.site(75, "Maple High")
    link = (await house.kiosks.link_for("oak3", site.id)).rpartition("/")[2]
    async with cable_to(stand.root) as cable, visit(stand.browser, cable.root, DESKTOP, scripts=True) as seen:
        await seen.page.clock.install(time=house.clock())
        await seen.open(f"/kiosk/open/{link}")
        await seen.press("Open the kiosk here")
        await seen.stop_time(house.clock())
        yield Tablet(seen, seen.page, house, cable)


async def test_two_people_in_a_row_and_nobody_there(tablet: Tablet) -> None:
    await tablet.pledge()
    await tablet.press("Done")
    assert await tablet.step() == "age"
    await tablet.press("16 or 17")
    assert await tablet.step() == "pledge", "who was before leaves nothing"
    assert await tablet.page.locator("#countdown").is_visible()
    await tablet.page.clock.run_for(20_000)
    assert await tablet.page.inner_text("#left") == "10"
    await tablet.press("I'm still here")
    await tablet.page.clock.run_for(29_000)
    assert await tablet.step() == "pledge"
    await tablet.page.clock.run_for(2_000)
    assert await tablet.step() == "age"
    await tablet.press("12 or under")
    assert await tablet.step() == "young"
    assert "988" in await tablet.page.locator('[data-step="young"]').inner_text()
    await tablet.page.clock.run_for(31_000)
    assert await tablet.step() == "age", "one child does not lock the tablet"
    await tablet.page.locator("a.help").click()
    assert await tablet.step() == "help"
    await tablet.page.locator("a.leave").click()
    assert await tablet.step() == "age"
    await tablet.page.keyboard.press("Tab")
    await tablet.page.locator("button[value='13-15']").focus()
    await tablet.page.keyboard.press("Enter")
    assert await tablet.step() == "pledge"
    await tablet.arrive(1)
    while not (counted := await tablet.house.rows(tables.counters)):
        await tablet.step()  # the child is sent after the pledge
    assert [child.count for child in counted] == [1]
    assert await tablet.house.rows(tables.age_gates) == []
    tablet.seen.assert_quiet()


async def test_the_next_person_finds_the_kiosk_in_its_own_language(tablet: Tablet) -> None:
    async with tablet.page.expect_navigation():
        await tablet.page.locator('nav.languages a[lang="ar"]').click()
    assert "lang=ar" in tablet.page.url
    assert await tablet.step() == "age"
    async with tablet.page.expect_navigation():
        await tablet.page.clock.run_for(31_000)
    assert await tablet.page.locator("html").get_attribute("lang") == "en"


async def test_F18_a_tablet_whose_clock_is_hours_ahead_stays_open_and_closes_in_time(tablet: Tablet) -> None:
    async def looks_at(url: str) -> None:
        async with tablet.page.expect_response("**/kiosk/sync"):
            await (tablet.page.reload() if url else tablet.page.clock.run_for(31_000))
        await tablet.page.clock.run_for(2_000)

    await tablet.page.clock.set_system_time(tablet.house.clock() + timedelta(hours=10))
    await looks_at("again")
    await tablet.until("age")
    await tablet.pledge()
    await tablet.press("Done")
    await tablet.arrive(1)
    tablet.house.clock.advance(timedelta(hours=9))
    await looks_at("")
    await tablet.until("closed")


async def test_without_a_network_the_queue_survives_a_reload_and_is_sent_once(tablet: Tablet) -> None:
    await tablet.page.evaluate(CONTROLLED)
    await tablet.cable.pull_out()
    await tablet.page.context.set_offline(True)
    for words in ("Look out", "Learn twelve"):
        await tablet.pledge(words)
        await tablet.press("Done")
    await tablet.page.locator("#queue:not(:empty)").wait_for()
    await tablet.page.reload()
    await tablet.until("age")
    await tablet.wait_here(2)
    assert await tablet.pledges() == 0
    await tablet.pledge("Be an ally")

    async def lost(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await tablet.page.context.route("**/kiosk/sync", lost)
    await tablet.cable.plug_in()
    await tablet.page.context.set_offline(False)
    while await tablet.pledges() < 3:
        await tablet.page.clock.run_for(1_000)
    assert await tablet.queued() == 3, "the answer was lost, so the tablet does not know"
    await tablet.page.context.unroute_all(behavior="wait")
    await tablet.page.clock.run_for(31_000)
    await tablet.page.locator("#queue:empty").wait_for(state="attached")
    while await tablet.queued():
        await tablet.page.clock.run_for(1_000)
    assert await tablet.pledges() == 3


async def test_nobody_is_thanked_for_a_pledge_that_a_tablet_without_storage_cannot_keep(tablet: Tablet) -> None:
    await tablet.page.evaluate("() => { IDBObjectStore.prototype.put = () => { throw new Error('full') } }")
    await tablet.press("13 to 15")
    await tablet.page.clock.resume()
    async with tablet.page.expect_navigation():
        await tablet.press("Look out")
    assert await tablet.step() == "thanks"
    await tablet.arrive(1)
    await tablet.page.clock.run_for(31_000)
    await tablet.until("age")
