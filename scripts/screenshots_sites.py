"""The pictures of docs/site-hosts.md: a site's sign-up kit over a store of its own, with the people of the tests."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import metadata
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.browser import PHONE, visit
from tests.support.engine import House
from tests.support.site import Health, parts_of, served
from tests.support.walk import Walker

TABLET, DESK = (1024, 768), (1280, 800)
SITE = "Maple Community Center"
SAMPLE = b"date,pledge,count\n11/23/2026,A,42\n11/23/2026,B,17\n11/24/2026,C,9\n"


async def take(browser: Browser, images: Path) -> None:
    """Each on the device that it is used on, some of them in the dark."""
    async with _kit() as (house, root):
        async with visit(browser, root, PHONE, dots=1.5) as seen:
            walker = await Walker.at(house, seen, SITE)
            await _shot(walker, f"/s/{walker.site.code}", images / "site-signup-phone.png")
        async with visit(browser, root, PHONE, dark=True, dots=1.5) as seen:
            walker.seen = seen
            await seen.open(f"/s/{walker.site.code}")
            await seen.press("16 or 17")
            await _shot(walker, "", images / "site-signup-dark.png")
        async with visit(browser, root, DESK) as seen:
            walker.seen = seen
            await _host(walker, images)
        async with visit(browser, root, TABLET, scripts=True) as seen:
            walker.seen = seen
            link = await house.kiosks.link_for("oak3", walker.site.id)
            await seen.open(f"/kiosk/open/{link.rpartition('/')[2]}")
            await seen.press_first("main button")
            await _shot(walker, "/kiosk", images / "site-kiosk-tablet.png")


async def _host(walker: Walker, images: Path) -> None:
    await walker.sign_in()
    home = f"/host/{walker.site.id}"
    await _shot(walker, home, images / "site-host-desktop.png")
    await _shot(walker, f"/poster/{walker.site.code}?for=es", images / "site-poster-page.png")
    await _shot(walker, f"{home}/window", images / "site-window-desktop.png")
    await walker.seen.open(f"{home}/tally")
    table = {"name": "tally.csv", "mimeType": "text/csv", "buffer": SAMPLE}
    await walker.seen.page.set_input_files("#file", table)  # type: ignore[arg-type]
    await walker.seen.press_first("form[enctype] button")
    await _shot(walker, "", images / "site-tally-preview.png")
    await walker.seen.page.emulate_media(color_scheme="dark")
    await _shot(walker, home, images / "site-host-dark.png")
    await walker.seen.page.emulate_media(color_scheme="light")
    for tongue, paper in (("en", "letter"), ("ur", "letter")):
        await walker.seen.open(f"/poster/{walker.site.code}?for={tongue}&paper={paper}")
        await walker.seen.page.locator("img.sheet").screenshot(path=images / f"site-sheet-{tongue}.png")


async def _shot(walker: Walker, path: str, file: Path) -> None:
    """One window full; an empty path takes what is open."""
    if path:
        await walker.seen.open(path)
    await walker.seen.page.screenshot(path=file)


@asynccontextmanager
async def _kit() -> AsyncIterator[tuple[House, str]]:
    with tempfile.TemporaryDirectory(prefix="groundswell-pictures-") as folder:
        database = Database(f"sqlite:///{folder}/groundswell.db", AddressCipher((b"k" * 32,), b"l" * 32))
        async with database.write() as connection:
            await connection.run_sync(metadata.create_all)
        house = House(SqlStore(database), FakeClock())
        await house.furnish()
        async with served(parts_of(house, Path(folder), Health())) as root:
            yield house, root
        await database.close()
