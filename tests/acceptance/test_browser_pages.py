"""The pages in a real Chromium, without JavaScript, on a phone and on a desk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from campaign_engine.domain.languages import direction
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.browser import CHROMIUM, DESKTOP, MISSING, PHONE, chromium, visit
from tests.support.engine import House
from tests.support.site import Health, parts_of, served

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason=MISSING)]

NARROW = (320, 640)
"""A desk at 400 % zoom (safety P1)."""


@dataclass
class Stand:
    """A browser before the pages of one house."""

    browser: Browser
    house: House
    root: str


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough to look at pages."""
    return sqlite_url


@pytest.fixture
async def stand(store: SqlStore, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Stand]:
    house = House(store, clock)
    await house.furnish()
    parts = parts_of(house, tmp_path, Health())
    async with served(parts) as root, chromium() as browser:
        yield Stand(browser, house, root)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_student_joins_without_javascript(stand: Stand, size: tuple[int, int]) -> None:
    site = await stand.house.site(75, "Maple High")
    async with visit(stand.browser, stand.root, size) as seen:
        await seen.open(f"/s/{site.code}")
        assert "Maple High" in await seen.text()
        for label in ("13 to 15", "Look out", "I feel unsafe", "Yes"):
            await seen.press(label)
        assert "You're in" in await seen.text()
        cookies = await seen.page.context.cookies()
        seen.assert_quiet()
    assert len(cookies) == 3
    assert all(cookie["expires"] == -1 and cookie["httpOnly"] for cookie in cookies)


async def test_going_back_and_reloading_are_safe(stand: Stand) -> None:
    site = await stand.house.site()
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/s/{site.code}")
        await seen.press("13 to 15")
        await seen.press("Look out")
        await seen.page.reload()
        assert "Now one plan" in await seen.text()
        await seen.press("Get help")
        await seen.page.go_back()
        assert "Now one plan" in await seen.text()
        await seen.press("I feel unsafe")
        assert "at most 2 a week" in await seen.text()
        await seen.page.go_back()
        assert "at most 2 a week" in await seen.text(), "an old page shows the open question"
        await seen.press("No thanks")
        assert "You're in" in await seen.text()
        seen.assert_quiet()


@pytest.mark.parametrize("size", [NARROW, PHONE, DESKTOP], ids=["zoomed", "phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "es", "ar"])
async def test_P1_pages_fit_and_can_be_touched(stand: Stand, size: tuple[int, int], language: str) -> None:
    site = await stand.house.site(75, "Simulated community center of the long name, East New York")
    async with visit(stand.browser, stand.root, size) as seen:
        for path in ("/", f"/s/{site.code}", "/chat", "/help", "/privacy", "/reports", "/nowhere"):
            await seen.open(f"{path}?lang={language}")
            assert await seen.sideways() <= 0, path
            assert await seen.small_targets() == [], path
            helping = seen.page.locator("a.help")
            assert await helping.is_visible(), path
            assert await seen.page.locator("html").get_attribute("lang") == language
            assert await seen.page.evaluate("getComputedStyle(document.body).direction") == direction(language)
        seen.complaints = [one for one in seen.complaints if "404" not in one]
        seen.assert_quiet()


async def test_keyboard_alone_is_enough(stand: Stand) -> None:
    site = await stand.house.site()
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/s/{site.code}")
        await seen.page.keyboard.press("Tab")
        assert await seen.page.locator("a.skip:focus").count() == 1
        await seen.page.locator("main button[name=data]").nth(1).focus()
        async with seen.page.expect_navigation():
            await seen.page.keyboard.press("Enter")
        assert "Pick one pledge" in await seen.text()
        await seen.open("/chat")
        await seen.page.locator("#text").focus()
        await seen.page.keyboard.type("help")
        async with seen.page.expect_navigation():
            await seen.page.keyboard.press("Enter")
        assert "call or text 988" in await seen.text()
