"""Short statements of a dialogue's step: compiled once, and on SQLite past SQLAlchemy, whose part takes longer than theirs."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

from campaign_engine.store import sqlite_driver

Bind = Callable[[Any], Any] | None


class Short:
    """A statement of one row or none that touches a handful of rows by their keys, wherever it is run.

    It is made right on the event loop, so one that searches, counts or writes many rows must not be one of these.
    """

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build` makes it for a dialect's name; its named values are given each time."""
        self._build = build
        self._built: dict[str, Any] = {}

    async def row(self, connection: AsyncConnection, values: Mapping[str, Any]) -> Any:
        """A row or None. Raises what SQLAlchemy would."""
        name = connection.dialect.name
        if name not in self._built:
            built = self._build(name)
            self._built[name] = _Compiled(built, connection.dialect) if name == "sqlite" else built
        statement = self._built[name]
        if not isinstance(statement, _Compiled):
            return (await connection.execute(statement, values)).one_or_none()
        parameters = statement.filled(values)
        _tell(connection, statement.sql, parameters)
        with sqlite_driver.told_as_sqlalchemy_does():
            rows = await sqlite_driver.of(connection).short(statement.sql, parameters)
        return rows[0] if rows else None


class _Compiled:
    """SQL text and, for each of its marks, the name of a value, what turns it into SQLite's, and its constant."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect))
        given = {name: None for name, bind in compiled.binds.items() if bind.required}
        expanded = compiled.construct_expanded_state(given)
        self.sql = expanded.statement
        self._marks: list[tuple[str, Bind, Any]] = []
        for name in expanded.positiontup or ():
            bind = expanded.processors.get(name)
            if bind is None and name in compiled.binds:
                bind = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            self._marks.append((name, cast("Bind", bind), expanded.parameters[name]))

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """What the driver is given, in the order of the marks."""
        parameters = []
        for name, bind, constant in self._marks:
            value = values.get(name, constant)
            parameters.append(value if bind is None else bind(value))
        return parameters


def _tell(connection: AsyncConnection, sql: str, parameters: Any) -> None:
    """Whoever listens to SQLAlchemy's statements hears of this one too."""
    told: Any = connection.sync_connection
    for listener in told.dispatch.before_cursor_execute:
        listener(told, None, sql, parameters, None, False)  # noqa: FBT003 - the event's own order
