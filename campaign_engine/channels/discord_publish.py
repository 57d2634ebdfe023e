"""Posts in announcement channels go on to the servers that follow them, as fast as Discord lets each channel."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

import discord
from discord.http import Route

from campaign_engine.channels.discord_wire import WIRE_ERRORS, send_error

log = logging.getLogger(__name__)

MOST = 10
WINDOW = 3600.0
"""Posts that one channel may publish in so many seconds."""

TRIES = 3
LAST_SECONDS = 5.0
"""For what was begun when the program stops."""

_CROSSPOST = "/channels/{channel_id}/messages/{message_id}/crosspost"


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
        task = asyncio.create_task(self._in_time(channel_id, message_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait for all that was begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, within: float = LAST_SECONDS) -> None:
        """What waits for its hour is given up: it stands in its own channel."""
        late = (await asyncio.wait(self._tasks, timeout=within))[1] if self._tasks else set()
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _in_time(self, channel_id: int, message_id: int) -> None:
        async with self._one_by_one.setdefault(channel_id, asyncio.Lock()):
            if await self._is_news(channel_id):
                await self._publish(channel_id, message_id)

    async def _is_news(self, channel_id: int) -> bool:
        """Discord is asked where a process has no gateway that would tell it of channels."""
        try:
            channel = self._client.get_channel(channel_id) or await self._client.fetch_channel(channel_id)
        except WIRE_ERRORS as error:
            log.warning("what kind of channel it is cannot be seen (%s)", send_error(error).code)
            return False
        return isinstance(channel, discord.TextChannel) and channel.is_news()

    async def _publish(self, channel_id: int, message_id: int) -> None:
        # A bucket that begins anew in more than 30 s is refused by discord.py though nine of its ten are left; under
        # a name of its own each request is asked of Discord itself.
        route = Route("POST", _CROSSPOST, channel_id=channel_id, message_id=message_id, metadata=str(message_id))
        for _ in range(TRIES):
            await self._turn(channel_id)
            try:
                await self._client.http.request(route)
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
