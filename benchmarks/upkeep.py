"""Processor time of keeping facts while messages are sent: python -m benchmarks.upkeep ROOT COUNT DATABASE.

DATABASE is `sqlite` or `postgres`. Prints microseconds for each message: of a whole durable send with facts (all
threads of this process and all of PostgreSQL's, from the first claim to the last record); of recording alone over a
campaign with facts and without; of recording everybody's first message of a campaign, which costs most, with and
without.
Recording is measured by itself, because the difference of two whole sends is smaller than what they differ by anyway:
people get two messages a week for four weeks, as safety S5 has it at most.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from tests.support.postgres import PostgresServer, find_binaries

BATCH, ROUNDS = 150, 5
"""As many as a lane records at once when it sends as fast as it can."""

MESSAGES, APART = 8, timedelta(days=3, hours=12)
CIPHER = AddressCipher((b"k" * 32,), b"l" * 32)
FACTS = recording.FACTS


@dataclass(frozen=True)
class Place:
    """Where databases are made; `folder` is the server's where one was started."""

    folder: Path
    server: PostgresServer | None = None

    def new(self, name: str) -> str:
        """Its URL."""
        if self.server is None:
            return f"sqlite:///{self.folder / name}.db"
        self.server.execute(f"CREATE DATABASE {name}")
        return self.server.url(name)

    def spent(self) -> float:
        """Seconds of processor time: of this process, and of all of the server's."""
        return time.process_time() + (_time_of_server(self.folder) if self.server else 0)


def _time_of_server(folder: Path) -> float:
    """Of those that run by the nanosecond; of those that have ended, by what the first one was told of them."""
    first = int((folder / "data" / "postmaster.pid").read_text().split(maxsplit=1)[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    running = [int(Path(f"/proc/{one}/schedstat").read_text().split()[0]) for one in (*children, first)]
    ended = Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[13:15]
    return sum(running) / 1e9 + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


async def measured(root: str, count: int, place: Place) -> tuple[float, ...]:
    """The whole send; recording with facts and without; that of a first message with facts and without."""
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for number in range(ROUNDS):
        for follow, taken in found.items():
            url = place.new(f"bench_{number}_{int(follow)}")
            taken.append(await recorded(url, place, count // MESSAGES, follow=follow))
    (mean, first), (mean_without, first_without) = (
        [statistics.median(one) for one in zip(*found[how], strict=True)] for how in (True, False)
    )
    recording.FACTS = FACTS
    whole = 1e6 * await drained(root, count, place.spent, place.new("whole")) / count
    return whole, mean, mean_without, first, first_without


async def recorded(url: str, place: Place, people: int, *, follow: bool) -> tuple[float, float]:
    """On average, and of the first message. Raises RuntimeError when not every outcome was recorded."""
    recording.FACTS = FACTS if follow else ()
    database = Database(url, CIPHER)
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
        await settle(database)
        spent = [
            await _recorded(crowd.store, range(people * one + 1, people * one + people + 1), place.spent)
            for one in range(MESSAGES)
        ]
    finally:
        await database.close()
    return 1e6 * statistics.mean(spent) / people, 1e6 * spent[0] / people


async def settle(database: Database) -> None:
    """As autovacuum leaves it before long; on SQLite what was written goes from the log into the file."""
    if database.is_sqlite:
        await database.scrub()
        return
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("VACUUM ANALYZE")


async def _recorded(store: SqlStore, ids: range, clock: Callable[[], float]) -> float:
    done, begun = 0, clock()
    for first in range(ids.start, ids.stop, BATCH):
        numbers = range(first, min(first + BATCH, ids.stop))
        outcomes = [Outcome(number, DeliveryStatus.SENT, platform_id=str(number)) for number in numbers]
        async with store.write() as work:
            done += await work.deliveries.record("telegram", 1, outcomes, NOW)
    taken = clock() - begun
    if done != len(ids):
        raise RuntimeError(f"{done} of {len(ids)} were recorded")
    return taken


def _over(place: Place) -> tuple[float, ...]:
    return loops.run(measured(sys.argv[1], int(sys.argv[2]), place))


def main() -> None:
    """Raises RuntimeError without a server's programs."""
    with tempfile.TemporaryDirectory(prefix="groundswell-") as name:
        if sys.argv[3] == "sqlite":
            found = _over(Place(Path(name)))
        else:
            binaries = find_binaries()
            if binaries is None:
                raise RuntimeError("PostgreSQL is not installed")
            server = PostgresServer(Path(name), binaries)
            server.start()
            try:
                found = _over(Place(Path(name), server))
            finally:
                server.stop()
    sys.stdout.write(" ".join(map(str, found)) + "\n")


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    main()
