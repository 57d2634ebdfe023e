"""A guild with a channel, a person and a logged-in client, for tests of the local Discord and of what uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord

from tests.platforms.discord_client import Bot, running
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import ALL, Limits, Permission


@dataclass(frozen=True, slots=True)
class Place:
    """`channel` is the client's own object of the channel with the id `channel_id`."""

    server: DiscordServer
    bot: Bot
    person: Person
    guild_id: str
    channel_id: str

    @property
    def channel(self) -> discord.TextChannel:
        found = self.bot.get_channel(int(self.channel_id))
        assert isinstance(found, discord.TextChannel)
        return found

    async def post(self, path: str, **body: Any) -> Any:
        """A request with a body that discord.py would not write itself, sent and judged by its HTTP client."""
        return await self.bot.http.request(discord.http.Route("POST", path), json=body)


@asynccontextmanager
async def place(
    *, bot_may: Permission = ALL, limits: Limits | None = None, intents: discord.Intents | None = None, **options: Any
) -> AsyncIterator[Place]:
    """Everything up, with the bot's permissions in the guild; options go to the client."""
    async with DiscordServer(limits=limits) as server:
        guild_id = await server.driver.guild("Harlem", bot=bot_may)
        channel_id = await server.driver.channel(guild_id, "news")
        person = await server.driver.person("ana", guilds=[guild_id], locale="es-ES")
        async with running(Bot(server, intents, **options), server.token) as bot:
            await bot.until("GUILD_CREATE")
            yield Place(server, bot, person, guild_id, channel_id)
