"""One process at a time hears a bot's updates: two would tear them from each other, a dead or frozen one loses them."""

import asyncio
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from bots.guard import Health, HealthBoard, unless_stopped
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store

BEATS = 5
"""Signs of life in the time after which a silent process has lost the bot."""

LOOK_SECONDS = 1.0


class Account(Protocol):
    """A bot, or what only writes through the same client."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""

    async def close(self) -> None:
        """Let go of the client's connections."""


class Standby:
    """Runs a bot while this process has its lease, a row among the lanes; where another one has it, the account is kept
    ready for lanes and notices.
    """

    def __init__(
        self, name: str, bot: Account, writer: Account, board: HealthBoard, at: tuple[Store, Clock, timedelta]
    ) -> None:
        self._name = name
        self._lease = f"bot {name}"
        self._bot = bot
        self._writer = writer
        self._board = board
        self._store, self._clock, self._dead_after = at
        self._owner = secrets.token_hex(8)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; raises what the bot or the writer raises."""
        while not stop.is_set():
            epoch = await self._take() or await self._wait(stop)
            if epoch is not None:
                await self._have(epoch, stop)

    async def _wait(self, stop: asyncio.Event) -> int | None:
        over, epoch = asyncio.Event(), None
        writing = asyncio.create_task(self._writer.run(over))
        try:
            while epoch is None and not stop.is_set() and not writing.done():
                self._board.set(self._name, Health.STANDBY)
                await unless_stopped(stop, asyncio.sleep(LOOK_SECONDS))
                epoch = None if stop.is_set() else await self._take()
        finally:
            over.set()
            await writing
        return epoch

    async def _take(self) -> int | None:
        now = self._clock()
        try:
            async with self._store.write() as work:
                return await work.lanes.take(self._lease, self._owner, now - self._dead_after, now)
        except StoreUnavailable:
            return None  # whoever has the bot keeps it, and nobody else can have it either

    async def _have(self, epoch: int, stop: asyncio.Event) -> None:
        over = asyncio.Event()
        stopping = asyncio.create_task(_set_after(stop, over))
        beating = asyncio.create_task(self._beat(epoch, over))
        try:
            await self._bot.run(over)
        finally:
            for task in (stopping, beating):
                task.cancel()
            await asyncio.wait((stopping, beating))
            with suppress(StoreUnavailable):  # then it is taken over after its time
                async with self._store.write() as work:
                    await work.lanes.release(self._lease, epoch)
            if over.is_set() and not stop.is_set():
                await self._bot.close()  # a lost bot's connections would go on hearing

    async def _beat(self, epoch: int, over: asyncio.Event) -> None:
        """Until the lease is lost. While the database is away nobody else can take it either."""
        while True:
            await asyncio.sleep(self._dead_after.total_seconds() / BEATS)
            try:
                async with self._store.write() as work:
                    ours = await work.lanes.beat(self._lease, epoch, self._clock())
            except StoreUnavailable:
                continue
            if not ours:
                over.set()
                return


async def _set_after(first: asyncio.Event, then: asyncio.Event) -> None:
    await first.wait()
    then.set()
