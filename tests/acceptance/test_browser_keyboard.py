"""Whole journeys by keyboard alone: every stop on the way shows where one is (safety P1)."""

from campaign_engine.store import tables
from tests.acceptance.stand import Stand
from tests.support.browser import Visit, in_chromium, visit
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
