"""A lane over a database of its own that sends to a local Telegram."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from campaign_engine.channels.telegram import TelegramChannel, close_bot, open_bot
from campaign_engine.domain.pacing import LaneLimits
from campaign_engine.rendering import Renderer
from campaign_engine.services.delivering import LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore

TOKEN = "42:bench"


@asynccontextmanager
async def open_lane(
    url: str, root: str, limits: LaneLimits, now: datetime
) -> AsyncIterator[tuple[SqlStore, LaneParts]]:
    """With a wall clock that begins at `now`; a `Lane` of these parts is for the caller to make."""
    begun = time.monotonic()
    database = Database(url, AddressCipher((os.urandom(32),), os.urandom(32)))
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
