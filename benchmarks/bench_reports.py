"""Report figures from facts, beside the same figures by pandas and by DuckDB from the raw rows; rebuild; upkeep.

1,000,000 deliveries and 200,000 acts, or ten times as many with BENCH_FULL=1. The figures: people delivered to and
reached by precinct, messages by status. DuckDB has the rows in its own columns already, pandas reads them. The page is
the whole public report of that campaign in all precincts, its charts drawn before.
"""

import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg
import sqlalchemy as sa

from analytics import facts as reading
from analytics import freezing
from analytics.desk import ReportDesk
from analytics.freezing import Asked
from benchmarks.bench_delivery import fast_telegram
from benchmarks.bench_report_pages import timed, whole_page
from benchmarks.filling import CIPHER, KINDS, fill
from benchmarks.rows import Row, median
from campaign_engine.domain.area import week_of
from campaign_engine.store import facts
from campaign_engine.store import tables as t
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.postgres import PostgresServer, find_binaries

SCALE = 10 if os.environ.get("BENCH_FULL") else 1
PEOPLE, POSTS = 50_000 * SCALE, 20
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
SENDS, ROUNDS = 20_000, 5

PERSONS = (
    "SELECT c.precinct, count(DISTINCT d.contact_id) FROM deliveries d JOIN contacts c ON c.id = d.contact_id "
    "WHERE d.status = 'sent' GROUP BY 1"
)
REACHED = (
    "SELECT c.precinct, count(DISTINCT a.contact_id) FROM actions a JOIN contacts c ON c.id = a.contact_id GROUP BY 1"
)
BY_STATUS = "SELECT status, count(*) FROM deliveries GROUP BY 1"
COLUMNS = {"contacts": "id, precinct", "deliveries": "contact_id, status", "actions": "contact_id, kind"}


def run() -> list[Row]:
    """Of SQLite, and of PostgreSQL where its server is installed."""
    with tempfile.TemporaryDirectory(prefix="groundswell-") as name:
        path = Path(name) / "bench.db"
        taken = asyncio.run(_filled(f"sqlite:///{path}"))
        rows = [_rebuilt("SQLite", taken), *_figures(path)]
    rows += _upkeep("sqlite")
    binaries = find_binaries()
    if binaries is not None:
        rows += _upkeep("postgres")
        with tempfile.TemporaryDirectory(prefix="groundswell-") as name:
            server = PostgresServer(Path(name), binaries)
            server.start()
            try:
                server.execute("CREATE DATABASE bench")
                rows.append(_rebuilt("PostgreSQL", asyncio.run(_filled(server.url("bench")))))
            finally:
                server.stop()
    return rows


def _rebuilt(database: str, taken: float) -> Row:
    what = f"rebuild facts of {PEOPLE * POSTS:,} deliveries, {PEOPLE * len(KINDS):,} acts, {database}"
    share = 60 * SCALE / 10
    return Row(what, taken, "s", "60 s for 10,000,000, by rows", share, share)


async def _filled(url: str) -> float:
    """Seconds of a rebuild from nothing, after rows were put there that nothing counted."""
    await fill(url, PEOPLE, POSTS, NOW)
    database = Database(url, CIPHER)
    try:
        await _settle(database)
        begun = time.perf_counter()
        await facts.rebuild(database, lambda *_: None)
        return time.perf_counter() - begun
    finally:
        await database.close()


async def _settle(database: Database) -> None:
    if database.is_sqlite:
        await database.scrub()
        return
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"VACUUM ANALYZE")


def _figures(path: Path) -> list[Row]:
    engine = sa.create_engine(f"sqlite:///{path}")
    columns = duckdb.connect()
    with closing(sqlite3.connect(path)) as raw, engine.connect() as connection:
        for table, names in COLUMNS.items():
            frame = pd.read_sql(f"SELECT {names} FROM {table}", raw)  # noqa: S608 - our own names
            columns.register("frame", frame)
            columns.execute(f"CREATE TABLE {table} AS SELECT * FROM frame")  # noqa: S608 - our own names
        ours = _median(lambda: _from_facts(connection))
        duck = _median(lambda: [dict(columns.execute(one).fetchall()) for one in (PERSONS, REACHED, BY_STATUS)])
        begun = time.perf_counter()
        found = _by_pandas(raw)
        scan = time.perf_counter() - begun
        same = [dict(columns.execute(one).fetchall()) for one in (PERSONS, REACHED, BY_STATUS)]
        if not _from_facts(connection) == found == same:
            raise RuntimeError("the figures differ")
    engine.dispose()
    rows = f"{PEOPLE * POSTS:,} deliveries, {PEOPLE * len(KINDS):,} acts"
    what = f"report figures from {rows}"
    page = asyncio.run(_page(path))
    return [
        Row(f"report page from {rows}", page * 1000, "ms", "its figures by pandas, reads and scans", scan * 1000, 50),
        Row(what, ours * 1000, "ms", "promised", 50, 50),
        Row(what, ours * 1000, "ms", "pandas, reads and scans", scan * 1000, scan * 1000 / 50),
        Row(what, ours * 1000, "ms", "DuckDB, from its own columns", duck * 1000, duck * 1000),
    ]


async def _page(path: Path) -> float:
    """Seconds of a page of the edition that is made for it."""
    url, now = f"sqlite:///{path}", NOW + timedelta(weeks=4)
    engine, database = sa.create_engine(url), Database(url, CIPHER)
    with engine.begin() as connection:
        made = freezing.make(connection, Asked(1, week_of(now), now))
        connection.execute(t.editions.insert().values(asdict(made)))
    engine.dispose()
    try:
        desk = ReportDesk(url, path.parent / "drawn", lambda: now, SqlStore(database))

        async def read() -> None:
            await whole_page(desk, 1)

        return statistics.median([await timed(read) for _ in range(ROUNDS + 1)][1:])
    finally:
        await database.close()


def _median(work: Callable[[], object]) -> float:
    return median(work, ROUNDS)


def _from_facts(connection: sa.Connection) -> list[dict[Any, int]]:
    found = reading.read(connection, 1)
    statuses = {str(status): count for status, count in found.outcomes(rooms=False).items() if count}
    return [found.by("delivered_people", "precinct"), found.by("reached", "precinct"), statuses]


def _by_pandas(raw: sqlite3.Connection) -> list[dict[Any, int]]:
    people, sent, acts = (
        pd.read_sql(f"SELECT {names} FROM {table}", raw)  # noqa: S608 - our own names
        for table, names in COLUMNS.items()
    )
    where = people.set_index("id")["precinct"]
    accepted = sent.loc[sent["status"] == "sent", "contact_id"].unique()
    reached = acts["contact_id"].unique()
    counts = [where.loc[ids].value_counts().to_dict() for ids in (accepted, reached)]
    return [*counts, sent["status"].value_counts().to_dict()]


def _upkeep(database: str) -> list[Row]:
    """Processor time of the whole process that sends, and of PostgreSQL's."""
    with fast_telegram() as root:
        program = [sys.executable, "-m", "benchmarks.upkeep", root, str(SENDS), database]
        printed = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    whole, *kinds = map(float, printed.split())
    rows = []
    for what, (with_facts, without), most in (("over a campaign", kinds[:2], 5), ("first message", kinds[2:], None)):
        share, beside = 100 * (with_facts - without) / whole, f"recording without; a whole send takes {whole:.0f} us"
        name = f"facts in a durable send, {what}, processor time, {database}"
        rows.append(Row(name, share, "%", beside, 100 * without / whole, most))
    return rows
