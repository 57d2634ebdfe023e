"""Processor time of durable sends, with facts and without: python -m benchmarks.upkeep ROOT COUNT WAY.

Prints microseconds for each message: all threads of this process, from the first claim to the last record.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, datetime

from benchmarks.crowd import make_crowd
from benchmarks.lanes import open_lane
from campaign_engine.cli import loops
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.services.delivering import Lane
from campaign_engine.store import fact_triggers, recording
from campaign_engine.store.database import Database

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


async def leave_out(database: Database) -> None:
    """Facts, for as long as this process runs."""
    recording.FACTS = ()
    async with database.write() as connection:
        await connection.run_sync(fact_triggers.drop)


async def spent(root: str, count: int, *, follow: bool) -> float:
    """Raises RuntimeError when not every delivery was recorded as sent."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_lane(f"sqlite:///{folder}/bench.db", root, UNLIMITED, NOW) as (store, parts):
            crowd = await make_crowd(store, count, NOW, readable=count)
            await crowd.freeze()
            if not follow:
                await leave_out(store.database)
            lane = Lane(parts)
            await lane.take()
            loops.leave_alone()
            begun = time.process_time()
            await lane.drain()
            taken = time.process_time() - begun
            async with store.read() as work:
                sent = (await work.deliveries.counts())[DeliveryStatus.SENT]
    if sent != count:
        raise RuntimeError(f"{sent} of {count} were sent")
    return 1e6 * taken / count


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    sys.stdout.write(f"{loops.run(spent(sys.argv[1], int(sys.argv[2]), follow=sys.argv[3] == 'with'))}\n")
