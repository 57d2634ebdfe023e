"""Statements are compiled once for the process instead of once for each test's engine."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Compiled

_Key = tuple[Any, ...]


class OneForAll(MutableMapping[_Key, Compiled]):
    """SQLAlchemy's keys begin with the dialect, of which each engine has its own; all of a name are set up alike."""

    def __init__(self) -> None:
        self._kept: dict[_Key, Compiled] = {}

    def __getitem__(self, key: _Key) -> Compiled:
        return self._kept[_named(key)]

    def __setitem__(self, key: _Key, compiled: Compiled) -> None:
        self._kept[_named(key)] = compiled

    def __delitem__(self, key: _Key) -> None:
        del self._kept[_named(key)]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _named(key: _Key) -> _Key:
    dialect, *rest = key
    return (dialect.name, dialect.driver, *rest)


COMPILED = OneForAll()


def share_compiled() -> None:
    """For every engine that is opened from now on."""

    @sa.event.listens_for(sa.Engine, "engine_connect")
    def share(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=COMPILED)
