"""One engine for SQLite and PostgreSQL: a writer that waits its turn, readers that never wait."""

import sqlite3
import time
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from campaign_engine.domain.errors import StoreUnavailable, busy
from campaign_engine.store import postgres_driver, recording, sqlite_driver
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.compounds import COMPOUNDS
from campaign_engine.store.sqlite_writer import SqliteWriter

_JOURNAL_PAUSE = 0.01

_CHECKPOINT_PAGES = 4_000
"""16 MB of write-ahead log before it is copied into the file, four times SQLite's own: pages that are written again and
again, as those of indexes are, are copied once instead of each time."""


class Database:
    """Connections for one process.

    On SQLite one writer connection is kept open and begins IMMEDIATE, so that two writers queue instead of failing; on
    PostgreSQL every transaction takes its own connection, those of steps from a pool of their own.
    """

    def __init__(self, url: str, cipher: AddressCipher) -> None:
        self.cipher = cipher
        self._sqlite_connections = sqlite_driver.Connections()
        self.engine = _create_engine(url, self._sqlite_connections)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._steps = self.engine if self.is_sqlite else postgres_driver.open_engine(async_url(url), short=True)
        self._reads, self._short_reads = self._without_begin(self.engine), self._without_begin(self._steps)
        self._writer = SqliteWriter(self.engine)

    def _without_begin(self, engine: AsyncEngine) -> AsyncEngine:
        """A plain BEGIN shows no snapshot of several statements either, and at its ROLLBACK PostgreSQL's driver forgets
        all that it prepared on the connection. SQLite's begins none, and asking it takes a turn of its thread, in
        which whoever is cancelled would leave the connection behind.
        """
        return engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")

    def write(
        self, *, durable: bool = False, shared: bool = False, trusted: bool = False
    ) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that commits at the end and rolls back on any error.

        `durable` survives a power cut on SQLite too (needed where a send is marked before it leaves); others survive
        the death of the process. `shared` is for short ones that come in crowds: see SqliteWriter and
        postgres_driver. In a `trusted` one SQLite does not look up what new rows refer to: for those that are made of
        just these rows in the same statement, and for nothing that deletes. Raises StoreUnavailable, and Conflict
        `busy` after a deadlock.
        """
        if self.is_sqlite:
            return _Told(self._writer.transaction(durable=durable, shared=shared, trusted=trusted))
        return _Told((self._steps if shared else self.engine).begin())

    def read(
        self, *, shared: bool = False, in_transaction: bool = False
    ) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for reading. `shared` as in `write`; a lock, a snapshot and rows that
        come as they are read want to be `in_transaction`.

        Raises StoreUnavailable.
        """
        engine = self.engine if in_transaction else self._short_reads if shared else self._reads
        return _Told(engine.connect())

    async def scrub(self) -> bool:
        """Take removed rows out of the write-ahead log too (safety A1); False when a reader kept it from ending.

        Nothing to do on PostgreSQL, whose files are the operator's to protect.
        """
        if not self.is_sqlite:
            return True
        async with self._writer.pause(), self.engine.connect() as connection:
            result = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return int(result.one()[0]) == 0

    @property
    def engines(self) -> tuple[AsyncEngine, ...]:
        """For who listens to statements."""
        return (self.engine,) if self.is_sqlite else (self.engine, self._steps)

    async def close(self) -> None:
        """Give all connections back and wait for what they still do."""
        await self._writer.close()
        for engine in self.engines:
            await engine.dispose()
        await self._sqlite_connections.end()


class _Told:
    """A context whose errors are told as the ports know them; a class, because every step goes through one."""

    __slots__ = ("_inner",)

    def __init__(self, inner: AbstractAsyncContextManager[AsyncConnection]) -> None:
        self._inner = inner

    async def __aenter__(self) -> AsyncConnection:
        try:
            return await self._inner.__aenter__()
        except (DatabaseError, NoFreeConnection) as error:
            if (told := _told(error)) is None:
                raise
            raise told from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            hidden = await self._inner.__aexit__(kind, error, trace)
        except (DatabaseError, NoFreeConnection) as raised:
            if (told := _told(raised)) is None:
                raise
            raise told from raised
        if isinstance(error, DatabaseError | NoFreeConnection) and (told := _told(error)) is not None:
            raise told from error
        return hidden


def _told(error: DatabaseError | NoFreeConnection) -> Exception | None:
    """PostgreSQL ended one of two transactions that waited for each other, or it is away; None: the fault is ours."""
    if isinstance(error, NoFreeConnection):
        return _unavailable()
    if getattr(error.orig, "sqlstate", None) == "40P01":
        return busy()
    return _unavailable() if _is_away(error) else None


def _is_away(error: DatabaseError) -> bool:
    """It does not answer, or hung up, or its file is damaged, which SQLite tells by the plain error and no kind of it.

    PostgreSQL hangs up on a process that stood still within a transaction, which is no OperationalError.
    """
    return error.connection_invalidated or isinstance(error, OperationalError) or type(error) is DatabaseError


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable(
        "The database cannot be used right now; nothing was changed.",
        hint="Check that the disk has room and that the database runs, then try again.",
    )


def async_url(url: str) -> sa.URL:
    """The same database with the asynchronous driver; `postgresql://` means psycopg 3."""
    parsed = sa.make_url(url)
    name = parsed.get_backend_name()
    return parsed.set(drivername="sqlite+aiosqlite" if name == "sqlite" else "postgresql+psycopg")


def _create_engine(url: str, sqlite_connections: sqlite_driver.Connections) -> AsyncEngine:
    """Its errors do not repeat the values of a statement, which may be texts or addresses (safety A2)."""
    parsed = async_url(url)
    if parsed.get_backend_name() != "sqlite":
        return postgres_driver.open_engine(parsed, short=False)
    engine = create_async_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        pool_size=5,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"async_creator_fn": sqlite_connections.connect},
    )
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """In one visit to the connection's thread: there are some twenty statements."""
    connection.run_async(lambda driver: driver.visit(_prepare))


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in (
        f"busy_timeout={sqlite_driver.BUSY_MILLISECONDS}",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)
    for statement in (*recording.SETUP, *(statement for compound in COMPOUNDS for statement in compound.setup)):
        connection.execute(statement)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """The first change of a new file's journal needs it alone, and SQLite does not wait for that by itself."""
    last = time.monotonic() + sqlite_driver.BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(_JOURNAL_PAUSE)
        else:
            return
