"""A list of numbers as one value of a statement, whatever its length: nothing is written or prepared anew for it."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeEngine


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether the column is one of the numbers of the parameter `name`."""
    return column.op("IN", is_comparison=True)(_Each(sa.bindparam(name, type_=_Numbers())))


class _Numbers(sa.types.TypeDecorator[Sequence[int]]):
    """An array on PostgreSQL, JSON on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """See TypeDecorator."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.ARRAY(sa.BigInteger()))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        """See TypeDecorator."""
        return json.dumps(list(value or ())) if dialect.name == "sqlite" else list(value or ())


class _Each(GenericFunction[int]):
    """A row for each."""

    inherit_cache = True
    name = "listed_each"


@compiles(_Each)
def _unnested(each: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(each.clauses, **options)}))"


@compiles(_Each, "sqlite")
def _from_json(each: _Each, compiler: SQLCompiler, **options: Any) -> str:
    value = compiler.process(each.clauses, **options)
    return f"(SELECT value FROM json_each({value}))"  # noqa: S608 - a parameter's mark
