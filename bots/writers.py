"""Accounts that are only written from: other processes hear what people say to them."""

import asyncio

import discord
from telegram import Bot
from telegram.error import InvalidToken

from bots.discord_bot import reopen
from bots.guard import Health, HealthBoard, unknown_token, unless_stopped
from campaign_engine.channels.discord_wire import WIRE_ERRORS
from campaign_engine.channels.telegram import close_bot


class TelegramWriter:
    """Knows its token and asks for no updates."""

    def __init__(self, bot: Bot, board: HealthBoard) -> None:
        self._bot = bot
        self._board = board

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises ConfigurationError for a wrong token, TelegramError while the platform is away."""
        try:
            await unless_stopped(stop, self._bot.initialize())
        except InvalidToken:
            raise unknown_token("Telegram") from None
        self._board.set("telegram", Health.RUNNING)
        await stop.wait()

    async def close(self) -> None:
        """Once nothing is sent through this account any more."""
        await close_bot(self._bot)


class DiscordWriter:
    """Logs in without the gateway, over which Discord tells every session everything that happens."""

    def __init__(self, client: discord.Client, token: str, board: HealthBoard) -> None:
        self._client = client
        self._token = token
        self._board = board

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises ConfigurationError for a wrong token, another error while the platform is away."""
        reopen(self._client)
        try:
            await unless_stopped(stop, self._client.login(self._token))
        except discord.LoginFailure:
            raise unknown_token("Discord") from None
        except WIRE_ERRORS:
            await self._client.close()
            raise
        self._board.set("discord", Health.RUNNING)
        await stop.wait()

    async def close(self) -> None:
        """Once nothing is sent through this account any more."""
        await self._client.close()
