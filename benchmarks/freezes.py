"""Processes beside a freeze on SQLite: python -m benchmarks.freezes write PATH, or whole PATH ROOT.

`write` writes on until its input ends and prints the most milliseconds that one write took, its commit included.
`whole` freezes an occurrence and sends all of it to a local Telegram, and prints the most megabytes that it held before
the first message, and at the end.
"""

import asyncio
import resource
import sys
import time

from benchmarks.crowd import KEY
from benchmarks.lanes import NOW, open_lane
from campaign_engine.cli import loops
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.services.delivering import Lane
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables as t
from campaign_engine.store.database import Database

PAUSE_SECONDS = 0.02
"""As somebody else's dialogues: often, but not so often that the freeze gets no turn."""


async def write(path: str) -> str:
    """Says `ready` after the first one."""
    database, longest = Database(f"sqlite:///{path}", KEY), 0.0
    touched = t.contacts.update().where(t.contacts.c.id == 1).values(last_seen_at=NOW)
    try:
        async with database.write() as connection:
            await connection.execute(touched)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        ends = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        while not ends.done():
            begun = time.perf_counter()
            async with database.write() as connection:
                await connection.execute(touched)
            longest = max(longest, time.perf_counter() - begun)
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await database.close()
    return f"{longest * 1000}"


async def whole(path: str, root: str) -> str:
    """Raises RuntimeError when not everything was sent."""
    async with open_lane(f"sqlite:///{path}", root, UNLIMITED, NOW, KEY) as (store, parts):
        frozen = await Posting(store, parts.clock).tick()
        before = _peak()
        lane = Lane(parts)
        await lane.take()
        loops.leave_alone()
        await lane.drain()
        async with store.read() as work:
            sent = (await work.deliveries.counts())[DeliveryStatus.SENT]
    if not sent or sent != frozen.frozen_people:
        raise RuntimeError(f"{sent} of {frozen.frozen_people} were sent")
    return f"{before} {_peak()}"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    way, *arguments = sys.argv[1:]
    sys.stdout.write(f"{loops.run(whole(*arguments) if way == 'whole' else write(*arguments))}\n")
