"""Short statements, compiled once; they go past SQLAlchemy, whose part of a step takes longer than theirs."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

from campaign_engine.store import postgres_driver, sqlite_driver
from campaign_engine.store.columns import UtcDateTime

MOMENTS = 8
"""Times whose words are kept: a step names the same moment several times."""

Bind = Callable[[Any], Any] | None


class Short:
    """A statement of one row or none that touches a handful of rows by their keys, wherever it is run.

    On SQLite it is made right on the event loop, on PostgreSQL by one plan for all values, so one that searches, counts
    or writes many rows must not be one of these.
    """

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build` makes it for a dialect's name; its named values are given each time."""
        self._build = build
        self._built: dict[str, Compiled] = {}

    async def row(self, connection: AsyncConnection, values: Mapping[str, Any]) -> Any:
        """A row or None. Raises what SQLAlchemy would."""
        name = connection.dialect.name
        if name not in self._built:
            dialect = connection.dialect if name == "sqlite" else postgres_driver.DIALECT
            self._built[name] = Compiled(self._build(name), dialect)
        statement = self._built[name]
        parameters = statement.filled(values)
        tell(connection, statement.sql, parameters)
        if name != "sqlite":
            return await postgres_driver.row(connection, statement.encoded, parameters)
        rows = await sqlite_driver.of(connection).short(statement.sql, parameters)
        return rows[0] if rows else None


class Compiled:
    """SQL text, and which value goes where and through what; on SQLite constants stand in the text itself."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect))
        given = {name: None for name, bind in compiled.binds.items() if bind.required}
        expanded = compiled.construct_expanded_state(given)
        self._constants: list[Any] = []
        self._given: list[tuple[int, str, Bind]] = []
        inline = dialect.name == "sqlite"
        texts = expanded.statement.split("?") if inline else [expanded.statement]
        for number, name in enumerate(expanded.positiontup or (), 1):
            bind = cast("Bind", expanded.processors.get(name))
            if bind is None and name in compiled.binds:
                bind = _bind(compiled.binds[name].type, dialect)
            value = expanded.parameters[name]
            value = value if bind is None else bind(value)
            if inline:
                texts[number] = ("?" if name in given else _literal(value)) + texts[number]
            if name in given:
                self._given.append((len(self._constants), name, bind))
            if name in given or not inline:
                self._constants.append(value)
        self.sql = "".join(texts)
        self.encoded = self.sql.encode()

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """What the driver is given, in the order of the marks. Raises KeyError for a value that is missing."""
        parameters = self._constants.copy()
        for position, name, bind in self._given:
            value = values[name]
            parameters[position] = value if bind is None else bind(value)
        return parameters


def _literal(value: Any) -> str:
    """A constant of ours. Raises TypeError for what is written in another way."""
    match value:
        case None:
            return "NULL"
        case int():
            return str(int(value))
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise TypeError("a constant of a statement is a word or a whole number")


def _bind(type_: Any, dialect: Dialect) -> Bind:
    kind: Any = type(type_)
    return _time_bind(kind, dialect.name) if issubclass(kind, UtcDateTime | sa.Date) else _own_bind(type_, dialect)


@cache
def _time_bind(kind: Any, dialect: str) -> Bind:
    bind = _own_bind(kind(), sqlite.dialect() if dialect == "sqlite" else postgres_driver.DIALECT)
    return bind and lru_cache(MOMENTS)(bind)


def _own_bind(type_: Any, dialect: Dialect) -> Bind:
    meant = type_.dialect_impl(dialect)
    if isinstance(meant, sa.Integer) and dialect.name != "sqlite":
        return postgres_driver.whole
    return cast("Bind", meant.bind_processor(dialect))


def tell(connection: AsyncConnection, sql: str, parameters: Any) -> None:
    """Whoever listens to SQLAlchemy's statements hears of one that went past it."""
    told: Any = connection.sync_connection
    for listener in told.dispatch.before_cursor_execute:
        listener(told, None, sql, parameters, None, False)
