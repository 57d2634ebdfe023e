"""Statements over a batch of rows, compiled once; on SQLite they go past SQLAlchemy, in the connection's thread."""

import json
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.store import sqlite_driver
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.short import MOMENTS, Compiled, tell
from campaign_engine.store.sqlite_driver import Rows


class Ids(sa.types.TypeDecorator[Sequence[int]]):
    """Any number of ids in one value: JSON on SQLite, an array on PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        return dialect.type_descriptor(ARRAY(sa.BigInteger()) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


def among(dialect: str, column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether the column is one of the ids that are given by this name; the statement stays the same for any number."""
    ids = sa.bindparam(name, type_=Ids())
    if dialect == "postgresql":
        return column == sa.any_(ids)
    return column.in_(sa.select(sa.func.json_each(ids).table_valued("value", name=f"each_{name}").c.value))


class Many:
    """A statement, wherever it is run; rows have the names of its columns."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build` makes it for a dialect's name; its named values are given each time."""
        self._build = build
        self._built: dict[str, Any] = {}

    async def rows(self, connection: AsyncConnection, values: Mapping[str, Any]) -> Sequence[Any]:
        """All of them. Raises what SQLAlchemy would."""
        statement = self._made(connection)
        if not isinstance(statement, _Reading):
            return (await connection.execute(statement, values)).all()
        return statement.read(await _run(connection, statement, values))

    def _made(self, connection: AsyncConnection) -> Any:
        name = connection.dialect.name
        if name not in self._built:
            built = self._build(name)
            self._built[name] = _Reading(built, connection.dialect) if name == "sqlite" else built
        return self._built[name]


class _Reading(Compiled):
    """What is given in the driver's words comes back in ours."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        columns = list(statement.exported_columns)  # none where it returns nothing
        row: Any = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc] # as the statement says
        self._make = row._make
        processors = [_read(column.type, dialect) for column in columns]
        self._processors = [(number, made) for number, made in enumerate(processors) if made is not None]

    def read(self, rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """Named, with moments and truths as such."""
        make = self._make
        if not self._processors:
            return [make(row) for row in rows]
        found = []
        for row in rows:
            values = list(row)
            for number, processor in self._processors:
                value = values[number]
                if value is not None:
                    values[number] = processor(value)
            found.append(make(values))
        return found


async def _run(connection: AsyncConnection, statement: _Reading, values: Mapping[str, Any]) -> Rows:
    parameters = tuple(statement.filled(values))
    tell(connection, statement.sql, parameters)
    rows: Rows = await sqlite_driver.of(connection).together(
        lambda driver: driver.execute(statement.sql, parameters).fetchall()
    )
    return rows


def _read(type_: Any, dialect: Dialect) -> Any:
    made = type_.dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(MOMENTS)(made) if made is not None and isinstance(type_, UtcDateTime) else made
