"""One statement that writes several tables: a temporary trigger on SQLite, WITH on PostgreSQL (ADR 12).

A visit to the database costs more than what it does there, so what belongs together is written in one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.store.short import Short
from campaign_engine.store.upsert import Insert, insert_for

Write = sa.Insert | sa.Update | sa.Delete
Types = Mapping[str, Any]
Value = sa.ColumnElement[Any]


class Values:
    """What one compound statement is given, as its writes name it; `do` and `made` gather the writes in order."""

    def __init__(self, dialect: str, types: Types) -> None:
        self.dialect = dialect
        self.writes: list[Any] = []
        self._types = types

    @property
    def on_postgres(self) -> bool:
        """Else on SQLite."""
        return self.dialect == "postgresql"

    def __getitem__(self, name: str) -> Value:
        if self.on_postgres:
            return sa.bindparam(f"given_{name}", type_=self._types[name])
        return sa.literal_column(f"NEW.{name}", self._types[name])

    def insert(self, table: sa.Table) -> Insert:
        """One that knows ON CONFLICT and returns nothing by itself."""
        return insert_for(self.dialect, table).inline()

    def do(self, write: Write) -> None:
        """One more write."""
        self.writes.append(write.cte(f"write_{len(self.writes)}") if self.on_postgres else write)

    def made(self, write: Any, column: sa.Column[Any] | sa.Label[Any], found: Value) -> sa.FromClause:
        """One more write whose row others build on; a trigger does not know RETURNING and finds the row again."""
        if not self.on_postgres:
            self.writes.append(write)
            return sa.select(column).where(found).subquery()
        made = write.returning(column).cte(f"write_{len(self.writes)}")
        self.writes.append(made)
        return sa.select(made.c[column.name]).subquery()

    def unless(self, condition: Value) -> None:
        """Nothing of this statement is done then; PostgreSQL has no such thing, so there `made` must have no row."""
        if not self.on_postgres:
            ignored: Any = sa.literal_column("RAISE(IGNORE)")
            self.writes.append(sa.select(ignored).where(condition))

    def each(self, name: str, types: Types) -> tuple[sa.FromClause, Mapping[str, Value]]:
        """A value that is a JSON array of objects, as a table with these columns."""
        return rows_of(self.dialect, self[name], f"each_{name}", types)

    def changed(self, name: str, column: sa.Column[Any]) -> Value:
        """What a JSON object says of a column, else what stands there."""
        if self.on_postgres:
            changes, key = sa.cast(self[name], JSONB), sa.literal_column(f"'{column.name}'", sa.Text())
            given = sa.cast(changes.op("->>")(key), column.type)
            return sa.case((sa.func.jsonb_exists(changes, key), given), else_=column)
        path = _path(column.name)
        extracted = sa.func.json_extract(self[name], path, type_=column.type)
        return sa.case((sa.func.json_type(self[name], path).is_not(None), extracted), else_=column)


class Compound:
    """`write` gathers the writes and says which columns come back, `found` the same for SQLite as SQL text."""

    def __init__(
        self, name: str, types: Types, write: Callable[[Values], Sequence[Value]], found: Sequence[str] = ("1",)
    ) -> None:
        self.name = name
        self._types = types
        self._write = write
        self._found = found
        self._short = Short(self._statement)

    @cached_property
    def setup(self) -> tuple[str, str]:
        """What a SQLite connection is told once; neither names a table before it is used."""
        values = Values("sqlite", self._types)
        self._write(values)
        writes = "\n".join(f"{_text(write)};" for write in values.writes)
        columns = ", ".join(f"NULL AS {name}" for name in self._types)
        return (
            f"CREATE TEMP VIEW {self.name} AS SELECT {columns}",
            f"CREATE TEMP TRIGGER {self.name}_writes INSTEAD OF INSERT ON {self.name} BEGIN\n{writes}\nEND",
        )

    @property
    def removal(self) -> str:
        """Takes the trigger along: SQLite alters no table that a trigger names."""
        return f"DROP VIEW IF EXISTS temp.{self.name}"

    async def run(self, connection: AsyncConnection, **values: Any) -> Any:
        """One statement; its row, or None where nothing was done."""
        # Under the name of a column SQLAlchemy would write a value to that column of every table that has it.
        return await self._short.row(connection, {f"given_{name}": value for name, value in values.items()})

    def _statement(self, dialect: str) -> Any:
        return self._on_postgres() if dialect == "postgresql" else self._on_sqlite()

    def _on_postgres(self) -> sa.Select[Any]:
        values = Values("postgresql", self._types)
        columns = self._write(values)
        return sa.select(*(columns or (sa.literal(1),))).add_cte(*values.writes)

    def _on_sqlite(self) -> sa.TextClause:
        names, marks = ", ".join(self._types), ", ".join(f":given_{name}" for name in self._types)
        sql = f"INSERT INTO {self.name} ({names}) VALUES ({marks}) RETURNING {', '.join(self._found)}"  # noqa: S608 - our own names
        return sa.text(sql).bindparams(
            *(sa.bindparam(f"given_{name}", type_=type_) for name, type_ in self._types.items())
        )


def rows_of(dialect: str, array: Value, alias: str, types: Types) -> tuple[sa.FromClause, Mapping[str, Value]]:
    """A JSON array of objects, as `document` writes it, as a table with these columns."""
    if dialect == "postgresql":
        columns = [sa.column(key, type_) for key, type_ in types.items()]
        rows = sa.func.json_to_recordset(sa.cast(array, sa.JSON)).table_valued(*columns)
        table: Any = rows.render_derived(name=alias, with_types=True)
        return table, {key: table.c[key] for key in types}
    each = sa.func.json_each(array).table_valued("value", name=alias)
    return each, {key: sa.func.json_extract(each.c.value, _path(key), type_=type_) for key, type_ in types.items()}


def document(dialect: str, value: Any) -> str:
    """JSON that `each` and `changed` read: moments as this database writes them, UTC."""
    if not value:
        return "[]" if isinstance(value, list) else "{}"

    def storable(moment: Any) -> str:
        if not isinstance(moment, datetime):
            return str(moment)
        plain = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return f"{plain}+00:00" if dialect == "postgresql" else plain

    return json.dumps(value, default=storable)


def _path(key: str) -> Value:
    return sa.literal_column(f"'$.{key}'", sa.Text())


def _text(write: Any) -> str:
    compiled = write.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return str(compiled)
