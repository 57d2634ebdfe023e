"""Transactions that queue for SQLite's writer and may share one COMMIT: each is kept whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from campaign_engine.store import sqlite_driver, sqlite_writer
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import meta, metadata


@dataclass
class Desk:
    """A database, what its writer was told, and the keys that others see."""

    database: Database
    told: list[str] = field(default_factory=list)

    async def write(self, key: str, *, shared: bool = True, fails: bool = False, sql: str = "") -> None:
        async with self.database.write(shared=shared, durable=not shared) as connection:
            await connection.execute(meta.insert().values(key=key, value="v"))
            if sql:
                await connection.exec_driver_sql(sql)
            if fails:
                raise LookupError(key)

    async def keys(self) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(sa.select(meta.c.key).order_by(meta.c.key))).scalars())

    @property
    def commits(self) -> int:
        return sum(sql.startswith("COMMIT") for sql in self.told)


@pytest.fixture
async def desk(tmp_path: Any, cipher: AddressCipher) -> AsyncIterator[Desk]:
    database = Database(f"sqlite:///{tmp_path}/shared.db", cipher)
    desk = Desk(database)
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        await sqlite_driver.of(connection).visit(lambda inner: inner.set_trace_callback(desk.told.append))
    desk.told.clear()
    yield desk
    await database.close()


async def test_those_that_queue_share_one_commit_and_one_alone_has_its_own(desk: Desk) -> None:
    await desk.write("alone")
    assert desk.commits == 1
    await asyncio.gather(*(desk.write(f"k{number:02}") for number in range(20)))
    assert desk.commits == 2
    assert len(await desk.keys()) == 21


async def test_nobody_goes_on_before_the_commit(desk: Desk) -> None:
    async def write_and_look(key: str) -> bool:
        await desk.write(key)
        return key in await desk.keys()

    assert all(await asyncio.gather(*(write_and_look(f"k{number}") for number in range(5))))


async def test_an_error_takes_back_itself_alone(desk: Desk) -> None:
    told = await asyncio.gather(
        desk.write("a"), desk.write("b", fails=True), desk.write("a"), desk.write("c"), return_exceptions=True
    )
    assert [type(one) for one in told] == [type(None), LookupError, IntegrityError, type(None)]
    assert await desk.keys() == ["a", "c"]
    assert desk.commits == 1


async def test_one_that_may_not_share_commits_the_others_first_and_itself_at_once(desk: Desk) -> None:
    order = [desk.write("a"), desk.write("b"), desk.write("durable", shared=False), desk.write("c")]
    await asyncio.gather(*order)
    assert await desk.keys() == ["a", "b", "c", "durable"]
    kept = [sql for sql in desk.told if sql.startswith(("BEGIN", "COMMIT", "PRAGMA synchronous"))]
    level = "PRAGMA synchronous={}".format
    assert kept == ["BEGIN IMMEDIATE", "COMMIT", level("FULL"), "BEGIN IMMEDIATE", "COMMIT", level("NORMAL"),
                    "BEGIN IMMEDIATE", "COMMIT"]  # fmt: skip


async def test_a_group_that_grew_too_large_is_committed_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "MOST_SHARING", 4)
    await asyncio.gather(*(desk.write(f"k{number}") for number in range(10)))
    assert desk.commits == 3
    assert len(await desk.keys()) == 10


async def test_those_who_stop_waiting_leave_the_others_committed(desk: Desk) -> None:
    tasks = [asyncio.create_task(desk.write(f"k{number}")) for number in range(4)]
    await asyncio.sleep(0)
    for task in tasks[1:]:
        task.cancel()
    await asyncio.wait(tasks)
    assert not tasks[0].cancelled()
    assert "k0" in await desk.keys()
    await desk.write("after")
    assert "after" in await desk.keys()


async def test_a_commit_that_fails_is_told_to_everybody_in_it_and_to_nobody_else(desk: Desk) -> None:
    orphan = "INSERT INTO campaign_targets (campaign_id, precinct) VALUES (999, 999)"
    told = await asyncio.gather(
        desk.write("a", sql="PRAGMA defer_foreign_keys=ON"),
        desk.write("b", sql=orphan),
        desk.write("durable", shared=False),
        return_exceptions=True,
    )
    assert [type(one) for one in told] == [IntegrityError, IntegrityError, type(None)]
    assert await desk.keys() == ["durable"]


async def test_where_sqlite_itself_took_all_back_nobody_is_told_that_it_was_kept(desk: Desk) -> None:
    async def roll_back() -> None:
        async with desk.database.write(shared=True) as connection:
            await connection.exec_driver_sql("ROLLBACK")
            raise LookupError

    told = await asyncio.gather(desk.write("a"), roll_back(), desk.write("b"), return_exceptions=True)
    assert isinstance(told[0], Exception)
    assert isinstance(told[1], LookupError)
    assert told[2] is None
    assert await desk.keys() == ["b"]
