"""An audience becomes deliveries, and a lane claims the first of them: time, waits of other writes, memory.

200,000 people, or a million with BENCH_FULL=1. Beside the freeze stands one INSERT .. SELECT of the same rows into the
same table with its indexes and references, from a ready table of ids, in one transaction. The clock that freezes has
ticked before, as clocks do every second.
"""

import asyncio
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.crowd import Crowd, make_crowd
from benchmarks.rows import Row
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.postgres import PostgresServer, find_binaries

PEOPLE = 1_000_000 if os.environ.get("BENCH_FULL") else 200_000
FEW = 20_000
ROUNDS = 3
CLAIMS = 20
LANE = "telegram"
POST = 1
"""The only one of a crowd."""

MEGABYTES = 180
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
CIPHER = AddressCipher((b"k" * 32,), b"l" * 32)
READY = (
    "CREATE TABLE ready AS SELECT c.id AS contact_id, a.id AS address_id, a.channel AS lane, c.precinct, c.site_id, "
    "c.language FROM contacts c JOIN addresses a ON a.contact_id = c.id ORDER BY c.id"
)
BARE = (
    "INSERT INTO deliveries (occurrence_id, contact_id, address_id, is_room, lane, precinct, site_id, language, "
    "status, reason, attempts, next_attempt_at, epoch, platform_id, updated_at, priority) "
    "SELECT 1, contact_id, address_id, {no}, lane, precinct, site_id, language, 'queued', '', 0, {now}, 0, '', {now}, "
    "2 FROM ready"
)


def run() -> list[Row]:
    """Five rows of SQLite, three of PostgreSQL where its server is installed."""
    with tempfile.TemporaryDirectory(prefix="groundswell-") as name:
        rows = _on_sqlite(Path(name))
    binaries = find_binaries()
    if binaries is not None:
        with tempfile.TemporaryDirectory(prefix="groundswell-") as name:
            server = PostgresServer(Path(name), binaries)
            server.start()
            try:
                rows += asyncio.run(_on_postgres(server))
            finally:
                server.stop()
    return rows


def _on_sqlite(folder: Path) -> list[Row]:
    before, few = folder / "before.db", folder / "few.db"
    for path, people in ((before, PEOPLE), (few, FEW)):
        asyncio.run(_make(f"sqlite:///{path}", people))
    ours, waits, bare = [], [], []
    for number in range(ROUNDS):
        with _copied(before) as path:
            taken, waited = asyncio.run(_freeze(f"sqlite:///{path}"))
            ours.append(taken)
            waits.append(waited)
            if number == ROUNDS - 1:
                deep = asyncio.run(_claims(f"sqlite:///{path}"))
        with _copied(before) as path:
            asyncio.run(_open(f"sqlite:///{path}"))
            bare.append(_bare_sqlite(path))
    with _copied(few) as path:
        asyncio.run(_freeze(f"sqlite:///{path}"))
        shallow = asyncio.run(_claims(f"sqlite:///{path}"))
    with _copied(before) as large, _copied(few) as small:
        kept, kept_few = _peak(large), _peak(small)
    frozen, one = statistics.median(ours), statistics.median(bare)
    return [
        Row(f"freeze {PEOPLE:,} people, SQLite", frozen, "s", "one bare INSERT .. SELECT", one, 1.3 * one),
        Row("freeze, SQLite: longest wait of a write", max(waits) * 1000, "ms", "promised", 200, 200),
        Row(f"claim 64 of {PEOPLE:,}, SQLite", deep * 1000, "ms", f"of {FEW:,}", shallow * 1000, 2 * shallow * 1000),
        Row("peak of a process that freezes and claims", kept, "MB", f"for {FEW:,}", kept_few, MEGABYTES),
        Row("the same, growth with the audience", kept - kept_few, "MB", "flat", 0, 10),
    ]


async def _on_postgres(server: PostgresServer) -> list[Row]:
    found = []
    for name, people in (("few", FEW), ("many", PEOPLE)):
        server.execute(f"CREATE DATABASE {name}")
        url = server.url(name)
        await _make(url, people)
        await _open(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(READY.encode())
            bare = []
            for _ in range(ROUNDS):
                connection.execute(b"TRUNCATE deliveries RESTART IDENTITY CASCADE")
                connection.execute(b"CHECKPOINT")
                begun = time.perf_counter()
                connection.execute(BARE.format(no="false", now="now()").encode())
                bare.append(time.perf_counter() - begun)
            connection.execute(b"TRUNCATE deliveries RESTART IDENTITY CASCADE")
            connection.execute(b"DELETE FROM occurrences")
            connection.execute(b"CHECKPOINT")
        taken, waited = await _freeze(url)
        found.append((taken, waited, statistics.median(bare), await _claims(url)))
    (_, _, _, shallow), (taken, waited, one, deep) = found
    return [
        Row(f"freeze {PEOPLE:,} people, PostgreSQL", taken, "s", "one bare INSERT .. SELECT", one, 1.3 * one),
        Row("freeze, PostgreSQL: longest wait of a write", waited * 1000, "ms", "promised", 200, 200),
        Row(f"claim 64 of {PEOPLE:,}, PostgreSQL", deep * 1000, "ms", f"of {FEW:,}", shallow * 1000, 2e3 * shallow),
    ]


@contextmanager
def _copied(before: Path) -> Iterator[Path]:
    path = before.with_name("copy.db") if not before.with_name("copy.db").exists() else before.with_name("copy2.db")
    shutil.copy(before, path)
    try:
        yield path
    finally:
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[SqlStore]:
    database = Database(url, CIPHER)
    try:
        yield SqlStore(database)
    finally:
        await database.close()


async def _make(url: str, people: int) -> None:
    async with _opened(url) as store:
        async with store.database.write() as connection:
            await connection.run_sync(t.metadata.create_all)
        await make_crowd(store, people, NOW)
        await store.scrub()


async def _open(url: str) -> None:
    """The occurrence that the bare statement writes for; ours is opened by its own tick."""
    async with _opened(url) as store:
        await Crowd(store, NOW, POST).open()


async def _freeze(url: str) -> tuple[float, float]:
    """Seconds, and the longest that a short write of somebody else took meanwhile, its commit included."""
    async with _opened(url) as store:
        await Posting(store, lambda: NOW - timedelta(hours=1)).tick()
        waits: list[float] = []
        writing = asyncio.create_task(_write_on(store, waits))
        begun = time.perf_counter()
        ticked = await Posting(store, lambda: NOW).tick()
        taken = time.perf_counter() - begun
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
    if ticked.frozen_people not in (PEOPLE, FEW):
        raise RuntimeError(f"froze {ticked.frozen_people}")
    return taken, max(waits)


async def _write_on(store: SqlStore, waits: list[float]) -> None:
    """As a dialogue step does; 20 a second, so that it costs the freeze next to nothing."""
    touched = t.contacts.update().where(t.contacts.c.id == 1).values(last_seen_at=NOW)
    while True:
        begun = time.perf_counter()
        async with store.database.write() as connection:
            await connection.execute(touched)
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.05)


async def _claims(url: str) -> float:
    """Median seconds of a claim of 64 from the whole backlog, each committed and left in sending."""
    taken = []
    async with _opened(url) as store:
        async with store.write() as work:
            epoch = await work.lanes.take(LANE, "bench", NOW, NOW)
        if epoch is None:
            raise RuntimeError("the lane is taken")
        for _ in range(CLAIMS):
            begun = time.perf_counter()
            async with store.write(durable=True) as work:
                await work.deliveries.claim(LANE, epoch, 64, NOW)
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _bare_sqlite(path: Path) -> float:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(READY)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        begun = time.perf_counter()
        connection.execute(BARE.format(no="0", now="'2026-11-24 20:00:00.000000'"))
        return time.perf_counter() - begun


def _peak(path: Path) -> float:
    """Megabytes of a process of its own that freezes and then claims."""
    program = [sys.executable, "-m", "benchmarks.bench_freeze", str(path)]
    return float(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


def _alone(path: str) -> None:
    import resource

    asyncio.run(_freeze(f"sqlite:///{path}"))
    asyncio.run(_claims(f"sqlite:///{path}"))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}\n")


if __name__ == "__main__":
    _alone(sys.argv[1])
