"""The same house and local Telegram as the tests of single parts; one browser for all tests of a process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.acceptance.stand import Stand
from tests.integration.conftest import house, telegram_server
from tests.support import FakeClock
from tests.support.browser import chromium
from tests.support.engine import House
from tests.support.site import Health, parts_of, served

__all__ = ["house", "telegram_server"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_browser() -> AsyncIterator[Browser]:
    """Each test opens windows of its own in it; see tests.support.browser.in_chromium."""
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def browsed_house(sqlite_url: str, cipher: AddressCipher, clock: FakeClock) -> AsyncIterator[House]:
    """In the browser's event loop; one database is enough to look at pages."""
    database = Database(sqlite_url, cipher)
    house = House(SqlStore(database), clock)
    await house.furnish()
    yield house
    await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stand(browsed_house: House, one_browser: Browser, tmp_path: Path) -> AsyncIterator[Stand]:
    async with served(parts_of(browsed_house, tmp_path, Health())) as root:
        yield Stand(one_browser, browsed_house, root)
