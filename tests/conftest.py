"""Fixtures that all rooms share: both databases, a clock, a browser's path."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import metadata
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.certificates import read_certificates_once
from tests.support.compiled import share_compiled
from tests.support.postgres import KeptDatabase, PostgresServer, find_binaries

pytest_plugins = ["tests.support.no_silent_skips", "tests.support.collecting", "tests.support.cli", "pytester"]

TEMPLATE = "groundswell_template"

share_compiled()
read_certificates_once()
# The same examples each time, however slow the machine is; the soak looks for new ones.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=not any(name.startswith("SOAK_") for name in os.environ),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Tests that run in the background ignore Ctrl-C, and so would each program that they start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: a third of the time a test waits for a server, a browser or the disk."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def cipher() -> AddressCipher:
    return AddressCipher((b"k" * 32,), b"l" * 32)


async def _create_schema(url: str, cipher: AddressCipher) -> None:
    database = Database(url, cipher)
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, cipher: AddressCipher) -> Path:
    """A file with the schema, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_create_schema(f"sqlite:///{path}", cipher))
    return path


@pytest.fixture(scope="session")
def postgres_server(cipher: AddressCipher) -> Iterator[PostgresServer]:
    """A server of our own with a template database that holds the schema.

    Not below pytest's own folder: another run of pytest on the machine shuts that to the server's account.
    """
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's server binaries (initdb, postgres) are not installed")
    with tempfile.TemporaryDirectory(prefix="groundswell-") as folder:
        server = PostgresServer(Path(folder), binaries)
        server.start()
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(_create_schema(server.url(TEMPLATE), cipher))
        yield server
        server.stop()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "groundswell.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def kept_database(postgres_server: PostgresServer) -> Iterator[KeptDatabase]:
    """One for all tests of this process: making and dropping one costs far more than emptying it."""
    kept = KeptDatabase(postgres_server, TEMPLATE)
    yield kept
    kept.close()


@pytest.fixture
def postgres_url(kept_database: KeptDatabase) -> Iterator[str]:
    kept_database.make()
    yield kept_database.url
    kept_database.empty()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Whatever uses this runs on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """For the setting DATABASE_URL: empty means the default, a file in the data folder; no table is there yet."""
    if request.param == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"empty_{abs(hash((request.node.nodeid, os.getpid()))):x}"
    server.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str, cipher: AddressCipher) -> AsyncIterator[Database]:
    database = Database(database_url, cipher)
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> SqlStore:
    return SqlStore(database)
