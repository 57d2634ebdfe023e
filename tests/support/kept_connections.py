"""Connections to the database that all tests of a process share serve one test after the other.

A new one costs PostgreSQL some 20 ms, as it reads its catalog anew. Plans are not kept: they would depend on how full
the tables of an earlier test were, and with them the order in which rows are made.
"""

import asyncio
import select
from collections import defaultdict
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import ConnStatus, TransactionStatus

_AS_NEW = b"""SELECT EXISTS (SELECT pg_listening_channels());
SELECT pg_advisory_unlock_all(); RESET ALL; DISCARD TEMP"""


class KeptConnections:
    """Those that rest, by what they were opened with."""

    def __init__(self) -> None:
        self._resting: defaultdict[str, list[Kept]] = defaultdict(list)

    def share(self, database: str) -> None:
        """For every engine that connects to a database of this name from now on."""

        @sa.event.listens_for(sa.Engine, "do_connect")
        def connect(dialect: sa.Dialect, _record: object, _arguments: object, how: dict[str, Any]) -> None:
            if dialect.is_async and how.get("dbname") == database:
                how["async_creator_fn"] = self._take

    async def _take(self, **how: Any) -> "Kept":
        resting = self._resting[str(how.get("options"))]
        while resting:
            if (one := resting.pop()).is_there:
                return one
            one.pgconn.finish()
        made = await Kept.connect(**how)
        made.kept_in = resting
        return made

    @property
    def pids(self) -> list[int]:
        """Of those that rest."""
        return [one.pgconn.backend_pid for resting in self._resting.values() for one in resting]

    def hang_up(self) -> None:
        """Before their database goes, or for a test that wants new ones."""
        for resting in self._resting.values():
            for one in resting:
                one.pgconn.finish()
            resting.clear()


class Kept(psycopg.AsyncConnection[Any]):
    """Rests instead of closing, unless it broke, is within a transaction or has listened."""

    kept_in: "list[Kept] | None" = None

    @property
    def is_there(self) -> bool:
        """PostgreSQL says nothing by itself before it hangs up."""
        return self.pgconn.status == ConnStatus.OK and not select.select([self.pgconn.socket], [], [], 0)[0]

    async def close(self) -> None:
        if self.kept_in is None or not await self._is_as_new():
            await super().close()
        else:
            self.lock = asyncio.Lock()  # the next test has a loop of its own
            self.kept_in.append(self)

    async def _is_as_new(self) -> bool:
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        try:
            await self.set_autocommit(True)
            cursor = await self.execute(_AS_NEW)
            [listens] = await cursor.fetchone() or [True]
            await self.execute(b"BEGIN; ROLLBACK")  # at which the driver forgets all that it prepared
            await self.set_autocommit(False)
        except psycopg.Error:
            return False
        return not listens
