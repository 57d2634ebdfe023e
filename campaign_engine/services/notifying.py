"""Tells staff that something waits, through the channels they write on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

from campaign_engine.domain.audience import OPENED_FIRST
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination, Message
from campaign_engine.ports.channel import Channel

log = logging.getLogger(__name__)


class Pace(Protocol):
    """services.lane_pace.LanePace, as far as a notice needs it."""

    async def slot(self, chat: str, *, priority: bool = False) -> None:
        """Wait until one message may go to this chat."""

    def answered(self, chat: str) -> None:
        """The platform answered the last message to this chat, whatever it said."""

    def hold(self, seconds: float) -> None:
        """The platform asked the whole account to wait."""


class ChannelNotifier:
    """Implements ports.notifier.Notifier: one try in the background, because the menu shows it anyway.

    `stopped` tells whether the kill switch is on: then nothing is sent (safety S3).
    """

    def __init__(
        self, channels: Mapping[str, tuple[Channel, Pace]], stopped: Callable[[], Awaitable[bool]] | None = None
    ) -> None:
        self._channels = channels
        self._stopped = stopped
        self._tasks: set[asyncio.Task[None]] = set()

    async def notify(self, destination: Destination, message: Message) -> None:
        """Returns at once; nothing where the channel is not open, or their direct chat on it (safety S7)."""
        found = self._channels.get(destination.channel)
        if found is None or (destination.channel in OPENED_FIRST and not destination.thread):
            return
        task = asyncio.create_task(self._unless_stopped(_send(*found, destination, message)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _unless_stopped(self, sending: Coroutine[Any, Any, None]) -> None:
        try:
            stopped = self._stopped is not None and await self._stopped()
        except StoreUnavailable:
            stopped = True
        if stopped:
            sending.close()
        else:
            await sending

    async def close(self) -> None:
        """Wait for what was handed over."""
        while self._tasks:
            await asyncio.wait(self._tasks)


async def _send(channel: Channel, pace: Pace, destination: Destination, message: Message) -> None:
    await pace.slot(destination.address, priority=True)
    try:
        await channel.send(message, destination)
    except SendError as error:
        log.info("a notice was not delivered on %s (%s)", channel.name, error.code)
        if error.holds_lane:
            pace.hold(error.retry_after or 1.0)
    finally:
        pace.answered(destination.address)
