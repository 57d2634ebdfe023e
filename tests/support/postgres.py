"""A PostgreSQL server of the tests' own, in a temporary folder, on a loopback port."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.platforms.loopback import free_port
from tests.support.kept_connections import KeptConnections


def find_binaries() -> Path | None:
    """Folder with initdb and postgres, the newest version that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


class PostgresServer:
    """Started by `start`, stopped by `stop`; speaks TCP on 127.0.0.1 with trust authentication."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._data = folder / "data"
        self._folder = folder
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._start: list[str] = []

    def start(self) -> None:
        """Initialise and start, waiting until it answers."""
        owner = _unprivileged_owner()
        if owner is not None:
            shutil.chown(self._folder, owner)
        initialise = ["initdb", "-D", str(self._data), "-A", "trust", "-U", "groundswell", "-E", "UTF8", "--no-sync"]
        self._run(initialise, owner)
        self.port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "200",
        }
        options = f"-p {self.port} " + " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._start = ["pg_ctl", "-D", str(self._data), "-w", "-l", str(self._folder / "log"), "-o", options, "start"]
        self._run(self._start, owner)

    def restart(self) -> None:
        """As after a crash: every connection breaks, what was committed is there again."""
        self.stop()
        self._run(self._start, _unprivileged_owner())

    def stop(self) -> None:
        """Stop at once."""
        self._run(["pg_ctl", "-D", str(self._data), "-m", "immediate", "stop"], _unprivileged_owner())

    def url(self, database: str) -> str:
        """In the form of the setting DATABASE_URL."""
        return f"postgresql://groundswell@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement on the maintenance database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, command: list[str], owner: str | None) -> None:
        program = [str(self._binaries / command[0]), *command[1:]]
        subprocess.run(program, check=True, stdout=subprocess.DEVNULL, user=owner, cwd=self._folder)


class KeptDatabase:
    """A copy of a template that serves one test after the other, each time empty and with its numbers from 1."""

    NAME = "kept"

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self.connections = KeptConnections()
        self.connections.share(self.NAME)
        self._shape: object = None
        self._look: Composed = SQL("").format()
        self._kept: psycopg.Connection | None = None

    @property
    def url(self) -> str:
        """In the form of the setting DATABASE_URL."""
        return self._server.url(self.NAME)

    def make(self) -> None:
        """Where it is not there yet, or a test has changed its tables."""
        if self._kept is None:
            self._server.execute(f"CREATE DATABASE {self.NAME} TEMPLATE {self._template}")
            self._kept = psycopg.connect(self.url, autocommit=True, prepare_threshold=0)
            # Without triggers the order of foreign keys means nothing; a DELETE of few rows costs less than a TRUNCATE.
            self._kept.execute("SET session_replication_role = replica")
            self._shape = self._kept.execute(_SHAPE).fetchone()
            tables = [name for (name,) in self._kept.execute(_TABLES)]
            self._look = SQL(" UNION ALL ").join(_FILLED.format(name, Identifier(name)) for name in tables)

    def empty(self) -> None:
        """Whoever else is still connected is thrown out first: they may hold locks.

        Over the same connection each time: a new one costs the server five times as much, as it knows no table yet.
        """
        assert self._kept is not None
        self._kept.execute(_THROW_OUT, [self.connections.pids])
        if self._kept.execute(_SHAPE).fetchone() == self._shape:
            for (name,) in self._kept.execute(self._look).fetchall():
                self._kept.execute(SQL("DELETE FROM {}").format(Identifier(name)), prepare=False)
            self._kept.execute(_FROM_ONE)
        else:
            self.close()
            self._server.execute(f"DROP DATABASE {self.NAME} WITH (FORCE)")

    def close(self) -> None:
        """Before the server ends."""
        self.connections.hang_up()
        if self._kept is not None:
            self._kept.close()
            self._kept = None


_THROW_OUT = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""

_SHAPE = """
SELECT count(*), sum(attrelid::bigint), sum(atttypid::bigint),
       count(*) FILTER (WHERE attnotnull), count(*) FILTER (WHERE attisdropped)
FROM pg_attribute WHERE attrelid >= 16384
"""
"""Of all tables and indexes that are not the server's own."""

_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"

_FILLED = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")

_FROM_ONE = "SELECT count(setval(seqrelid::regclass, seqstart, false)) FROM pg_sequence"


def _unprivileged_owner() -> str | None:
    """initdb refuses to run as root; the Debian package brings the account `postgres`."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
