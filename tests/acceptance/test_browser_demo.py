"""The demo in a real Chromium: an organizer drafts, a simulated approver answers, a student pledges from the post."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from campaign_engine.demo import server
from tests.support.browser import DESKTOP, PHONE, Visit, in_chromium, visit

pytestmark = in_chromium


@pytest_asyncio.fixture(loop_scope="session")
async def demo() -> AsyncIterator[str]:
    stop: asyncio.Event = asyncio.Event()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(server.run(0, stop, ready.set_result))
    await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    yield await ready
    stop.set()
    await running


async def join_as_student(seen: Visit) -> None:
    await seen.open("/")
    await seen.press("Join as a student")
    assert "Simulated" in await seen.text()
    for label in ("16 or 17", "Look out", "I feel unsafe", "Yes"):
        await seen.press(label)


async def plan_a_drive(seen: Visit) -> None:
    await seen.open("/")
    await seen.press("Be the organizer")
    await seen.press("New campaign")
    await seen.press("Pledge drive")
    await seen.type("Look out for each other")
    for label in ("precincts with the most", "300", "Use the starter text", "Use the starter text", "No picture"):
        await seen.press(label)
    await seen.type("December 1 at 4 pm")
    for label in ("Everywhere", "Look out", "Send for approval", "Hand it in as it is"):
        await seen.press(label)
    assert "is handed in" in await seen.text()


async def until_told(seen: Visit, words: str) -> None:
    """The simulated approver reads for a few seconds."""
    async with asyncio.timeout(30):
        while words not in await seen.page.inner_text(".bar"):
            await seen.open("/chat")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_whole_job_by_clicking(one_browser: Browser, demo: str, size: tuple[int, int]) -> None:
    async with visit(one_browser, demo, size) as seen:
        await join_as_student(seen)
        await plan_a_drive(seen)
        await until_told(seen, "approved it")
        await seen.press("Skip to the next event")
        assert await seen.sideways() <= 0
        bar = await seen.page.inner_text(".bar")
        assert "Tuesday, December 1" in bar
        assert re.search(r"A post went out: [1-9]\d* messages arrived", bar)
        assert re.search(r"[1-9]\d* pledges were given", bar)
        await seen.page.select_option("#person", label="Student 1")
        await seen.press("Switch")
        assert "For you" in await seen.text()
        await seen.press("I pledge")
        assert "Your pledge counts" in await seen.text()
        await seen.press("Too much")
        await seen.open("/reports")
        await seen.press("Open the report")
        assert "Look out for each other" in await seen.text()
        assert "imulated" in await seen.text(), "a report about simulated people says so"
        seen.assert_quiet()


async def test_nothing_planned_lets_a_day_go_by(one_browser: Browser, demo: str) -> None:
    async with visit(one_browser, demo) as seen:
        await seen.open("/?lang=es")
        assert "Lunes 30 de noviembre" in await seen.text()
        await seen.press("Saltar al próximo evento")
        assert "No hay nada planeado, así que pasó un día." in await seen.text()
        assert "Martes 1 de diciembre" in await seen.text()
        seen.assert_quiet()
