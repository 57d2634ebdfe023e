"""SQLite's one writer: transactions take turns, and those of dialogues that queue share one COMMIT."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from campaign_engine.store.sqlite_driver import OneVisitConnection, of

MOST_SHARING = 100
"""Transactions of one COMMIT, so that the first of them is not kept waiting for all that come."""


@dataclass(slots=True)
class _Group:
    """Transactions that are done but not committed; none of their callers has gone on."""

    size: int = 1
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    error: DatabaseError | None = None

    async def wait(self) -> None:
        """Raises what COMMIT raised: then nothing of any of them is kept."""
        await self.settled.wait()
        if self.error is not None:
            raise self.error


@dataclass(frozen=True, slots=True)
class _Open:
    connection: AsyncConnection
    driver: OneVisitConnection


class SqliteWriter:
    """One connection behind a lock that is given in the order of asking; it begins IMMEDIATE with the first statement.

    A transaction that may share does not commit while others wait for their turn: it leaves that to a ticket behind
    those, which commits all that came until then. Each later one of a group is a savepoint, so that an error takes back
    itself alone; who shares goes on only when the COMMIT is through. After any other error, a cancellation too, the
    connection goes back to the pool, which rolls back whatever was begun.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._open: _Open | None = None
        self._set_to: dict[str, str] = {}
        self._group: _Group | None = None
        self._tickets: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def transaction(
        self, *, durable: bool, shared: bool, trusted: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """Committed when the block is left, rolled back on any error. Raises DatabaseError.

        In a `trusted` one, which never is a shared one, SQLite does not look up what new rows refer to.
        """
        await self._take_turn()
        group = self._joined(shared=shared)
        try:
            writer = await self._begin(group, durable=durable, trusted=trusted)
            yield writer.connection
            group = await self._end(writer.driver, group, shared=shared)
        except BaseException:
            await _through(self._take_back(group))
            raise
        finally:
            self._turn.release()
        if group is not None:
            await group.wait()

    @asynccontextmanager
    async def pause(self) -> AsyncIterator[None]:
        """Nothing is begun meanwhile, and nothing is left to commit."""
        await self._take_turn()
        try:
            await self._settle()
            yield
        finally:
            self._turn.release()

    async def close(self) -> None:
        """After the last transaction."""
        async with self.pause():
            await self._give_back()
        for ticket in [*self._tickets]:
            await ticket

    async def _take_turn(self) -> None:
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1

    def _joined(self, *, shared: bool) -> _Group | None:
        group = self._group
        if group is None or not shared or group.size >= MOST_SHARING:
            return None
        group.size += 1
        return group

    async def _begin(self, group: _Group | None, *, durable: bool, trusted: bool) -> _Open:
        if group is not None and self._open is not None:
            await self._open.driver.short("SAVEPOINT part", ())
            return self._open
        await self._settle()
        if self._open is None:
            connection = await self._engine.connect()
            self._open = _Open(connection, of(connection))
        wanted = {"synchronous": "FULL" if durable else "NORMAL", "foreign_keys": "OFF" if trusted else "ON"}
        if wanted != self._set_to:
            await self._set(self._open.connection, wanted)
        self._open.driver.begin_with_next()
        return self._open

    async def _end(self, driver: OneVisitConnection, group: _Group | None, *, shared: bool) -> _Group | None:
        """Commit, or leave it to a ticket; the group whose COMMIT is to be waited for."""
        if group is not None:
            await driver.short("RELEASE part", ())
        elif driver.take_begin():
            return None
        elif shared and await self._are_more_coming():
            group = self._group = _Group()
            ticket = asyncio.create_task(self._commit_in_turn())
            self._tickets.add(ticket)
            ticket.add_done_callback(self._tickets.discard)
        else:
            await driver.commit_begun()
        return group

    async def _are_more_coming(self) -> bool:
        """Where nobody waits, those that came together with this one may not have begun yet."""
        if not self._waiting:
            await asyncio.sleep(0)
        return bool(self._waiting)

    async def _take_back(self, group: _Group | None) -> None:
        """Of a group only the last part; where SQLite itself took back the whole transaction, nobody's is kept."""
        if group is None or self._open is None:
            await self._give_back()
            return
        try:
            await self._open.driver.short("ROLLBACK TO part", ())
            await self._open.driver.short("RELEASE part", ())
        except DatabaseError as error:
            await self._lose(group, error)

    async def _commit_in_turn(self) -> None:
        """The ticket: whatever group is open then."""
        async with self.pause():
            pass

    async def _settle(self) -> None:
        """Commit what a group left; its callers hear of an error, not whoever comes next."""
        if self._group is not None and self._open is not None:
            await _through(self._commit_for(self._group, self._open.driver))

    async def _commit_for(self, group: _Group, driver: OneVisitConnection) -> None:
        try:
            await driver.commit_begun()
        except DatabaseError as error:
            await self._lose(group, error)
        else:
            self._group = None
            group.settled.set()

    async def _lose(self, group: _Group, error: DatabaseError) -> None:
        self._group, group.error = None, error
        try:
            await self._give_back()
        finally:
            group.settled.set()

    async def _set(self, connection: AsyncConnection, wanted: Mapping[str, str]) -> None:
        """Said anew to a connection that is not known."""
        for pragma, value in wanted.items():
            if self._set_to.get(pragma) != value:
                await connection.exec_driver_sql(f"PRAGMA {pragma}={value}")
                self._set_to[pragma] = value

    async def _give_back(self) -> None:
        writer, self._open = self._open, None
        set_to, self._set_to = self._set_to, {}
        if writer is not None:
            writer.driver.take_begin()
            if set_to.get("foreign_keys") == "OFF":
                await writer.connection.invalidate()  # nobody else gets one that does not look
            await writer.connection.close()


async def _through(work: Awaitable[None]) -> None:
    """To its end, whoever stops waiting; only then is the turn given on."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
