"""An audience becomes deliveries, and a lane claims and sends them: time, waits of other writes, memory.

200,000 people, or a million with BENCH_FULL=1. Beside the freeze stands one INSERT .. SELECT of the same rows into the
same table with its indexes, from a ready table of ids, in one transaction. References are looked up by both on
PostgreSQL and by neither on SQLite, where the freeze trusts what it reads in the same statement. They take turns, each
on a database that holds none of the rows yet, and what is promised is the median of the ratios of a turn; on SQLite
both end with everything copied out of the write-ahead log, which is copied after as many pages. The clock that freezes
has ticked before, as clocks do every second.
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
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.bench_delivery import ROOT, fast_telegram
from benchmarks.crowd import KEY, Crowd, make_crowd
from benchmarks.rows import Row
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables as t
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.postgres import PostgresServer, find_binaries

FULL = bool(os.environ.get("BENCH_FULL"))
PEOPLE, ROUNDS = (1_000_000, 3) if FULL else (200_000, 5)
FEW = PEOPLE // 10
CLAIMS = 20
LANE = "telegram"
POST = 1
"""The only one of a crowd."""

TIMES = 1.3
MILLISECONDS = 200
MEGABYTES = 180
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
READY = (
    "CREATE TABLE ready AS SELECT c.id AS contact_id, a.id AS address_id, a.channel AS lane, c.precinct, c.site_id, "
    "c.language FROM contacts c JOIN addresses a ON a.contact_id = c.id ORDER BY c.id"
)
BARE = (
    "INSERT INTO deliveries (occurrence_id, contact_id, address_id, is_room, lane, precinct, site_id, language, "
    "status, reason, attempts, next_attempt_at, epoch, platform_id, updated_at, priority) "
    "SELECT {occurrence}, contact_id, address_id, {no}, lane, precinct, site_id, language, 'queued', '', 0, {now}, 0, "
    "'', {now}, 2 FROM ready"
)


@dataclass
class Turns:
    """Seconds of each turn: ours and the bare statement's."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def rows(self, database: str) -> list[Row]:
        """The times, and what is promised of them."""
        ours, bare = statistics.median(self.ours), statistics.median(self.bare)
        ratio = statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))
        beside = "one bare INSERT .. SELECT"
        return [
            Row(f"freeze {PEOPLE:,} people, {database}", ours, "s", beside, bare),
            Row(f"the same, median of {len(self.ours)} turns", ratio, "x", beside, 1, TIMES),
        ]


def run() -> list[Row]:
    """Seven rows of SQLite, three of PostgreSQL where its server is installed."""
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
    turns = Turns()
    for _ in range(ROUNDS):
        with _copied(before) as path:
            turns.ours.append(asyncio.run(_freeze(f"sqlite:///{path}")))
        with _copied(before) as path:
            asyncio.run(_open(f"sqlite:///{path}"))
            turns.bare.append(_bare_sqlite(path))
    with _copied(before) as path:
        waited = _longest_wait(path)
        deep = asyncio.run(_claims(f"sqlite:///{path}"))
    with _copied(few) as path:
        asyncio.run(_freeze(f"sqlite:///{path}"))
        shallow = asyncio.run(_claims(f"sqlite:///{path}"))
    with _copied(before) as large, _copied(few) as small, fast_telegram() as root:
        (frozen, sent), (_, sent_few) = _peaks(large, root), _peaks(small, root)
    return [
        *turns.rows("SQLite"),
        Row("freeze: longest write of another process", waited, "ms", "promised", MILLISECONDS, MILLISECONDS),
        Row(f"claim 64 of {PEOPLE:,}, SQLite", deep * 1000, "ms", f"of {FEW:,}", shallow * 1000, 2 * shallow * 1000),
        Row("peak memory of a process that froze them", frozen, "MB", "promised", MEGABYTES, MEGABYTES),
        Row("the same after it sent them all", sent, "MB", f"for {FEW:,}", sent_few, MEGABYTES),
        Row("growth of the peak with the audience", sent - sent_few, "MB", "flat", 0, 10),
    ]


async def _on_postgres(server: PostgresServer) -> list[Row]:
    shallow, deep, turns = 0.0, 0.0, Turns()
    for name, people in (("few", FEW), ("many", PEOPLE)):
        server.execute(f"CREATE DATABASE {name}")
        url = server.url(name)
        await _make(url, people)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(READY.encode())
            for _ in range(ROUNDS if people == PEOPLE else 0):
                turns.bare.append(await _bare_postgres(url, connection))
                _forget(connection)
                turns.ours.append(await _freeze(url))
                _forget(connection)
            await _freeze(url)
            shallow, deep = deep, await _claims(url)
    return [
        *turns.rows("PostgreSQL"),
        Row(f"claim 64 of {PEOPLE:,}, PostgreSQL", deep * 1000, "ms", f"of {FEW:,}", shallow * 1000, 2e3 * shallow),
    ]


async def _bare_postgres(url: str, connection: psycopg.Connection) -> float:
    await _open(url)
    found = connection.execute("SELECT max(id) FROM occurrences").fetchone()
    statement = BARE.format(occurrence=found and found[0], no="false", now="now()").encode()
    begun = time.perf_counter()
    connection.execute(statement)
    return time.perf_counter() - begun


def _forget(connection: psycopg.Connection) -> None:
    for statement in (b"TRUNCATE deliveries RESTART IDENTITY CASCADE", b"DELETE FROM occurrences", b"CHECKPOINT"):
        connection.execute(statement)


@contextmanager
def _copied(before: Path) -> Iterator[Path]:
    path = before.with_name(f"copy of {before.name}")
    shutil.copy(before, path)
    try:
        yield path
    finally:
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[SqlStore]:
    database = Database(url, KEY)
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


async def _freeze(url: str) -> float:
    """Seconds."""
    async with _opened(url) as store:
        await Posting(store, lambda: NOW - timedelta(hours=1)).tick()
        begun = time.perf_counter()
        ticked = await Posting(store, lambda: NOW).tick()
        await store.scrub()
        taken = time.perf_counter() - begun
    if ticked.frozen_people not in (PEOPLE, FEW):
        raise RuntimeError(f"froze {ticked.frozen_people}")
    return taken


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
        connection.execute(READY)
        for pragma in (
            "journal_mode=WAL", "foreign_keys=OFF", "secure_delete=ON", "synchronous=NORMAL", "wal_autocheckpoint=4000",
            "wal_checkpoint(TRUNCATE)",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        begun = time.perf_counter()
        connection.execute(BARE.format(occurrence=1, no="0", now="'2026-11-24 20:00:00.000000'"))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return time.perf_counter() - begun


def _longest_wait(path: Path) -> float:
    """Milliseconds of the longest write in another process while this one freezes."""
    program = [sys.executable, "-m", "benchmarks.freezes", "write", str(path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writing:
        if writing.stdout is None or writing.stdout.readline() != "ready\n":
            raise RuntimeError("the other process does not write")
        asyncio.run(_freeze(f"sqlite:///{path}"))
        said, _ = writing.communicate()
    return float(said)


def _peaks(path: Path, root: str) -> tuple[float, float]:
    """Megabytes of a process of its own: frozen, and sent."""
    program = [sys.executable, "-m", "benchmarks.freezes", "whole", str(path), root]
    said = subprocess.run(program, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    return float(said[0]), float(said[1])
