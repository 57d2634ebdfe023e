"""Dialogue steps on SQLite: statements for each, and steps a second beside bare sqlite3 running the same statements."""

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.installation import open_new
from benchmarks.rows import Row
from campaign_engine.bootstrap import Engine
from campaign_engine.demo.cast import Player
from campaign_engine.domain.action import SiteKind
from campaign_engine.domain.contact import Role, Scope
from campaign_engine.store.compounds import COMPOUNDS

PEOPLE = 100
STATEMENTS = 3
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")
ANSWERS = ("a:16-17", "pl:B", "if:video", "t:yes", "m:pledge", "pl:C", "if:walk")
"""A join by a site's link with its pledge, and a second pledge: what most people answer."""
OTHERS = ("m", "cs:survey:on", "l:es", "n:44", "nonsense", "m:stop", "m:export", "del:yes")
"""After a join; with it every kind of step that an ally takes, each of which must keep the promise."""

Statement = tuple[str, Any, bool]


def run() -> list[Row]:
    """Two rows."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    async with open_new(folder) as engine:
        async with engine.store.write() as work:
            site = await engine.sites.add(work, "bench", "Maple High", SiteKind.SCHOOL, 75)
        await engine.store.scrub()
        before = folder / "before.db"
        shutil.copy(folder / "data" / "groundswell.db", before)
        with _recorded(engine) as seen:
            await _play(engine, site.code, "recorded")
        most = await _most_statements(engine, site.code)
        start = time.perf_counter()
        steps = await _play(engine, site.code, "timed")
        per_step = (time.perf_counter() - start) / steps
    bare = _replayed(before, seen) / steps
    return [
        Row("dialogue steps a second", 1 / per_step, "/s", "bare sqlite3, same statements", 1 / bare),
        Row("statements a step, the most of every kind, first rows too", most, "", "a read and a write", 2, STATEMENTS),
    ]


async def _play(engine: Engine, code: str, name: str) -> int:
    """Everybody, one after the other; how many steps it took."""
    for number in range(PEOPLE):
        player = Player(engine.conversation, "web", f"{name} {number}")
        await player.start(f"s_{code}")
        for answer in ANSWERS:
            await player.tap(answer)
    return PEOPLE * (1 + len(ANSWERS))


async def _most_statements(engine: Engine, code: str) -> float:
    """The most that any step needs: of a join with its first rows, of the day after, and of a member of staff."""
    player, costs = Player(engine.conversation, "web", "counted"), []

    async def count(step: Awaitable[object]) -> None:
        with _recorded(engine) as seen:
            await step
        costs.append(sum(not sql.startswith(TRANSACTION) for sql, _, _ in seen))

    await count(player.start(f"s_{code}"))
    for answer in (*ANSWERS, *OTHERS):
        await count(player.tap(answer))
    async with engine.store.write() as work:
        invite = await engine.staffing.invite(work, Role.ORGANIZER, Scope())
    organizer = Player(engine.conversation, "web", "organizer")
    await organizer.start(f"r_{invite}")
    await organizer.say("bench1")
    for answer in ("m:back", "tr", "rq", "m:help"):
        await count(organizer.tap(answer))
    return float(max(costs))


@contextmanager
def _recorded(engine: Engine) -> Iterator[list[Statement]]:
    seen: list[Statement] = []

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((sql, parameters, many))

    target = engine.database.engine.sync_engine
    sa.event.listen(target, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(target, "before_cursor_execute", note)


def _replayed(database: Path, statements: Sequence[Statement]) -> float:
    """Seconds on the database as it was before they were first executed."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        for compound in COMPOUNDS:
            connection.executescript(";".join(compound.setup))
        start = time.perf_counter()
        for sql, parameters, many in statements:
            cursor = connection.executemany(sql, parameters) if many else connection.execute(sql, parameters)
            cursor.fetchall()
        return time.perf_counter() - start
