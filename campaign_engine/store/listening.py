"""What one process says and the others hear within milliseconds (PostgreSQL's LISTEN and NOTIFY)."""

from collections.abc import AsyncGenerator
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.store.database import Database

LANES = "lanes"
"""That a sending account has to wait, or that something may leave again."""


async def tell(connection: AsyncConnection, channel: str) -> None:
    """When the transaction commits. Nobody else is there to hear it on SQLite."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_notify(channel, "")))


async def told(database: Database, channel: str) -> AsyncGenerator[None]:
    """Once at first, because nobody knows what was said before, and each time that somebody tells. Holds a connection.

    Raises StoreUnavailable when it breaks.
    """
    async with database.read() as connection:
        pooled = await connection.get_raw_connection()
        driver = cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)
        try:
            await driver.execute(f"LISTEN {channel}")
            yield
            async for _ in driver.notifies():
                yield
        except psycopg.Error as error:
            raise StoreUnavailable("The database is away.", "Check that PostgreSQL runs.") from error
        finally:
            await connection.invalidate()  # another use of it would hear too
