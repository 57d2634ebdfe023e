"""Migrations from empty give the schema of the tables; running them again changes nothing."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from analytics import facts
from campaign_engine.domain.errors import ConfigurationError, StoreUnavailable
from campaign_engine.store import migrate
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import metadata
from tests.support.postgres import PostgresServer, find_binaries

ROOT = Path(__file__).parents[2]

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)

_ADDED = re.compile(r", (?=\w+ [A-Z]+)")

UPGRADE = """
import asyncio, sys
from campaign_engine.store import cipher, database, migrate
async def main():
    opened = database.Database(sys.argv[1], cipher.AddressCipher((b'k' * 32,), b'l' * 32))
    print(migrate.__file__, await migrate.upgrade(opened))
    await opened.close()
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A database without a single table, and one with the schema as the metadata create it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/100% new.db", request.getfixturevalue("sqlite_url")
        return
    created = request.getfixturevalue("postgres_url")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.execute("CREATE DATABASE migrated")
    yield server.url("migrated"), created
    server.execute("DROP DATABASE migrated WITH (FORCE)")


@pytest.fixture
async def empty(urls: tuple[str, str], cipher: AddressCipher) -> AsyncIterator[Database]:
    database = Database(urls[0], cipher)
    yield database
    await database.close()


@pytest.fixture
async def created(urls: tuple[str, str], cipher: AddressCipher) -> AsyncIterator[Database]:
    database = Database(urls[1], cipher)
    yield database
    await database.close()


async def dump(database: Database) -> list[str]:
    """The whole schema as the database itself prints it, without the table in which the revision stands."""
    if database.is_sqlite:
        return await _dump_sqlite(database)
    binaries = find_binaries()
    assert binaries is not None
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    program = [str(binaries / "pg_dump"), "-s", "-T", "alembic_version", url]
    done = await asyncio.to_thread(subprocess.run, program, check=True, capture_output=True, text=True)
    # Blocks stand in the order of the tables' names; newer versions put a random word into \restrict lines.
    return sorted(block for block in done.stdout.split("\n\n") if "restrict" not in block and "Name:" not in block)


async def _dump_sqlite(database: Database) -> list[str]:
    """Every CREATE statement with its inner lines in order of text, since constraints may be written in any order.

    A column that was added later stands on the line of the one before it.
    """
    async with database.read() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'"
        )
        statements = [row.sql for row in rows]
    lines = ([one for line in sql.splitlines() for one in _ADDED.split(line)] for sql in statements)
    return sorted("\n".join(sorted(line.strip().rstrip(",") for line in of_one)) for of_one in lines)


async def test_migrations_from_empty_equal_the_tables(empty: Database, created: Database) -> None:
    await migrate.upgrade(empty)
    migrated, expected = await dump(empty), await dump(created)
    assert len(expected) > len(metadata.tables)
    assert migrated == expected


async def test_a_second_run_changes_nothing(empty: Database) -> None:
    assert await migrate.current(empty) is None
    first = await migrate.upgrade(empty)
    before = await dump(empty)
    assert await migrate.upgrade(empty) == first == await migrate.current(empty) == migrate.newest()
    assert await dump(empty) == before


async def test_two_processes_at_once_take_turns(empty: Database, urls: tuple[str, str]) -> None:
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, urls[0], cwd=ROOT) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]
    assert await migrate.current(empty) == migrate.newest()


async def test_a_step_that_fails_leaves_nothing_behind(empty: Database) -> None:
    async with empty.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE occurrences (id integer)")
    with pytest.raises((StoreUnavailable, sa.exc.DBAPIError)):
        await migrate.upgrade(empty)
    async with empty.read() as connection:
        names = await connection.run_sync(lambda inner: sa.inspect(inner).get_table_names())
    assert names == ["occurrences"]


async def test_a_database_of_a_newer_program_is_refused(empty: Database) -> None:
    await migrate.upgrade(empty)
    async with empty.write() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newer version"):
        await migrate.upgrade(empty)


def _to_revision(connection: sa.Connection, revision: str) -> None:
    with as_file(files("campaign_engine.store.migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _counted_by_monday(connection: sa.Connection) -> None:
    """One ally who came on a Sunday; seven who have gone, of two weeks."""
    tables = sa.MetaData()
    tables.reflect(connection, only=["contacts", "actions", "people_facts", "week_gone", "week_times"])

    def add(table: str, *rows: dict[str, object]) -> None:
        connection.execute(tables.tables[table].insert(), [*rows])

    sunday = datetime(2026, 11, 29, 17, tzinfo=UTC)
    campaign = {"id": 1, "title": "Winter", "kind": "pledge", "goal": 9, "languages": ["en"], "status": "running"}
    add("campaigns", {**campaign, "version": 1, "created_at": sunday, "launched_at": sunday})
    ally = {"id": 1, "pseudonym": "p", "age_band": "16-17", "language": "en", "precinct_declined": True}
    add("contacts", {**ally, "generation": 0, "created_at": sunday, "last_seen_at": sunday, "simulated": False})
    act = {"id": 1, "contact_id": 1, "kind": "tap", "campaign_id": 1, "channel": "web", "generation": 0}
    add("actions", {**act, "day": sunday.date()})
    key = {
        "campaign_id": 1,
        "what": "reached",
        "precinct": 0,
        "site_id": 0,
        "generation": 0,
        "counted": True,
        "part": 0,
    }
    for channel, week, people, gone in (("", MONDAY - 7 * DAY, 4, 4), ("", MONDAY, 3, 3), ("web", MONDAY, 1, 0)):
        add("people_facts", {**key, "channel": channel, "week": week, "people": people, "gone": gone})
    add("week_gone", {"campaign_id": 1, "week": MONDAY, "what": "reached", "people": 3})
    add("week_times", {"campaign_id": 1, "week": MONDAY, "contact_id": 1, "what": "reached"})


async def test_weeks_that_began_on_monday_begin_on_the_sunday_before(empty: Database) -> None:
    """Whoever has gone moves with their week; who is there and came on a Sunday is counted in the week it begins."""

    async with empty.write() as connection:
        await connection.run_sync(_to_revision, "0032")
        await connection.run_sync(_counted_by_monday)
    await migrate.upgrade(empty)
    async with empty.read() as connection:
        both = await connection.run_sync(lambda inner: (facts.read(inner, 1), facts.read_weeks(inner, 1)))
    before = date(2026, 11, 15)
    assert both[0].by("reached", "week") == {before: 4, MONDAY - DAY: 3, date(2026, 11, 29): 1}
    assert {week: of["reached"] for week, of in both[1].items()} == {MONDAY - DAY: 3, date(2026, 11, 29): 1}


def test_the_newest_step_is_the_one_that_alembic_would_go_to() -> None:
    with as_file(files("campaign_engine.store.migrations")) as folder:
        assert ScriptDirectory(str(folder)).get_heads() == [migrate.newest()]


def test_an_installed_wheel_migrates_and_has_the_lessons_without_the_source_tree(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for package in ("campaign_engine", "templates"):
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "dist").glob("*.whl")
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE, f"sqlite:///{tmp_path}/new.db"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    lessons = sorted(path.name for path in (installed / "templates" / "lessons").iterdir())
    assert lessons == sorted(f"{group}{number}.toml" for group in "BDA" for number in range(1, 5))
    assert done.stdout.split() == [str(installed / "campaign_engine/store/migrate.py"), migrate.newest()]
