"""A local Telegram server and the real client that talks to it over a socket."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.platforms.telegram_server import TelegramServer


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
