"""How many reactions our own posts have; the events say whose, and nobody looks (measures: rooms apart from people)."""

import asyncio
import time
from collections import OrderedDict
from functools import partial

import discord

from bots.guard import contained
from bots.parts import BotParts

GATHERED = 30.0
"""Seconds after the first reaction, so that a hundred of them are read at once."""

REMEMBERED = 500
"""Posts of ours whose fewer reactions are noticed too: Discord names the author only where one is added."""


class Reactions:
    """Reads a total anew where something changed."""

    def __init__(self, client: discord.Client, parts: BotParts, gathered: float = GATHERED) -> None:
        self._client = client
        self._parts = parts
        self._gathered = gathered
        self._ours: OrderedDict[int, None] = OrderedDict()
        self._waiting: dict[int, asyncio.Task[None]] = {}

    def added(self, channel_id: int, message_id: int, author_id: int | None) -> None:
        """Nothing for what others wrote."""
        own = self._client.user
        if own is None or author_id != own.id:
            return
        self._ours[message_id] = None
        while len(self._ours) > REMEMBERED:
            self._ours.popitem(last=False)
        self.changed(channel_id, message_id)

    def changed(self, channel_id: int, message_id: int) -> None:
        """Look at it soon, once."""
        if message_id in self._ours and message_id not in self._waiting:
            self._waiting[message_id] = asyncio.create_task(self._soon(channel_id, message_id))

    async def _soon(self, channel_id: int, message_id: int) -> None:
        await asyncio.sleep(self._gathered)
        del self._waiting[message_id]
        await contained("discord reactions", partial(self._count, channel_id, message_id))

    async def _count(self, channel_id: int, message_id: int) -> None:
        channel = self._client.get_partial_messageable(channel_id)
        message = await channel.fetch_message(message_id)
        total = sum(one.count for one in message.reactions)
        update = f"{message_id}:{time.time_ns()}"
        await self._parts.figures.reactions(("discord", str(channel_id)), str(message_id), update, total)

    def stop(self) -> None:
        """What was not read yet is read after the next reaction."""
        for task in self._waiting.values():
            task.cancel()
        self._waiting.clear()
