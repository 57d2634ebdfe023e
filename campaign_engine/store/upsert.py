"""INSERT .. ON CONFLICT, which SQLite and PostgreSQL write alike but SQLAlchemy keeps in two dialects."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert = sqlite.Insert | postgresql.Insert


def insert(connection: AsyncConnection, table: sa.Table) -> Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: sa.Table) -> Insert:
    """The same for statements that are built once per dialect."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def upsert(connection: AsyncConnection, table: sa.Table, change: Iterable[str]) -> Insert:
    """An insert that, where the primary key exists, changes these columns instead."""
    statement = insert(connection, table)
    new = {name: statement.excluded[name] for name in change}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=new)
