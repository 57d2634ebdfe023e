"""A database moves to another kind whole, and counts as one only then; what stopped goes on where it was."""

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.errors import StoreUnavailable
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


def test_what_the_other_database_does_not_take_or_gives_back_otherwise_is_named_and_is_no_copy(
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
    sqlite_cli.within(mend)
    insert = copying._insert

    async def lossy(connection: AsyncConnection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
        await insert(connection, table, rows[1:] if table is precincts else rows)

    monkeypatch.setattr(copying, "_insert", lossy)
    refused = sqlite_cli.run("db", "copy", "--to", empty_postgres, code=1)
    assert "The copy of precincts is not what was read" in refused
    assert_is_no_database(moved_to(sqlite_cli, empty_postgres), COMMANDS)


COMMANDS = (("doctor",), ("db", "upgrade"), ("db", "status"), ("init",), ("campaign", "status", "1"))


def assert_is_no_database(copy: Cli, commands: Sequence[Sequence[str]] = COMMANDS[:1]) -> None:
    for words in commands:
        assert "a copy that is not finished" in copy.run(*words, code=1)


async def fill(engine: Engine) -> None:
    """What takes a while to copy."""
    post = {"address_hash": "0" * 64, "text": "t", "choices": [], "language": "en", "created_at": system_clock()}
    async with engine.database.write() as connection:
        await connection.execute(inbox.insert(), [{**post, "delivery_key": str(key)} for key in range(7_000)])


WAITS = """CREATE FUNCTION wait() RETURNS trigger AS
$$ BEGIN PERFORM pg_advisory_xact_lock(NEW.delivery_key::int); RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER wait BEFORE INSERT ON inbox FOR EACH ROW WHEN (NEW.delivery_key IN ('3500', '6500'))
EXECUTE FUNCTION wait()"""
"""In the middle of a batch, for as long as somebody holds that number."""


def test_stopped_in_between_it_is_no_database_and_goes_on_where_it_was(
    sqlite_cli: Cli, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_cli.within(fill)
    before = rows_of(sqlite_cli)

    async def fails(*_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(copying, "_insert", fails)
        sqlite_cli.run("db", "copy", "--to", empty_postgres, code=1)
    told(empty_postgres, WAITS)
    for key, how in ((3500, signal.SIGINT), (6500, signal.SIGKILL)):
        with psycopg.connect(empty_postgres) as gate:
            gate.execute("SELECT pg_advisory_xact_lock(%s)", [key])
            process = subprocess.Popen(
                [GROUNDSWELL, "db", "copy", "--to", empty_postgres],
                env={**os.environ, **sqlite_cli.environment},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            until_it_waits(empty_postgres)
            process.send_signal(how)
            assert process.wait(30) != 0
    assert_is_no_database(moved_to(sqlite_cli, empty_postgres))
    kept = written_by(empty_postgres)
    assert len(kept) == 6000
    said = sqlite_cli.run("db", "copy", "--to", empty_postgres)
    assert "Went on where an earlier run stopped: 6000 rows were there" in said
    assert "counts and hashes agree" in said
    assert kept < written_by(empty_postgres), "what was there was not written again"
    assert rows_of(sqlite_cli) == before
    moved = moved_to(sqlite_cli, empty_postgres)
    assert rows_of(moved) == before
    moved.run("doctor")
    assert "not empty" in sqlite_cli.run("db", "copy", "--to", empty_postgres, code=1), "it is whole now"


STAYS = """CREATE TRIGGER stay BEFORE INSERT ON inbox WHEN NEW.delivery_key IN ('{}')
BEGIN SELECT count(*) FROM inbox a, inbox b, inbox c; END"""
"""In the middle of a batch, for far longer than anybody waits."""


def test_killed_on_the_way_to_a_file_it_goes_on_where_it_was(
    postgres_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise StoreUnavailable("The disk is full.")

    postgres_cli.within(fill)
    before = rows_of(postgres_cli)
    file = postgres_cli.folder / "copy.db"
    copy = ("db", "copy", "--to", f"sqlite:///{file}")
    with monkeypatch.context() as patch:
        patch.setattr(copying, "_insert", fails)
        postgres_cli.run(*copy, code=1)
    assert file.stat().st_mode & 0o077 == 0
    for key, there in ((3500, 3000), (6500, 6000)):
        in_file(file, STAYS.format(key))
        process = subprocess.Popen(
            [GROUNDSWELL, *copy],
            env={**os.environ, **postgres_cli.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_there_are(file, there)
        process.kill()
        assert process.wait(30) == -signal.SIGKILL
        in_file(file, "DROP TRIGGER stay")
    moved = moved_to(postgres_cli, f"sqlite:///{file}")
    assert_is_no_database(moved)
    in_file(
        file, "CREATE TRIGGER again BEFORE INSERT ON inbox WHEN NEW.id <= 6000 BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    said = postgres_cli.run(*copy)
    in_file(file, "DROP TRIGGER again")
    assert re.search(r"Went on where an earlier run stopped: \d+ rows were there", said)
    assert rows_of(moved) == before == rows_of(postgres_cli)
    moved.run("doctor")
    assert "copy.db is there already" in postgres_cli.run(*copy, code=1), "it is whole now"


def test_a_file_is_not_gone_on_with_when_the_database_was_used_meanwhile(
    sqlite_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sqlite_cli.folder / "copy.db"
    copy = ("db", "copy", "--to", f"sqlite:///{file}")
    insert = copying._insert

    async def fails(connection: AsyncConnection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
        if table is campaigns:
            raise StoreUnavailable("The disk is full.")
        await insert(connection, table, rows)

    async def change(engine: Engine) -> None:
        async with engine.database.write() as connection:
            await connection.execute(precincts.update().values(name="Later"))

    number_of_a_new_one(sqlite_cli)
    with monkeypatch.context() as patch:
        patch.setattr(copying, "_insert", fails)
        sqlite_cli.run(*copy, code=1)
    sqlite_cli.within(change)
    assert "To begin anew, remove that file" in sqlite_cli.run(*copy, code=1)
    file.unlink()
    sqlite_cli.run(*copy)
    assert rows_of(moved_to(sqlite_cli, f"sqlite:///{file}")) == rows_of(sqlite_cli)


def in_file(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(sql)


def until_there_are(file: Path, rows: int) -> None:
    deadline = time.monotonic() + 60
    with closing(sqlite3.connect(file)) as connection:
        while time.monotonic() < deadline:
            if connection.execute("SELECT count(*) FROM inbox").fetchone() == (rows,):
                return
            time.sleep(0.01)
    raise AssertionError("it never came so far")


def until_it_waits(url: str) -> None:
    deadline = time.monotonic() + 60
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            sql = "SELECT 1 FROM pg_stat_activity WHERE datname = 'moved' AND wait_event = 'advisory'"
            if connection.execute(sql).fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("it never came so far")


def written_by(url: str) -> set[tuple[object, ...]]:
    """Posts with the number of the transaction that wrote them."""
    with psycopg.connect(url) as connection:
        return set(connection.execute("SELECT id, xmin::text FROM inbox").fetchall())


def test_it_does_not_go_on_over_what_changed_or_from_another_database_or_beside_another_run(
    sqlite_cli: Cli, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = copying._insert
    failing = [StoreUnavailable("The disk is full.")]

    async def interrupted(connection: AsyncConnection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
        if table is precincts and failing:
            raise failing.pop()
        if table is precincts:
            told(empty_postgres, "UPDATE unfinished_copy SET rows = 1 WHERE name = 'campaigns'")
        await insert(connection, table, rows)

    async def put(engine: Engine) -> None:
        async with engine.store.write() as work:
            await work.inbox.put(Destination("web", "x"), "k", Message("First"), system_clock())

    async def change(engine: Engine) -> None:
        async with engine.database.write() as connection:
            await connection.execute(inbox.update().values(text="Later"))

    number_of_a_new_one(sqlite_cli)
    sqlite_cli.within(put)
    monkeypatch.setattr(copying, "_insert", interrupted)
    copy = ("db", "copy", "--to", empty_postgres)
    sqlite_cli.run(*copy, code=1)
    assert "Another copy to this database is at work" in sqlite_cli.run(*copy, code=1)
    told(empty_postgres, "UPDATE unfinished_copy SET rows = 0 WHERE name = 'campaigns'")
    other = sqlite_cli.folder / "other"
    other.mkdir()
    Cli(other).run("init")
    assert "begun from another one" in Cli(other).run(*copy, code=1)
    sqlite_cli.within(change)
    refused = sqlite_cli.run(*copy, code=1)
    assert "is not what this database holds now" in refused
    assert "createdb NAME" in refused
    told(empty_postgres, "UPDATE alembic_version SET version_num = 'copying 0001'")
    assert "begun by another version" in sqlite_cli.run(*copy, code=1)
    assert_is_no_database(moved_to(sqlite_cli, empty_postgres))


def told(url: str, sql: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(sql)
