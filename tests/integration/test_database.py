"""Transactions behave the same on SQLite and PostgreSQL."""

import asyncio
import contextlib
import sqlite3
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import meta
from tests.support.waiting import eventually

NO_OTHER_IN_A_TRANSACTION = sa.text(
    "SELECT count(*) = 0 FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"
)
INSERT = "INSERT INTO meta (key, value) VALUES ('{}', 'v')"


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM meta")).scalar_one())


async def test_an_error_rolls_the_transaction_back(database: Database) -> None:
    async def write_then_fail() -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(INSERT.format("a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_then_fail()
    assert await count(database) == 0


async def test_A2_an_error_of_the_database_does_not_repeat_what_was_written(database: Database) -> None:
    async def twice() -> None:
        async with database.write() as connection:
            for value in ("the first", "somebody's words"):
                await connection.execute(meta.insert().values(key="k", value=value))

    with pytest.raises(IntegrityError) as caught:
        await twice()
    assert "somebody's words" not in str(caught.value)


async def test_a_cancelled_writer_leaves_nothing_and_the_next_one_writes(database: Database) -> None:
    begun = asyncio.Event()

    async def write_and_wait() -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(INSERT.format("a"))
            begun.set()
            await asyncio.Event().wait()

    writer = asyncio.create_task(write_and_wait())
    await begun.wait()
    writer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writer
    async with database.write(durable=True) as connection:
        await connection.exec_driver_sql(INSERT.format("b"))
    assert await count(database) == 1


async def test_a_statement_that_fails_does_not_spoil_the_next_writer(database: Database) -> None:
    async def write_twice_the_same() -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(INSERT.format("a"))
            await connection.exec_driver_sql(INSERT.format("a"))

    with pytest.raises(IntegrityError):
        await write_twice_the_same()
    async with database.write() as connection:
        await connection.exec_driver_sql(INSERT.format("b"))
    assert await count(database) == 1


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
async def test_a_durable_write_survives_a_power_cut_and_only_it_waits_for_the_disk(
    sqlite_url: str, cipher: AddressCipher, durable: bool, level: int
) -> None:
    database = Database(sqlite_url, cipher)
    for before in (True, False, True):
        async with database.write(durable=before) as connection:
            await connection.exec_driver_sql(INSERT.format(before) + " ON CONFLICT DO NOTHING")
        async with database.write(durable=durable) as connection:
            assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one() == level
    await database.close()


@pytest.mark.parametrize("fails", [None, IntegrityError, asyncio.CancelledError])
async def test_only_a_trusted_write_is_not_looked_after_whatever_came_of_it(
    sqlite_url: str, cipher: AddressCipher, fails: type[BaseException] | None
) -> None:
    database, looks = Database(sqlite_url, cipher), sa.text("PRAGMA foreign_keys")
    async with contextlib.AsyncExitStack() as opened:
        opened.push_async_callback(database.close)
        with contextlib.suppress(IntegrityError, asyncio.CancelledError):
            async with database.write(trusted=True) as connection:
                seen = [await connection.scalar(looks)]
                await connection.exec_driver_sql(INSERT.format("x"))
                if fails is IntegrityError:
                    await connection.exec_driver_sql(INSERT.format("x"))
                elif fails is not None:
                    raise fails
        # A connection that was given back would be the first to be taken again.
        async with database.read() as first, database.write() as second:
            seen += [await first.scalar(looks), await second.scalar(looks)]
    assert seen == [0, 1, 1]


async def test_a_streamed_result_gives_every_row(database: Database) -> None:
    async with database.write() as connection:
        for number in range(25):
            await connection.exec_driver_sql(INSERT.format(number))
    async with (
        database.read(in_transaction=True) as connection,
        connection.stream(sa.text("SELECT key FROM meta")) as rows,
    ):
        assert {int(row.key) async for row in rows} == set(range(25))


async def test_forty_writers_at_once_all_commit(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(INSERT.format(number))

    await asyncio.gather(*(write(number) for number in range(40)))
    assert await count(database) == 40


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.write(durable=True) as connection:
        await connection.exec_driver_sql(INSERT.format("a"))
        assert await asyncio.wait_for(count(database), 60) == 0
    assert await count(database) == 1


@pytest.mark.parametrize("way", ["read", "write"])
async def test_where_every_connection_is_in_use_for_too_long_it_is_a_clear_error(
    sqlite_url: str, cipher: AddressCipher, way: str
) -> None:
    database = Database(sqlite_url, cipher)
    pool = database.engine.sync_engine.pool
    assert isinstance(pool, sa.QueuePool)
    pool._timeout, pool._max_overflow = 0.01, 0
    async with AsyncExitStack() as busy:
        for _ in range(pool.size()):
            await busy.enter_async_context(database.read())
        with pytest.raises(StoreUnavailable, match="nothing was changed"):
            async with database.read() if way == "read" else database.write():
                pass
    assert await count(database) == 0
    await database.close()


async def test_an_unreachable_server_is_a_clear_error(cipher: AddressCipher) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", cipher)
    with pytest.raises(StoreUnavailable, match="nothing was changed"):
        await count(database)
    await database.close()


async def test_a_new_file_that_another_process_writes_to_is_waited_for(tmp_path: Path, cipher: AddressCipher) -> None:
    """SQLite itself refuses at once to change the journal of a file that somebody writes to."""
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE meta (key, value)")
    other.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(0.3, other.execute, ("COMMIT",))
    ending.start()
    database = Database(f"sqlite:///{tmp_path}/new.db", cipher)
    assert await count(database) == 0
    await database.close()
    ending.join()
    other.close()


SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n"


def workers() -> set[int | None]:
    return {thread.ident for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}


async def test_after_closing_no_thread_is_left_to_report_to_a_loop_that_is_gone(
    sqlite_url: str, cipher: AddressCipher
) -> None:
    async def be_slow() -> None:
        async with database.read() as connection:
            begun.set()
            await connection.exec_driver_sql(SLOW)

    before, begun = workers(), asyncio.Event()
    database = Database(sqlite_url, cipher)
    reader = asyncio.create_task(be_slow())
    await begun.wait()
    for again in range(2):
        await asyncio.sleep(0.01)
        reader.cancel(f"{again}")
    with pytest.raises(asyncio.CancelledError):
        await reader
    await database.close()
    assert workers() == before


async def test_a_file_that_would_not_open_leaves_no_thread_either(cipher: AddressCipher) -> None:
    before = workers()
    database = Database("sqlite:////nowhere/groundswell.db", cipher)
    with pytest.raises(StoreUnavailable):
        await count(database)
    await database.close()
    assert workers() == before


@pytest.mark.postgres
@pytest.mark.parametrize("last", ["statement", "commit"])
async def test_a_process_that_stood_still_in_a_transaction_finds_the_database_away(
    postgres_url: str, cipher: AddressCipher, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    monkeypatch.setattr("campaign_engine.store.postgres_driver._FROZEN_MILLISECONDS", 20)
    database = Database(postgres_url, cipher)

    async def stand_still() -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(INSERT.format("a"))
            async with database.engine.connect() as watching:
                await watching.execution_options(isolation_level="AUTOCOMMIT")
                await eventually(lambda: watching.scalar(NO_OTHER_IN_A_TRANSACTION))
            if last == "statement":
                await connection.exec_driver_sql(INSERT.format("b"))

    with pytest.raises(StoreUnavailable):
        await stand_still()
    await database.close()
