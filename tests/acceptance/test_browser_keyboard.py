"""Whole journeys by keyboard alone: every stop on the way shows where one is (safety P1)."""

import re

from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.store import tables
from tests.acceptance.stand import Stand
from tests.support.browser import DESKTOP, Visit, in_chromium, visit
from tests.support.walk import Walker

pytestmark = in_chromium

MOST_STOPS = 60
_HERE = """(() => { const one = document.activeElement, style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return { words: one.innerText || one.id || one.value || "", tag: one.tagName,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.bottom > 0 && box.top < innerHeight && box.width > 0 } })()"""


async def go_to(seen: Visit, words: str) -> None:
    """By the tab key, to what has these words or this id; each stop has a ring and is in the window."""
    for _ in range(MOST_STOPS):
        await seen.page.keyboard.press("Tab")
        here = await seen.page.evaluate(_HERE)
        if here["tag"] != "BODY":
            assert here["ring"], here
            assert here["seen"], here
        if here["words"].strip().startswith(words):
            return
    raise AssertionError(f"the tab key does not lead to {words!r}")


async def enter(seen: Visit, words: str) -> None:
    await go_to(seen, words)
    async with seen.page.expect_navigation():
        await seen.page.keyboard.press("Enter")


async def test_P1_somebody_signs_up_and_chats_by_keyboard(stand: Stand) -> None:
    site = await stand.house.site(75, "Maple High")
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/s/{site.code}")
        await go_to(seen, "Skip to the page")
        await seen.page.keyboard.press("Enter")
        for words in ("13 to 15", "Look out", "I feel unsafe", "No thanks", "Go on here"):
            await enter(seen, words)
        await go_to(seen, "text")
        await seen.page.keyboard.type("help")
        async with seen.page.expect_navigation():
            await seen.page.keyboard.press("Enter")
        assert "call or text 988" in await seen.text()
        await enter(seen, "Get help")
        assert seen.page.url.endswith("/help")
    assert len(await stand.house.rows(tables.pledges)) == 1


async def test_P1_a_host_counts_paper_pledges_by_keyboard(stand: Stand) -> None:
    async with visit(stand.browser, stand.root) as seen:
        walker = await Walker.at(stand.house, seen)
        await seen.open(await walker.link())
        await enter(seen, "Sign in")
        await seen.open(f"/host/{walker.site.id}")
        await enter(seen, "Add a paper tally")
        await go_to(seen, "date")
        await seen.page.keyboard.type(f"{stand.house.clock():%m%d%Y}")
        await go_to(seen, "count-A")
        await seen.page.keyboard.type("17")
        await enter(seen, "Check")
        assert "17" in await seen.text()
        await enter(seen, "Add ")
        assert "17" in await seen.text()
    assert await stand.house.rows(tables.tallies)


async def test_P1_a_host_signs_in_and_runs_an_assembly_by_keyboard(stand: Stand) -> None:
    """Window, poster, kiosk's link, new code and back, the piece for a web site, and out."""
    async with visit(stand.browser, stand.root, DESKTOP) as seen:
        walker = await Walker.at(stand.house, seen, "Maple High")
        await seen.open(await walker.link())
        await enter(seen, "Sign in")
        await enter(seen, "Open the window")
        await go_to(seen, "60")
        await seen.page.keyboard.press("ArrowUp")
        await go_to(seen, "headcount")
        await seen.page.keyboard.type("300")
        await enter(seen, "Open the window")
        assert "for 300 people" in await seen.text()
        await seen.open(f"/host/{walker.site.id}/window")
        await enter(seen, "Close it now")
        [window] = await stand.house.rows(tables.site_windows)
        assert window.closes_at == stand.house.clock()
        await seen.open(f"/host/{walker.site.id}")
        await enter(seen, "Open the poster")
        await go_to(seen, "English")
        await seen.page.keyboard.press("ArrowDown")
        await enter(seen, "Show")
        assert "for=es" in seen.page.url
        await seen.page.go_back()
        await seen.open(f"/host/{walker.site.id}")
        await enter(seen, "Open the kiosk page")
        await enter(seen, "Make a link for a tablet")
        assert "/kiosk/open/" in await seen.text()
        await seen.open(f"/host/{walker.site.id}")
        await enter(seen, "Change the code")
        await enter(seen, "Make a new code")
        assert "The new code works now" in await seen.text()
        await enter(seen, "Change the code")
        await enter(seen, "Bring the old code back")
        await enter(seen, "Sign out")


async def test_P1_two_people_at_a_kiosk_by_keyboard(stand: Stand) -> None:
    site = await stand.house.site(75, "Maple High")
    await stand.house.staff("oak3", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
    link = (await stand.house.kiosks.link_for("oak3", site.id)).rpartition("/")[2]
    async with visit(stand.browser, stand.root, DESKTOP, scripts=True) as seen:
        await seen.page.clock.install(time=stand.house.clock())
        await seen.open(f"/kiosk/open/{link}")
        await enter(seen, "Open the kiosk here")
        await seen.stop_time(stand.house.clock())
        for words, step in (("16 or 17", "pledge"), ("Look out", "thanks"), ("Done", "age"), ("13 to 15", "pledge")):
            await go_to(seen, words)
            await seen.page.keyboard.press("Enter")
            await seen.page.locator(f'[data-step="{step}"]:not([hidden])').wait_for()
        await seen.page.clock.run_for(20_000)
        await go_to(seen, "I'm still here")
        await seen.page.keyboard.press("Space")
        await seen.page.clock.run_for(29_000)
        assert await seen.page.locator('[data-step="pledge"]:not([hidden])').count() == 1
        await go_to(seen, "Get help")
        await seen.page.keyboard.press("Enter")
        await seen.page.locator('[data-step="help"]:not([hidden])').wait_for()


async def test_P1_from_a_framed_page_to_a_chat_of_ones_own_by_keyboard(stand: Stand) -> None:
    """The frame, the sign-up that it opens, this device, its signs, and on to Telegram."""
    site = await stand.house.site(75, "Maple High")
    stand.house.accounts.telegram = "groundswell_bot"
    async with visit(stand.browser, stand.root, scripts=True) as seen:
        await seen.open(f"/embed/{site.code}")
        await go_to(seen, "Be an ally")
        assert (await seen.page.locator("a.primary").get_attribute("href") or "").endswith(f"/s/{site.code}")
        await seen.open(f"/s/{site.code}")
        for words in ("16 or 17", "Look out", "I feel unsafe", "No thanks", "Go on here", "This is my own device"):
            await enter(seen, words)
        await go_to(seen, "Turn it on")
        await seen.page.keyboard.press("Enter")
        await seen.page.locator("#push-failed").wait_for()
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/s/{site.code}")
        for words in ("16 or 17", "Look out", "I feel unsafe", "No thanks", "Go on in Telegram"):
            await enter(seen, words)
        await go_to(seen, "Open Telegram")
        code = re.search(r"start=m_([0-9A-Z]{10})", await seen.page.evaluate("document.activeElement.href"))
        assert code
        assert "came along" in await stand.house.person("tel", "telegram").start(f"m_{code[1]}")
