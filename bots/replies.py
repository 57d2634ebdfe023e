"""Answers to people go through the same pacing as broadcasts, with priority."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from campaign_engine.domain.delivery import SendError

log = logging.getLogger("groundswell.bots")

TRIES = 3


class Pace(Protocol):
    """The sending account's pacing, shared with its lane."""

    async def slot(self, chat: str, *, priority: bool = False) -> None:
        """Wait until one message may go to this chat."""

    def answered(self, chat: str) -> None:
        """The platform answered the last message to this chat, whatever it said."""

    def hold(self, seconds: float) -> None:
        """The platform asked the whole account to wait."""

    @property
    def held_for(self) -> float:
        """Seconds until the account may send again."""


async def deliver(pace: Pace, chat: str, send: Callable[[], Awaitable[object]]) -> SendError | None:
    """Send one answer; waits and tries again where the platform asks for it. The error it was given up with.

    An answer that was refused is given up: the person can ask again, and a doubled one would be worse.
    """
    for attempt in range(1, TRIES + 1):
        await pace.slot(chat, priority=True)
        try:
            await _answered(pace, chat, send)
        except SendError as error:
            if not error.retryable or error.alert or attempt == TRIES:
                log.info("an answer was not delivered (%s)", error.code)
                return error
            if error.holds_lane:
                pace.hold(error.retry_after or 1.0)
            else:
                await asyncio.sleep(error.retry_after or 1.0)
        else:
            return None
    return None


async def _answered(pace: Pace, chat: str, send: Callable[[], Awaitable[object]]) -> None:
    try:
        await send()
    finally:
        pace.answered(chat)


class InOrder:
    """Runs work of one key in the order it came and different keys at once, at most `width` of them."""

    def __init__(self, width: int = 32) -> None:
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(width)
        self._open = 0

    def add(self, key: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Start it, or put it behind what this key is doing."""
        task = asyncio.create_task(self._after(self._tails.get(key), work))
        self._tails[key] = task
        self._open += 1
        task.add_done_callback(lambda done: self._forget(key, done))
        return task

    async def _after(self, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._room:
            await work()

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        self._open -= 1
        if self._tails.get(key) is done:
            del self._tails[key]

    async def finish(self) -> None:
        """Wait for all that was added."""
        while self._tails:
            await asyncio.wait(list(self._tails.values()))

    async def below(self, most: int) -> None:
        """Wait until fewer than `most` wait or run."""
        while self._open >= most:
            await asyncio.wait(list(self._tails.values()), return_when=asyncio.FIRST_COMPLETED)
