"""A lane over a database of its own that sends to a local Telegram."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from benchmarks.crowd import make_crowd
from campaign_engine.channels.telegram import TelegramChannel, close_bot, open_bot
from campaign_engine.cli import loops
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.pacing import UNLIMITED, LaneLimits
from campaign_engine.rendering import Renderer
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore

TOKEN = "42:bench"
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


@asynccontextmanager
async def open_lane(
    url: str, root: str, limits: LaneLimits, now: datetime, cipher: AddressCipher | None = None
) -> AsyncIterator[tuple[SqlStore, LaneParts]]:
    """With a wall clock that begins at `now`; a `Lane` of these parts is for the caller to make."""
    begun = time.monotonic()
    database = Database(url, cipher or AddressCipher((os.urandom(32),), os.urandom(32)))
    store, bot = SqlStore(database), open_bot(TOKEN, root)
    try:
        async with database.write() as connection:
            await connection.run_sync(t.metadata.create_all)
        pace = LanePace(limits, time.monotonic, asyncio.sleep)
        parts = LaneParts(
            store=store,
            channel=TelegramChannel(bot),
            renderer=Renderer(),
            pace=pace,
            clock=lambda: now + timedelta(seconds=time.monotonic() - begun),
            area_name=lambda number: f"Precinct {number}",
            public_url="https://ours.example",
        )
        yield store, parts
    finally:
        await close_bot(bot)
        await database.close()


async def drained(root: str, count: int, clock: Callable[[], float], url: str = "") -> float:
    """Seconds by a clock for so many durable sends, from the first claim to the last record; over SQLite without `url`.

    Raises RuntimeError when not every delivery was recorded as sent.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with open_lane(url or f"sqlite:///{folder}/bench.db", root, UNLIMITED, NOW) as (store, parts):
            crowd = await make_crowd(store, count, NOW, readable=count)
            await crowd.freeze()
            lane = Lane(parts)
            await lane.take()
            loops.leave_alone()
            begun = clock()
            await lane.drain()
            taken = clock() - begun
            async with store.read() as work:
                sent = (await work.deliveries.counts())[DeliveryStatus.SENT]
    if sent != count:
        raise RuntimeError(f"{sent} of {count} were sent")
    return taken
