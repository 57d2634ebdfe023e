"""A database moves to another kind whole, or not at all."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.message import Destination, Message
from campaign_engine.ports.clock import system_clock
from campaign_engine.store import copying
from campaign_engine.store.tables import campaigns, inbox, lanes, metadata, precincts
from tests.support.cli import Cli, approved_campaign
from tests.support.postgres import PostgresServer
from tests.support.program import GROUNDSWELL

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    postgres_server.execute("CREATE DATABASE moved")
    yield postgres_server.url("moved")
    postgres_server.execute("DROP DATABASE moved WITH (FORCE)")


def moved_to(cli: Cli, url: str) -> Cli:
    """The same folder and key over the other database."""
    return Cli(cli.folder, url)


def rows_of(cli: Cli) -> dict[str, list[tuple[object, ...]]]:
    async def read(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
        found = {}
        async with engine.database.read() as connection:
            for table in metadata.sorted_tables:
                rows = await connection.execute(sa.select(table))
                found[table.name] = sorted((tuple(row) for row in rows), key=repr)
        return found

    return cli.within(read)


def test_there_and_back_everything_is_the_same_and_new_rows_get_new_numbers(
    sqlite_cli: Cli, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BATCH", 7)
    number = approved_campaign(sqlite_cli)

    async def put(engine: Engine) -> None:
        async with engine.store.write() as work:
            await work.inbox.put(Destination("web", "x"), "k", Message("¡Hola! \u2028 '\\"), system_clock())

    sqlite_cli.within(put)
    before = rows_of(sqlite_cli)
    said = sqlite_cli.run("db", "copy", "--to", empty_postgres)
    assert re.search(r"Copied \d+ rows of \d+ tables to 127\.0\.0\.1:\d+/moved; counts and hashes agree", said)
    moved = moved_to(sqlite_cli, empty_postgres)
    assert rows_of(moved) == before
    assert sum(map(len, before.values())) == int(re.findall(r"Copied (\d+) rows", said)[0])
    moved.run("audit", "verify")
    moved.run("doctor")
    assert "Brownsville" in moved.run("campaign", "status", str(number))
    assert number_of_a_new_one(moved) > number
    back = sqlite_cli.folder / "back.db"
    now = rows_of(moved)
    moved.run("db", "copy", "--to", f"sqlite:///{back}")
    returned = moved_to(sqlite_cli, f"sqlite:///{back}")
    assert rows_of(returned) == now
    assert {path.name for path in sqlite_cli.folder.iterdir() if "back" in path.name} <= {
        "back.db", "back.db-wal", "back.db-shm",
    }  # fmt: skip
    assert number_of_a_new_one(returned) > number


def number_of_a_new_one(cli: Cli) -> int:
    """Given by the database itself."""

    async def make(engine: Engine) -> int:
        new = campaigns.insert().values(
            title="x", kind="pledge", goal=1, languages=[], status="draft", version=1, created_at=system_clock()
        )
        async with engine.database.write() as connection:
            return int((await connection.execute(new.returning(campaigns.c.id))).scalar_one())

    return cli.within(make)


def test_what_is_refused_leaves_both_databases_as_they_were(sqlite_cli: Cli, empty_postgres: str) -> None:
    before = rows_of(sqlite_cli)
    with psycopg.connect(empty_postgres) as connection:
        connection.execute("CREATE TABLE theirs (id integer)")
    there = sqlite_cli.folder / "there.db"
    there.write_text("mine", encoding="utf-8")
    for url, said in (
        (empty_postgres, "not empty"),
        (f"sqlite:///{there}", "there.db is there already"),
        (f"sqlite:///{sqlite_cli.folder}/no/such/new.db", "folder for new.db does not exist"),
        ("mysql://x/y", "only sqlite:/// and postgresql://"),
        ("postgresql://somebody:hush@127.0.0.1:1/nowhere", "127.0.0.1:1/nowhere"),
    ):
        refused = sqlite_cli.run("db", "copy", "--to", url, code=1)
        assert said in refused
        assert "hush" not in refused
    assert there.read_text(encoding="utf-8") == "mine"
    with psycopg.connect(empty_postgres) as connection:
        connection.execute("DROP TABLE theirs")

    async def work(engine: Engine) -> None:
        async with engine.store.write() as work:
            await work.lanes.take("web", "somebody", system_clock(), system_clock())

    sqlite_cli.within(work)
    assert "is running" in sqlite_cli.run("db", "copy", "--to", empty_postgres, code=1)
    assert is_empty(empty_postgres)

    async def leave(engine: Engine) -> None:
        async with engine.database.write() as connection:
            await connection.execute(lanes.delete())

    sqlite_cli.within(leave)
    other_key = sqlite_cli.folder / "other"
    other_key.mkdir()
    Cli(other_key).run("init")
    refused = sqlite_cli.run(
        "db", "copy", "--to", empty_postgres, code=1, KEY_FILE=str(other_key / "keys" / "key.json")
    )
    assert "does not fit the database" in refused
    assert is_empty(empty_postgres)
    assert rows_of(sqlite_cli) == before


def is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone() is None


def test_what_the_other_database_does_not_take_or_gives_back_otherwise_is_named_and_nothing_is_kept(
    sqlite_cli: Cli, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def spoil(engine: Engine) -> None:
        async with engine.database.write() as connection:
            await connection.execute(precincts.update().where(precincts.c.number == 75).values(borough="B" * 40))

    async def mend(engine: Engine) -> None:
        async with engine.database.write() as connection:
            await connection.execute(precincts.update().where(precincts.c.number == 75).values(borough="Brooklyn"))

    sqlite_cli.within(spoil)
    refused = sqlite_cli.run("db", "copy", "--to", empty_postgres, code=1)
    assert "precincts holds something that the other database does not take" in refused
    assert is_empty(empty_postgres)
    sqlite_cli.within(mend)
    insert = copying._insert

    async def lossy(connection: object, table: sa.Table, rows: list[object]) -> None:
        await insert(connection, table, rows[1:] if table is precincts else rows)  # type: ignore[arg-type]

    monkeypatch.setattr(copying, "_insert", lossy)
    refused = sqlite_cli.run("db", "copy", "--to", empty_postgres, code=1)
    assert "The copy of precincts is not what was read" in refused
    assert is_empty(empty_postgres)


def test_stopped_in_between_nothing_is_there_and_it_can_be_run_again(sqlite_cli: Cli, empty_postgres: str) -> None:
    async def fill(engine: Engine) -> None:
        post = {"address_hash": "0" * 64, "text": "t", "choices": [], "language": "en", "created_at": system_clock()}
        async with engine.database.write() as connection:
            await connection.execute(inbox.insert(), [{**post, "delivery_key": str(key)} for key in range(10_000)])

    sqlite_cli.within(fill)
    before = rows_of(sqlite_cli)
    for how in (signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen(
            [GROUNDSWELL, "db", "copy", "--to", empty_postgres],
            env={**os.environ, **sqlite_cli.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_it_writes(empty_postgres)
        process.send_signal(how)
        assert process.wait(30) != 0
        assert is_empty(empty_postgres)
    assert rows_of(sqlite_cli) == before
    assert "counts and hashes agree" in sqlite_cli.run("db", "copy", "--to", empty_postgres)


def until_it_writes(url: str) -> None:
    deadline = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'moved' AND query LIKE 'INSERT INTO inbox%'"
            found = connection.execute(sql).fetchone()
            if found and found[0]:
                return
            time.sleep(0.01)
    raise AssertionError("it never began")
