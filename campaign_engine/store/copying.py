"""Everything from one database into an empty one, SQLite or PostgreSQL: in one transaction, read back and compared."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.errors import ConfigurationError, Conflict
from campaign_engine.store import fact_triggers, migrate
from campaign_engine.store.database import Database
from campaign_engine.store.tables import metadata

BATCH = 1000
"""Rows in memory at once."""

_LOCK_WAIT = "10s"
_HASH_BITS = 256

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


async def copy(source: AsyncConnection, target: Database, bar: Bar) -> Mapping[str, Digest]:
    """What every table held. All of it is there when this returns, and nothing before.

    Raises Conflict when the target is not empty, ConfigurationError for what it does not take or gives back otherwise.
    """
    total = sum([await _count(source, table) for table in metadata.sorted_tables])
    done, copied = 0, {}
    async with target.write(durable=True) as connection:
        await _check_empty(connection)
        await migrate.upgrade_on(connection)
        # The facts come along as rows.
        await connection.run_sync(fact_triggers.drop)
        for table in metadata.sorted_tables:
            digest = Digest()
            async for rows in _batches(source, table):
                await _insert(connection, table, rows)
                digest = digest.with_rows(rows)
                done += len(rows)
                bar(done, total * 2)
            copied[table.name] = digest
        for table in metadata.sorted_tables:
            digest = Digest()
            async for rows in _batches(connection, table):
                digest = digest.with_rows(rows)
                done += len(rows)
                bar(done, total * 2)
            if digest != copied[table.name]:
                raise ConfigurationError(
                    f"The copy of {table.name} is not what was read, so nothing was kept.",
                    "Keep working with the database you have, and ask for help with this line.",
                )
        await connection.run_sync(fact_triggers.install)
        await _number_on(connection)
    return copied


async def _check_empty(connection: AsyncConnection) -> None:
    if await connection.run_sync(lambda inner: sa.inspect(inner).get_table_names()):
        raise Conflict(
            "The database to copy to is not empty, so it was left as it is.",
            "Give a new one (createdb NAME), without `groundswell init`: the copy makes the tables.",
        )


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
            f"{table.name} holds something that the other database does not take, so nothing was kept.",
            "Run `groundswell doctor`, and ask for help with this line.",
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
