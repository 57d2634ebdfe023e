"""SQLite for an event loop, with one visit to the connection's thread per statement.

aiosqlite visits it four times (cursor, execute, fetch, close), and a visit costs more than most of our statements.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

Rows = list[Any]


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
        begin = self._connection.take_begin()

        def visit(connection: sqlite3.Connection) -> Rows:
            if begin:
                connection.execute("BEGIN IMMEDIATE")
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
        """What the call gives, made in the connection's own thread."""
        return await self._execute(lambda: call(self._conn))  # type: ignore[no-untyped-call] # as aiosqlite has it


class Connections:
    """All that one engine opened."""

    def __init__(self) -> None:
        self._opened: list[OneVisitConnection] = []

    def connect(self, database: str, **options: Any) -> OneVisitConnection:
        """Like aiosqlite.connect, for create_async_engine's `async_creator_fn`."""
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
