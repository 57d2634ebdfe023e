"""PostgreSQL for a dialogue's steps: connections that plan a statement once, and statements past SQLAlchemy.

What a step reads is one large statement, which takes ten times longer to plan than to run.
"""

import time
from collections.abc import Sequence
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_FROZEN_MILLISECONDS = 10_000
"""After so long within a transaction PostgreSQL lets go of a process that stands still, and of the rows it locked."""

_RESTED_SECONDS = 1.0
"""A connection that was not used for so long is asked whether it is still there before it is given away."""

_SHORT = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}
"""For statements that find a handful of rows by their keys: one plan for all values, which must be right for tables
too that were empty when it was made."""

DIALECT: Dialect = PGDialectAsync_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call] # SQLAlchemy's
"""Writes values as PostgreSQL itself numbers them, so that the driver does not read a long statement each time."""

_SINCE = "resting_since"


def open_engine(url: sa.URL, *, short: bool) -> AsyncEngine:
    """`short` is for statements of steps alone. Errors do not repeat values, which may be texts or addresses (A2)."""
    settings = {"idle_in_transaction_session_timeout": str(_FROZEN_MILLISECONDS)} | (_SHORT if short else {})
    engine = create_async_engine(
        url,
        pool_size=10,
        max_overflow=0 if short else 5,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"options": " ".join(f"-c {name}={value}" for name, value in settings.items())},
    )
    sa.event.listen(engine.sync_engine, "checkin", _rests)
    sa.event.listen(engine.sync_engine, "checkout", _is_there)
    return engine


async def row(connection: AsyncConnection, sql: bytes, values: Sequence[Any]) -> Any:
    """The one row of a statement of DIALECT, or None; planned once per connection. Raises what SQLAlchemy would."""
    pooled = cast("sa.Connection", connection.sync_connection).connection
    driver = cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)
    cursor = psycopg.AsyncRawCursor(driver)
    try:
        await cursor.execute(sql, values, prepare=True)
        return None if cursor.rownumber is None else await cursor.fetchone()
    except psycopg.Error as error:
        if driver.closed:
            await connection.invalidate(error)
        raise _as_sqlalchemy(error, lost=driver.closed) from error


def whole(value: Any) -> Any:
    """One type for all numbers: by theirs the driver tells one prepared statement from another."""
    return None if value is None else Int8(value)


def _as_sqlalchemy(error: psycopg.Error, *, lost: bool) -> BaseException:
    told = DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost)
    return cast("BaseException", told)


def _rests(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[_SINCE] = time.monotonic()


def _is_there(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """Raises InvalidatePoolError: the pool drops it and all others that are open, and opens a new one."""
    if time.monotonic() - entry.info.get(_SINCE, time.monotonic()) < _RESTED_SECONDS:
        return
    try:
        DIALECT.do_ping(connection)
    except psycopg.Error as error:
        raise InvalidatePoolError from error
