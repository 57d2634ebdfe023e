"""A client of discord.py that is connected to the local Discord, without the bot around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord

from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_server import DiscordServer


@asynccontextmanager
async def connected(client: discord.Client, server: DiscordServer) -> AsyncIterator[None]:
    """Logged in and ready; hung up at the end."""
    with pointed_at(server):
        running = asyncio.create_task(client.start(server.token))
        try:
            await asyncio.wait_for(server.driver.wait_connected(), 60)
            yield
        finally:
            await client.close()
            await asyncio.gather(running, return_exceptions=True)
