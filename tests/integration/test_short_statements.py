"""Short statements run on the event loop of SQLite's writer, and leave it whenever that could make it wait."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from campaign_engine.store import sqlite_driver
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.short import Short
from campaign_engine.store.tables import meta

MARK = Short(
    lambda _dialect: meta.insert().values(key=sa.bindparam("k"), value=sa.bindparam("v")).returning(meta.c.key)
)
WHERE = Short(lambda _dialect: sa.text("SELECT thread_of()"))
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n"


@pytest.fixture
async def database(sqlite_url: str, cipher: AddressCipher) -> AsyncIterator[Database]:
    """Its writer knows in which thread it is asked."""
    database = Database(sqlite_url, cipher)
    async with database.write() as connection:
        driver = sqlite_driver.of(connection)
        await driver.visit(lambda inner: inner.create_function("thread_of", 0, threading.get_ident))
    yield database
    await database.close()


async def here(database: Database) -> bool:
    async with database.write() as connection:
        return bool((await WHERE.row(connection, {}))[0] == threading.get_ident())


async def keys(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(sa.select(meta.c.key).order_by(meta.c.key))).scalars())


async def test_a_short_statement_needs_no_thread_and_is_committed_like_any_other(database: Database) -> None:
    assert await here(database)
    async with database.write() as connection:
        assert tuple(await MARK.row(connection, {"k": "a", "v": "1"})) == ("a",)
        assert await keys(database) == []
    assert await keys(database) == ["a"]


async def test_an_error_is_told_as_sqlalchemy_does_without_values_and_takes_all_back(database: Database) -> None:
    async def twice() -> None:
        async with database.write() as connection:
            await MARK.row(connection, {"k": "a", "v": "1"})
            await MARK.row(connection, {"k": "a", "v": "somebody's words"})

    with pytest.raises(IntegrityError) as caught:
        await twice()
    assert "words" not in str(caught.value)
    assert await keys(database) == []


async def test_while_another_process_writes_the_event_loop_goes_on(database: Database, sqlite_url: str) -> None:
    async def mark() -> None:
        async with database.write() as connection:
            await MARK.row(connection, {"k": "ours", "v": "1"})

    with closing(sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(mark())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        other.execute("INSERT INTO meta VALUES ('theirs', '1')")
        other.execute("COMMIT")
        await waiting
    assert await keys(database) == ["ours", "theirs"]
    async with database.write() as connection:
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar_one() == sqlite_driver.BUSY_MILLISECONDS


async def test_a_write_looks_often_for_the_moment_between_two_of_another_process(
    database: Database, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, slept = Path(sqlite_url.removeprefix("sqlite:///")), list[float]()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 3:
                other.execute("COMMIT")

        monkeypatch.setattr(time, "sleep", sleep)
        async with database.write() as connection:
            await connection.execute(meta.insert().values(key="ours", value="1"))
    assert len(slept) == 3
    assert max(slept) <= 0.001
    assert await keys(database) == ["ours"]


async def test_after_a_slow_one_statements_go_to_the_thread_for_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_driver, "SHORT_SECONDS", -1.0)
    assert await here(database)
    assert not await here(database)


async def test_behind_a_statement_that_nobody_waits_for_any_more_it_queues(database: Database) -> None:
    """Two threads in one connection would corrupt what they read."""
    async with database.write() as connection:
        driver = sqlite_driver.of(connection)
        left = asyncio.create_task(driver.visit(lambda inner: inner.execute(SLOW).fetchall()))
        await asyncio.sleep(0)
        left.cancel()
        assert (await WHERE.row(connection, {}))[0] != threading.get_ident()
        assert (await WHERE.row(connection, {}))[0] == threading.get_ident()


async def test_who_listens_to_statements_hears_of_it(database: Database) -> None:
    heard: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await here(database)
    assert heard == ["SELECT thread_of()"]
