"""On PostgreSQL a step's statements are planned once per connection, and a connection that broke while it rested is
replaced before anybody meets it.
"""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination
from campaign_engine.store import postgres_driver
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.short import Short
from campaign_engine.store.tables import meta
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.postgres import KeptDatabase
from tests.support.talk import NOW

pytestmark = pytest.mark.postgres

PLANS = sa.text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%seen_updates%'")
WHO = sa.text("SELECT pg_backend_pid()")
HANG_UP = sa.text("SELECT pg_terminate_backend(:pid, 5000)")
MARK = Short(
    lambda _dialect: meta.insert().values(key=sa.bindparam("k"), value=sa.bindparam("v")).returning(meta.c.key)
)


@pytest.fixture
async def database(postgres_url: str, kept_database: KeptDatabase, cipher: AddressCipher) -> AsyncIterator[Database]:
    """Its connections have planned nothing yet."""
    kept_database.connections.hang_up()
    database = Database(postgres_url, cipher)
    yield database
    await database.close()


async def seen(database: Database, *updates: str) -> None:
    for update in updates:
        async with SqlStore(database).write(shared=True) as work:
            await work.dialogues.open(Destination("web", "one"), update, NOW)


async def hang_up(database: Database, pid: int | None) -> None:
    async with database.read() as connection:
        assert await connection.scalar(HANG_UP, {"pid": pid})


async def test_a_steps_large_statement_is_planned_once_whatever_it_looks_for(database: Database) -> None:
    await seen(database, *"abcdefgh")
    async with SqlStore(database).read(shared=True) as work:
        await work.dialogues.look(Destination("web", "one"), NOW)
    async with database.write(shared=True) as connection:
        assert (await connection.execute(PLANS)).all() == [(8, 0)]


async def test_a_connection_that_broke_while_it_rested_is_replaced_unseen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_driver, "_RESTED_SECONDS", 0.0)
    await seen(database, "a")
    async with database.read(shared=True) as connection:
        pid = await connection.scalar(WHO)
    await hang_up(database, pid)
    await seen(database, "b")
    async with database.read() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM seen_updates")) == 2


async def test_one_that_breaks_in_the_middle_is_the_database_away_and_is_not_used_again(database: Database) -> None:
    async def breaks() -> None:
        async with database.write(shared=True) as connection:
            await MARK.row(connection, {"k": "a", "v": "1"})
            await hang_up(database, await connection.scalar(WHO))
            await MARK.row(connection, {"k": "b", "v": "2"})

    with pytest.raises(StoreUnavailable):
        await breaks()
    async with database.write(shared=True) as connection:
        assert tuple(await MARK.row(connection, {"k": "c", "v": "3"})) == ("c",)
    async with database.read() as connection:
        assert list(await connection.scalars(sa.select(meta.c.key))) == ["c"]


async def test_A2_an_error_of_a_short_statement_shows_no_value(database: Database) -> None:
    async def twice() -> None:
        async with database.write(shared=True) as connection:
            await MARK.row(connection, {"k": "a", "v": "1"})
            await MARK.row(connection, {"k": "a", "v": "somebody's words"})

    with pytest.raises(IntegrityError) as caught:
        await twice()
    assert "words" not in str(caught.value)
