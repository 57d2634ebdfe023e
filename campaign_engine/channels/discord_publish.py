"""Posts in announcement channels go on to the servers that follow them, as fast as Discord lets each channel."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

import discord

from campaign_engine.channels.discord_wire import WIRE_ERRORS, send_error

log = logging.getLogger(__name__)

MOST = 10
WINDOW = 3600.0
"""Posts that one channel may publish in so many seconds."""

TRIES = 3


class Publisher:
    """In the background: the post stands in its own channel already, whatever comes of this."""

    def __init__(
        self,
        client: discord.Client,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._now = now
        self._sleep = sleep
        self._published: dict[int, deque[float]] = {}
        self._one_by_one: dict[int, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def publish(self, channel_id: int, message_id: int) -> None:
        """Nothing in any other kind of channel."""
        channel = self._client.get_channel(channel_id)
        if not isinstance(channel, discord.TextChannel) or not channel.is_news():
            return
        task = asyncio.create_task(self._in_time(channel.get_partial_message(message_id)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait for all that was begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _in_time(self, message: discord.PartialMessage) -> None:
        async with self._one_by_one.setdefault(message.channel.id, asyncio.Lock()):
            await self._publish(message)

    async def _publish(self, message: discord.PartialMessage) -> None:
        for _ in range(TRIES):
            await self._turn(message.channel.id)
            try:
                await message.publish()
            except WIRE_ERRORS as error:
                problem = send_error(error)
                if not problem.retry_after:
                    log.warning("a post was not published to other servers (%s)", problem.code)
                    return
                await self._sleep(problem.retry_after)
            else:
                return

    async def _turn(self, channel_id: int) -> None:
        """Waits where ten of this channel were published in the last hour."""
        times = self._published.setdefault(channel_id, deque(maxlen=MOST))
        while len(times) == MOST and (wait := times[0] + WINDOW - self._now()) > 0:
            await self._sleep(wait)
        times.append(self._now())
