"""Column makers that carry each column's privacy class and retention into the data dictionary."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware UTC in Python; `timestamptz` on PostgreSQL, ISO text without zone on SQLite, which sorts as time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they hide a zone error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature of SQLAlchemy
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _column(privacy: str, keep: str, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> sa.Column[Any]:
    options.setdefault("nullable", False)
    if options.get("primary_key"):
        options.pop("nullable")
    return sa.Column(name, *args, info={"class": privacy, "keep": keep}, **options)


def public(name: str, *args: Any, keep: str = "for good", **options: Any) -> sa.Column[Any]:
    """About places and published things."""
    return _column("public", keep, name, args, options)


def staff(name: str, *args: Any, keep: str = "24 months", **options: Any) -> sa.Column[Any]:
    """About the work of staff; shown to staff only."""
    return _column("staff", keep, name, args, options)


def person(name: str, *args: Any, keep: str = "until deleted, or 180 days inactive", **options: Any) -> sa.Column[Any]:
    """About an ally; never leaves except as a protected count or in the person's own export."""
    return _column("person", keep, name, args, options)


def secret(name: str, *args: Any, keep: str = "until deleted, or 180 days inactive", **options: Any) -> sa.Column[Any]:
    """Encrypted or a keyed hash; useless without the key file."""
    return _column("secret", keep, name, args, options)
