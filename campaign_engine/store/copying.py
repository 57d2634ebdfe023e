"""Everything from one database into an empty one, SQLite or PostgreSQL, read back and compared.

Stopped in between, however hard, it goes on from the last batch; until its end nothing takes it for a database.
"""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from campaign_engine.domain.errors import ConfigurationError, Conflict
from campaign_engine.store import fact_triggers, migrate
from campaign_engine.store.database import Database
from campaign_engine.store.migrate import AT, COPYING
from campaign_engine.store.tables import metadata

BATCH = 1000
"""Rows in memory at once."""

_LOCK_WAIT = "10s"
_HASH_BITS = 256
_ANEW = {
    "postgresql": "To begin anew, give a new empty database (createdb NAME).",
    "sqlite": "To begin anew, remove that file, or give another one.",
}

_PROGRESS = sa.Table(
    "unfinished_copy",
    sa.MetaData(),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("rows", sa.BigInteger),
    sa.Column("total", sa.String(64)),
)
"""Of the target alone, until the copy is whole: what each table holds."""

Bar = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Digest:
    """Rows of a table, in whatever order: how many, and the sum of their hashes."""

    rows: int = 0
    total: int = 0

    def with_rows(self, rows: Sequence[Sequence[Any]]) -> "Digest":
        """A row counts by the values that Python sees, which are the same from both databases."""
        added = sum(int.from_bytes(hashlib.sha256(_written(row)).digest()) for row in rows)
        return Digest(self.rows + len(rows), (self.total + added) % 2**_HASH_BITS)


@dataclass(frozen=True, slots=True)
class Copied:
    """By table; of all rows, `there_before` are an earlier run's."""

    tables: Mapping[str, Digest]
    there_before: int

    @property
    def rows(self) -> int:
        """In all."""
        return sum(digest.rows for digest in self.tables.values())


@asynccontextmanager
async def kept_still(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection under which nobody changes anything, and others read. Raises StoreUnavailable when one is at it."""
    async with database.read(in_transaction=True) as connection:
        if database.is_sqlite:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            # While the other database is read back, nothing is said here.
            await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
            names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            await connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE MODE")
        yield connection


def may_be_copied_to(file: Path) -> bool:
    """Whether this SQLite file is a copy that is not finished, or holds nothing yet; nothing of it is changed."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        return False
    return not tables or _PROGRESS.name in tables


async def copy(source: AsyncConnection, target: Database, bar: Bar) -> Copied:
    """What every table holds. A target counts as a database when this returns, and as an unfinished copy before.

    Raises Conflict when the target is not empty, nor an unfinished copy of what the source holds now, and
    ConfigurationError for what it does not take or gives back otherwise.
    """
    total = 2 * sum([await _count(source, table) for table in metadata.sorted_tables])
    there = await _begin(target)
    copied: dict[str, Digest] = {}
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        bar(done, total)

    for table in metadata.sorted_tables:
        copied[table.name] = await _copy_table(source, target, table, there[table.name], count)
    async with target.write(durable=True) as connection:
        for table in metadata.sorted_tables:
            await _check_same(connection, table, copied[table.name], count)
        await _end(connection)
    return Copied(copied, sum(digest.rows for digest in there.values()))


async def _begin(target: Database) -> Mapping[str, Digest]:
    """The tables, and what an earlier run left in them: it goes on from there."""
    async with target.write(durable=True) as connection:
        tables = await connection.run_sync(lambda inner: sa.inspect(inner).get_table_names())
        mark = COPYING + migrate.newest()
        if _PROGRESS.name in tables:
            if connection.dialect.name == "postgresql":
                # What a killed run was just writing ends first.
                await connection.exec_driver_sql(f"LOCK TABLE {_PROGRESS.name} IN EXCLUSIVE MODE")
            if await connection.run_sync(migrate.version_on) != mark:
                raise Conflict("This copy was begun by another version of the program.", _anew(connection))
            rows = await connection.execute(sa.select(_PROGRESS))
            return {row.name: Digest(row.rows, int(row.total, 16)) for row in rows}
        if tables:
            raise Conflict(
                "The database to copy to is not empty, so it was left as it is.",
                "Give a new one (createdb NAME), without `groundswell init`: the copy makes the tables.",
            )
        await migrate.upgrade_on(connection)
        # The facts come along as rows.
        await connection.run_sync(fact_triggers.drop)
        await connection.run_sync(_PROGRESS.create)
        nothing = [{"name": table.name, "rows": 0, "total": "0"} for table in metadata.sorted_tables]
        await connection.execute(_PROGRESS.insert(), nothing)
        await connection.execute(sa.update(AT).values(version_num=mark))
        return {table.name: Digest() for table in metadata.sorted_tables}


async def _copy_table(
    source: AsyncConnection, target: Database, table: sa.Table, there: Digest, count: Callable[[int], None]
) -> Digest:
    """Each batch with a note of it in one transaction; what is there already has to be what the source holds."""
    digest = Digest()
    async for batch in _batches(source, table):
        left = max(0, there.rows - digest.rows)
        digest = digest.with_rows(batch[:left])
        if left and digest.rows == there.rows and digest != there:
            raise _changed(target)
        if rows := batch[left:]:
            before, digest = digest, digest.with_rows(rows)
            await _write(target, table, rows, (before, digest))
        count(len(batch))
    if digest.rows < there.rows:
        raise _changed(target)
    return digest


def _changed(target: Database) -> Conflict:
    return Conflict(
        "What an earlier run copied is not what this database holds now, so the copy cannot go on.",
        f"It was used meanwhile, or the copy was begun from another one. {_anew(target.engine)}",
    )


def _anew(target: AsyncConnection | AsyncEngine) -> str:
    return _ANEW[target.dialect.name]


async def _write(target: Database, table: sa.Table, rows: Sequence[sa.Row[Any]], step: tuple[Digest, Digest]) -> None:
    before, after = step
    async with target.write(durable=True) as connection:
        mine = _PROGRESS.update().where(_PROGRESS.c.name == table.name, _PROGRESS.c.rows == before.rows)
        noted = await connection.execute(mine.values(rows=after.rows, total=f"{after.total:x}"))
        if not noted.rowcount:
            raise Conflict("Another copy to this database is at work.", "Let it end, or stop it and run this again.")
        await _insert(connection, table, rows)


async def _check_same(
    connection: AsyncConnection, table: sa.Table, copied: Digest, count: Callable[[int], None]
) -> None:
    digest = Digest()
    async for rows in _batches(connection, table):
        digest = digest.with_rows(rows)
        count(len(rows))
    if digest != copied:
        raise ConfigurationError(
            f"The copy of {table.name} is not what was read, so it does not count as one.",
            f"Keep working with the database you have, and ask for help with this line. {_anew(connection)}",
        )


async def _end(connection: AsyncConnection) -> None:
    """From here on it is a database."""
    await connection.run_sync(fact_triggers.install)
    await _number_on(connection)
    await connection.run_sync(_PROGRESS.drop)
    await connection.execute(sa.update(AT).values(version_num=migrate.newest()))


async def _count(connection: AsyncConnection, table: sa.Table) -> int:
    return int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


async def _batches(connection: AsyncConnection, table: sa.Table) -> AsyncIterator[Sequence[sa.Row[Any]]]:
    """By primary key, because what SQLite streams is read whole."""
    keys = list(table.primary_key.columns)
    wanted = sa.select(table).order_by(*keys).limit(BATCH)
    rows = (await connection.execute(wanted)).all()
    while rows:
        yield rows
        if len(rows) < BATCH:
            return
        last = [sa.literal(getattr(rows[-1], key.name), key.type) for key in keys]
        rows = (await connection.execute(wanted.where(sa.tuple_(*keys) > sa.tuple_(*last)))).all()


async def _insert(connection: AsyncConnection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
    try:
        await connection.execute(_plain(table).insert(), [row._asdict() for row in rows])
    except (DataError, IntegrityError) as error:
        raise ConfigurationError(
            f"{table.name} holds something that the other database does not take.",
            "Run `groundswell doctor`, and ask for help with this line. The copy is unfinished until it is mended.",
        ) from error


def _plain(table: sa.Table) -> sa.Table:
    """The same without foreign keys and defaults, and with nothing for a JSON null, which is written as none at all."""
    columns = []
    for column in table.columns:
        kind = sa.JSON(none_as_null=True) if isinstance(column.type, sa.JSON) else column.type
        columns.append(sa.Column(column.name, kind))
    return sa.Table(table.name, sa.MetaData(), *columns)


async def _number_on(connection: AsyncConnection) -> None:
    """New rows get numbers after those that came along; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            last = sa.select(sa.func.max(column)).scalar_subquery()
            await connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))
    await connection.exec_driver_sql("ANALYZE")


def _written(row: Sequence[Any]) -> bytes:
    return "\x1f".join(map(repr, row)).encode()
