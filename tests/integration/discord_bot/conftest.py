"""A Discord with one server, the real bot in it, and one person."""

from collections.abc import AsyncIterator

import pytest

from bots.parts import BotParts
from tests.platforms.discord_person import Person
from tests.support.bots import DiscordGuild, bot_parts, discord_bot_running, discord_guild
from tests.support.engine import House


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: the Telegram bot holds the same conversations over both."""
    return sqlite_url


@pytest.fixture
async def quiet() -> AsyncIterator[DiscordGuild]:
    """No bot is connected."""
    async with discord_guild() as place:
        yield place


@pytest.fixture
async def parts(house: House) -> BotParts:
    return bot_parts(house)


@pytest.fixture
async def server(quiet: DiscordGuild, parts: BotParts) -> AsyncIterator[DiscordGuild]:
    """The bot is connected."""
    async with discord_bot_running(quiet.platform, parts):
        yield quiet


@pytest.fixture
async def maya(server: DiscordGuild) -> Person:
    return await server.person()
