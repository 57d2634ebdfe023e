"""Transactions behave the same on SQLite and PostgreSQL."""

import asyncio

import pytest

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database

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


async def test_forty_writers_at_once_all_commit(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(INSERT.format(number))

    await asyncio.gather(*(write(number) for number in range(40)))
    assert await count(database) == 40


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.write(durable=True) as connection:
        await connection.exec_driver_sql(INSERT.format("a"))
        assert await asyncio.wait_for(count(database), 5) == 0
    assert await count(database) == 1


async def test_an_unreachable_server_is_a_clear_error(cipher: AddressCipher) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", cipher)
    with pytest.raises(StoreUnavailable, match="nothing was changed"):
        await count(database)
    await database.close()
