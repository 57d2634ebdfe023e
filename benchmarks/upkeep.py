"""Processor time of keeping facts while messages are sent: python -m benchmarks.upkeep ROOT COUNT.

Prints microseconds for each message: of a whole durable send with facts (all threads of this process, from the first
claim to the last record); of recording alone with facts, without, and with facts where it is everybody's first message
of a campaign, which costs most. Recording is measured by itself, because the difference of two whole sends is smaller
than what they differ by anyway: people get two messages a week for four weeks, as safety S5 has it at most.
"""

import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.crowd import make_crowd
from benchmarks.lanes import NOW, drained
from campaign_engine.cli import loops
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Outcome
from campaign_engine.store import fact_triggers, recording
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore

BATCH, ROUNDS = 150, 7
"""As many as a lane records at once when it sends as fast as it can."""

MESSAGES, APART = 8, timedelta(days=3, hours=12)
CIPHER = AddressCipher((b"k" * 32,), b"l" * 32)
FACTS = recording.FACTS


async def measured(root: str, count: int) -> tuple[float, ...]:
    """The whole send, recording with facts, without, and with those of a first message."""
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for follow, taken in found.items():
            with tempfile.TemporaryDirectory() as folder:
                taken.append(await recorded(Path(folder) / "bench.db", count // MESSAGES, follow=follow))
    (mean, first), (without, _) = (
        [statistics.median(one) for one in zip(*found[how], strict=True)] for how in (True, False)
    )
    recording.FACTS = FACTS
    return await sent(root, count), mean, without, first


async def sent(root: str, count: int) -> float:
    """Raises RuntimeError when not every delivery was recorded as sent."""
    return 1e6 * await drained(root, count, time.process_time) / count


async def recorded(path: Path, people: int, *, follow: bool) -> tuple[float, float]:
    """On average, and of the first message. Raises RuntimeError when not every outcome was recorded."""
    recording.FACTS = FACTS if follow else ()
    database = Database(f"sqlite:///{path}", CIPHER)
    try:
        async with database.write() as connection:
            await connection.run_sync(t.metadata.create_all)
        crowd = await make_crowd(SqlStore(database), people, NOW, readable=1)
        for number in range(MESSAGES):
            await replace(crowd, now=NOW + APART * number).freeze()
        async with database.write() as connection:
            await connection.execute(t.deliveries.update().values(status=DeliveryStatus.SENDING, epoch=1))
            if not follow:
                await connection.run_sync(fact_triggers.drop)
        spent = [
            await _recorded(crowd.store, range(people * one + 1, people * one + people + 1)) for one in range(MESSAGES)
        ]
    finally:
        await database.close()
    return 1e6 * statistics.mean(spent) / people, 1e6 * spent[0] / people


async def _recorded(store: SqlStore, ids: range) -> float:
    done, begun = 0, time.process_time()
    for first in range(ids.start, ids.stop, BATCH):
        numbers = range(first, min(first + BATCH, ids.stop))
        outcomes = [Outcome(number, DeliveryStatus.SENT, platform_id=str(number)) for number in numbers]
        async with store.write() as work:
            done += await work.deliveries.record("telegram", 1, outcomes, NOW)
    taken = time.process_time() - begun
    if done != len(ids):
        raise RuntimeError(f"{done} of {len(ids)} were recorded")
    return taken


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    sys.stdout.write(" ".join(map(str, loops.run(measured(sys.argv[1], int(sys.argv[2]))))) + "\n")
