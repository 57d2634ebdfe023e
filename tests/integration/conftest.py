"""A local Telegram server and the real client that talks to it over a socket; a conversation over the real store."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.telegram_server import TelegramServer
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.engine import House
from tests.support.sending import Stage


@pytest.fixture
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """Without rate limits: a test of the limits sets its own."""
    async with TelegramServer(limits=None) as server:
        yield server


@pytest.fixture
async def telegram_bot(telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # otherwise the client warns at every 429
    request = HTTPXRequest(connection_pool_size=8)
    async with Bot(telegram_server.token, base_url=f"{telegram_server.root}/bot", request=request) as bot:
        yield bot


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.furnish()
    return house


@pytest.fixture(scope="session")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was drawn for any test: the same charts are drawn once, and drawing them again proves nothing more."""
    made = tmp_path_factory.getbasetemp()
    folder = (made.parent if os.environ.get("PYTEST_XDIST_WORKER") else made) / "drawings"
    folder.mkdir(exist_ok=True)
    return folder


def keep_drawings(folder: Path, drawings: Path) -> Path:
    """A desk's folder, which shares what is drawn with other tests."""
    folder.mkdir(exist_ok=True)
    (folder / "drawn").symlink_to(drawings)
    return folder


@pytest.fixture
async def stage(store: SqlStore, clock: FakeClock) -> Stage:
    stage = Stage(store, clock)
    await stage.campaign()
    return stage


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()
