"""A real Chromium that notes what pages ask for and complain about."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, async_playwright

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
_ITS_OWN = "Protocol error|Target (page|crashed)|Page crashed|has been closed|Timeout [0-9]+ms exceeded"
once_more = pytest.mark.flaky(reruns=1, only_rerun=[_ITS_OWN])
"""Where the browser itself fails, not what a test says of the page: a busy machine makes one in thousands stumble."""

in_chromium = [pytest.mark.browser, needs_chromium, once_more, pytest.mark.asyncio(loop_scope="session")]
"""Marks of a file whose tests share one browser, whose event loop is theirs too."""

PHONE = (390, 844)
DESKTOP = (1280, 800)
NARROW = (320, 640)
"""A desk at 400 % zoom (safety P1)."""

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_SMALL = """[...document.querySelectorAll("button, a.button, header a")].filter(one => {
  const box = one.getBoundingClientRect(); return box.width && (box.height < 43.5 || box.width < 43.5)
}).map(one => one.textContent)"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visit:
    """One person at one browser window; `root` is the site that they look at."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    weights: dict[str, int] = field(default_factory=dict)

    async def open(self, path: str) -> None:
        await self.page.goto(self.root + path)

    async def stop_time(self, now: datetime) -> None:
        """A minute after `now`: then it passes by `page.clock.run_for` alone, however slow the machine is."""
        await self.page.clock.pause_at(now + timedelta(minutes=1))

    async def press(self, words: str) -> None:
        """The first button or link whose words begin so, and what it leads to."""
        found = self.page.locator("button, a.button, header a", has_text=words).first
        async with self.page.expect_navigation():
            await found.click()

    async def press_first(self, selector: str) -> None:
        """Whatever it says, and what it leads to."""
        async with self.page.expect_navigation():
            await self.page.locator(selector).first.click()

    async def type(self, text: str) -> None:
        """Into the chat, then send."""
        await self.page.fill("#text", text)
        async with self.page.expect_navigation():
            await self.page.press("#text", "Enter")

    async def text(self) -> str:
        return await self.page.inner_text("body")

    async def small_targets(self) -> list[str]:
        """What is smaller than a finger: buttons, boxed links and the header's links under 44 pixels."""
        found: list[str] = await self.page.evaluate(_SMALL)
        return found

    async def sideways(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def assert_quiet(self) -> None:
        """Nothing was complained about, nothing was asked of anybody else."""
        assert not self.complaints, self.complaints
        assert self.hosts <= {urlsplit(self.root).netloc}
        heavy = {address: size for address, size in self.weights.items() if size > 100_000}
        assert not heavy


@asynccontextmanager
async def visit(
    browser: Browser,
    root: str,
    size: tuple[int, int] = PHONE,
    *,
    scripts: bool = False,
    dark: bool = False,
    dots: float = 1,
) -> AsyncIterator[Visit]:
    """A window of its own, without JavaScript unless told otherwise; `dots` to a pixel, for pictures."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        device_scale_factor=dots,
        color_scheme="dark" if dark else "light",
    )
    page = await context.new_page()
    page.set_default_timeout(30_000)
    seen = Visit(page, root)

    def complained(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            seen.complaints.append(message.text)

    def asked(request: Request) -> None:
        if request.url.startswith("http"):
            seen.hosts.add(urlsplit(request.url).netloc)

    def answered(response: Response) -> None:
        seen.weights[response.url] = int(response.headers.get("content-length", 0))

    page.on("console", complained)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", asked)
    page.on("response", answered)
    try:
        yield seen
    finally:
        await context.close()
