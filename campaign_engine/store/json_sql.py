"""JSON made by the database, so that one scalar brings what several reads would: the two dialects name it apart."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Json:
    """Makers for one dialect; `object` takes at most fifty columns.

    Inside RETURNING on SQLite SQLAlchemy drops the names of tables in ON, so tables are matched in WHERE.
    """

    dialect: str

    def object(self, **columns: Any) -> Any:
        """One object with these columns as keys."""
        pairs: list[Any] = []
        for name, column in columns.items():
            pairs += [sa.literal_column(f"'{name}'"), column]
        return self._function("json_build_object", "json_object")(*pairs)

    def array(self, *columns: Any) -> Any:
        """One array of these columns."""
        return self._function("json_build_array", "json_array")(*columns)

    def gathered(self, one: Any) -> Any:
        """Aggregate of all rows as an array; null or empty when there are none."""
        return self._function("json_agg", "json_group_array")(one)

    def one(self, found: sa.Select[Any]) -> Any:
        """The JSON that a query selects; SQLite forgets what it is when it has to sort."""
        scalar = found.scalar_subquery()
        return scalar if self.dialect == "postgresql" else sa.func.json(scalar)

    def stored(self, column: sa.ColumnElement[Any]) -> Any:
        """A column that holds JSON, as JSON and not as text."""
        return column if self.dialect == "postgresql" else sa.func.json(sa.type_coerce(column, sa.Text))

    def _function(self, on_postgres: str, on_sqlite: str) -> Any:
        return getattr(sa.func, on_postgres if self.dialect == "postgresql" else on_sqlite)


def moment(text: str) -> datetime:
    """A time within such JSON: SQLite keeps UTC without a zone, PostgreSQL writes the zone of the session."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
