"""Takes the pictures of README and docs from the running demo, in Chromium: `python -m scripts.screenshots`."""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, FloatRect, Page, async_playwright

from campaign_engine.demo import server
from scripts import screenshots_sites

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PHONE = (390, 844)
DESKTOP = (1280, 900)
MOST_BYTES = 150_000


async def main() -> int:
    """0 when every picture is there and small enough."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Install Chromium first, for example: apt-get install chromium")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    stop: asyncio.Event = asyncio.Event()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(server.run(0, stop, ready.set_result))
    root = await ready
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        await _phone(browser, root)
        await _area(browser, root)
        await _desktop(browser, root)
        await _drafting(browser, root)
        await screenshots_sites.take(browser, IMAGES)
        await browser.close()
    stop.set()
    await running
    heavy = [path.name for path in sorted(IMAGES.glob("*.png")) if path.stat().st_size > MOST_BYTES]
    print(f"Pictures are in {IMAGES.relative_to(Path.cwd())}." if not heavy else f"Too heavy: {', '.join(heavy)}.")
    return 1 if heavy else 0


async def _phone(browser: Browser, root: str) -> None:
    page = await _page(browser, PHONE, 1.5)
    await page.goto(root)
    await _take(page, "start-phone")
    await _press(page, "Join as a student")
    await _take(page, "signup-phone")
    await _press(page, "16 or 17")
    await _take(page, "chat-phone")
    await _press(page, "Look out", "I feel unsafe", "Yes", "Go on here")
    await _type(page, "/menu")
    await _take(page, "menu-phone")
    await _press(page, "Learn", "Read the temperature", "Next")
    await _take(page, "lesson-phone")
    await page.close()


async def _area(browser: Browser, root: str) -> None:
    """Somebody who came by no poster."""
    page = await _page(browser, PHONE, 1.5)
    await page.goto(root)
    await _press(page, "Join as a student")
    await page.goto(f"{root}/chat")
    await _type(page, "/start")
    await _press(page, "16 or 17")
    await _type(page, "11212")
    await _take(page, "area-phone")
    await page.close()


async def _drafting(browser: Browser, root: str) -> None:
    page = await _page(browser, PHONE, 1.5)
    await page.goto(root)
    await _press(page, "Be the organizer", "New campaign", "Pledge drive")
    await _type(page, "Look out for each other")
    await _press(page, "Map")
    await _take(page, "map-phone")
    await _press(page, "Brooklyn", "300", "Use the starter text", "Use the starter text", "No picture")
    await _type(page, "December 22 at 4 pm")
    await _press(page, "Everywhere", "Look out", "Rehearse")
    await _take(page, "rehearsal-phone")
    await page.close()


async def _desktop(browser: Browser, root: str) -> None:
    page = await _page(browser, DESKTOP, 1)
    await page.goto(root)
    await _take(page, "start-desktop", bar=True)
    await _press(page, "Be the organizer", "New campaign", "Pledge drive")
    await _type(page, "Look out for each other")
    await _press(page, "precincts with the most", "300", "Use the starter text", "Use the starter text", "No picture")
    await _type(page, "Tuesdays at 4 pm until December 8")
    await _press(page, "Everywhere", "Look out", "Send for approval", "Hand it in as it is")
    while "approved it" not in await page.inner_text(".bar"):
        await page.goto(f"{root}/chat")
    await _press(page, *["Skip to the next event"] * 3)
    await page.goto(f"{root}/reports/1/latest/public")
    await page.screenshot(path=IMAGES / "report-desktop.png")
    await page.close()


async def _page(browser: Browser, size: tuple[int, int], dots: float) -> Page:
    """Without scripts every answer is a new page, which can be waited for."""
    width, height = size
    return await browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=dots, java_script_enabled=False
    )


async def _press(page: Page, *words: str) -> None:
    for label in words:
        async with page.expect_navigation():
            await page.locator("button, a.button", has_text=label).first.click()


async def _type(page: Page, text: str) -> None:
    await page.fill("#text", text)
    async with page.expect_navigation():
        await page.press("#text", "Enter")


async def _take(page: Page, name: str, *, bar: bool = False) -> None:
    """One window full, from below the demo's bar unless that is to be seen."""
    size, above = page.viewport_size, await page.locator(".bar").bounding_box()
    if size is None or above is None:
        raise RuntimeError("the demo has no bar")
    clip: FloatRect = {"x": 0, "y": 0 if bar else above["height"], "width": size["width"], "height": size["height"]}
    await page.screenshot(path=IMAGES / f"{name}.png", full_page=True, clip=clip)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
