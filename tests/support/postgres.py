"""A PostgreSQL server of the tests' own, in a temporary folder, on a loopback port."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import psycopg

PORT_TRIES = 5


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

    def start(self) -> None:
        """Initialise and start, waiting until it answers."""
        owner = _unprivileged_owner()
        if owner is not None:
            shutil.chown(self._folder, owner)
        initialise = ["initdb", "-D", str(self._data), "-A", "trust", "-U", "groundswell", "-E", "UTF8", "--no-sync"]
        self._run(initialise, owner)
        self.port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "200",
        }
        options = f"-p {self.port} " + " ".join(f"-c {name}={value}" for name, value in settings.items())
        start = ["pg_ctl", "-D", str(self._data), "-w", "-l", str(self._folder / "log"), "-o", options, "start"]
        self._run(start, owner)

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


def _unprivileged_owner() -> str | None:
    """initdb refuses to run as root; the Debian package brings the account `postgres`."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
