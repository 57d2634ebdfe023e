"""SQLite for an event loop, with one visit to the connection's thread per statement, and none for short ones.

aiosqlite visits it four times (cursor, execute, fetch, close), and a visit costs more than most of our statements.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

Rows = list[Any]

BUSY_MILLISECONDS = 10_000
"""How long a writer waits for another process."""

_LOOK_AGAIN_SECONDS = 0.0005

SHORT_SECONDS, AWAY_SECONDS = 0.025, 0.25
"""A statement that kept the event loop for longer sends those after it to the thread for a while: the disk is slow."""


class OneVisitCursor:
    """What SQLAlchemy's adapter asks of a cursor; a statement is prepared, run, read and closed in one go."""

    def __init__(self, connection: "OneVisitConnection") -> None:
        self._connection = connection
        self._rows: Rows = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Raises sqlite3.Error."""
        return await self._run(lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Raises sqlite3.Error."""
        return await self._run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> Rows:
        """Rows that came with the statement; nothing afterwards."""
        rows, self._rows = self._rows, []
        return rows

    async def fetchmany(self, size: int | None = None) -> Rows:
        """For streamed results, which are read whole here as well."""
        count = size or self.arraysize
        rows, self._rows = self._rows[:count], self._rows[count:]
        return rows

    async def close(self) -> None:
        """The statement's own cursor is closed already."""
        self._rows = []

    async def _run(self, call: Callable[[sqlite3.Cursor], object]) -> Self:
        def visit(connection: sqlite3.Connection) -> Rows:
            cursor = connection.cursor()
            try:
                call(cursor)
                rows = cursor.fetchall() if cursor.description else []
                self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
                return rows
            finally:
                cursor.close()

        self._rows = await self._connection.visit(visit)
        return self


class OneVisitConnection(aiosqlite.Connection):
    """Hands out cursors of that kind."""

    _begins = False
    _asked = _ended = 0
    _away_until = 0.0

    def cursor(self) -> OneVisitCursor:  # type: ignore[override] # SQLAlchemy awaits nothing but __aenter__
        """Without a visit: it is made when a statement comes."""
        return OneVisitCursor(self)

    def begin_with_next(self) -> None:
        """A transaction begins with the next statement, in the same visit; without one there is none."""
        self._begins = True

    def take_begin(self) -> bool:
        """Whether it had to begin and has not."""
        begins, self._begins = self._begins, False
        return begins

    def lives(self) -> bool:
        """True until its thread has ended; also before it began."""
        return self._thread.ident is None or self._thread.is_alive()

    async def end(self) -> None:
        """After what it was asked for before."""
        if self._thread.is_alive():
            self.stop()
            await asyncio.to_thread(self._thread.join)

    async def visit(self, call: Callable[[sqlite3.Connection], Any]) -> Any:
        """What the call gives, made in the connection's own thread, after the BEGIN that is due."""
        begin = self.take_begin()

        def made() -> Any:
            if begin:
                _begin(self._conn, BUSY_MILLISECONDS / 1000)
            return call(self._conn)

        return await self._execute(made)

    async def short(self, sql: str, parameters: Sequence[Any]) -> Rows:
        """Rows of a statement that takes far less than a visit; it is made right here where nothing stands against it.

        Against it stand: work of the thread that is not done, a writer elsewhere, a disk that was slow just now.
        Raises what SQLAlchemy would, without statement and values (safety A2).
        """
        rows: Rows
        try:
            begun = time.monotonic()
            if self._rests and begun >= self._away_until and (not self._begins or self._begin_at_once()):
                rows = self._conn.execute(sql, parameters).fetchall()
                if (ended := time.monotonic()) - begun > SHORT_SECONDS:
                    self._away_until = ended + AWAY_SECONDS
                return rows
            rows = await self.visit(lambda connection: connection.execute(sql, parameters).fetchall())
        except sqlite3.Error as error:
            raise _as_sqlalchemy(error) from error
        return rows

    async def together(self, call: Callable[[sqlite3.Connection], Any]) -> Any:
        """What a call of several statements gives, in one visit. Raises as `short` does."""
        try:
            return await self.visit(call)
        except sqlite3.Error as error:
            raise _as_sqlalchemy(error) from error

    async def rollback(self) -> None:
        """Without a visit where nothing was begun: so it is after every read, when the connection goes back."""
        if not self._rests or self._conn.in_transaction:
            await super().rollback()

    async def commit_begun(self) -> None:
        """In the thread: it writes, and from time to time waits for the disk. Raises as `short` does."""
        await self.together(lambda connection: connection.execute("COMMIT"))

    @property
    def _rests(self) -> bool:
        return self._running and self._connection is not None and self._asked == self._ended

    def _begin_at_once(self) -> bool:
        """False where another process writes: the thread can wait for it, the event loop cannot."""
        try:
            _begin(self._conn, 0)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            return False
        self._begins = False
        return True

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """As aiosqlite has it, and counted by the thread itself: who asked may have stopped waiting."""

        def counted() -> Any:
            try:
                return fn(*args, **options)
            finally:
                self._ended += 1

        self._asked += 1
        return await super()._execute(counted)  # type: ignore[no-untyped-call] # as aiosqlite has it


def _begin(connection: sqlite3.Connection, seconds: float) -> None:
    """Looks often while another process writes: SQLite would sleep for up to 100 ms each time, and miss over and over
    the moment between two writes of one that writes on and on. Raises sqlite3.Error, when that took too long too.
    """
    last = time.monotonic() + seconds
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() >= last:
                    raise
            else:
                return
            time.sleep(_LOOK_AGAIN_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


class Connections:
    """All that one engine opened."""

    def __init__(self) -> None:
        self._opened: list[OneVisitConnection] = []

    def connect(self, database: str, **options: Any) -> OneVisitConnection:
        """Like aiosqlite.connect, for create_async_engine's `async_creator_fn`."""
        options["check_same_thread"] = False  # never two at once: see OneVisitConnection.short
        connection = OneVisitConnection(partial(sqlite3.connect, database, **options), iter_chunk_size=64)
        self._opened = [*filter(OneVisitConnection.lives, self._opened), connection]
        return connection

    async def end(self) -> None:
        """Wait for every thread.

        One whose file would not open, or whose statement was cancelled, still reports to the event loop, which must
        not be gone by then; the pool waits for neither.
        """
        opened, self._opened = self._opened, []
        for connection in opened:
            await connection.end()


def of(connection: AsyncConnection) -> OneVisitConnection:
    """What stands under SQLAlchemy's connection to SQLite, once that was used or opened."""
    return cast("OneVisitConnection", cast("sa.Connection", connection.sync_connection).connection.driver_connection)


def _as_sqlalchemy(error: sqlite3.Error) -> Exception:
    return DBAPIError.instance(None, None, error, sqlite3.Error, hide_parameters=True)
