"""The real program in a process of its own, to be killed and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.platforms.loopback import free_port
from tests.support.shifted import Dial

ROOT = Path(__file__).parents[2]
GROUNDSWELL = Path(sys.executable).parent / "groundswell"


class Program:
    """One installation: `run` a command, `start` and `kill` or `stop` its `up`."""

    def __init__(self, folder: Path, port: int, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.page = f"http://127.0.0.1:{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")},
            "GROUNDSWELL_DATA_DIR": str(folder / "data"),
            "GROUNDSWELL_KEY_FILE": str(folder / "key.json"),
            "GROUNDSWELL_WEB_PORT": str(port),
            **environment,
        }
        self.process: asyncio.subprocess.Process | None = None
        self.log = folder / "log"
        self.roles = ""
        self.ahead = timedelta()

    def beside(self, name: str, roles: str, ahead: timedelta = timedelta()) -> "Program":
        """Another process of the same installation, with roles of its own; all clocks go `ahead` of the machine's."""
        other = Program(self.folder, free_port(), {})
        other.ahead = ahead
        other.environment = {**self.environment, "GROUNDSWELL_WEB_PORT": other.page.rpartition(":")[2]}
        other.log, other.roles = self.folder / f"log-{name}", roles
        return other

    async def run(self, *arguments: str) -> str:
        """What a command prints; AssertionError with both streams when it fails."""
        process = await asyncio.create_subprocess_exec(
            GROUNDSWELL,
            *arguments,
            env=self.environment,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
        assert process.returncode == 0, said.decode() + complained.decode()
        return said.decode()

    async def start(self, at: datetime | None = None) -> None:
        """Until it answers; with a clock that begins `at` a moment, else with the machine's."""
        port = self.environment["GROUNDSWELL_WEB_PORT"]
        roles = ("--roles", self.roles, "--port", port) if self.roles else ()
        if at is None and not self.ahead:
            await self.begin(str(GROUNDSWELL), "up", *roles)
        else:
            self.turn(at or datetime.now(UTC) + self.ahead)
            await self.begin(sys.executable, "-m", "tests.support.shifted", str(self._dial), "up", *roles)
        await self.until_it_answers()

    def turn(self, moment: datetime) -> None:
        """Its clock, whether it runs or is yet to be started."""
        Dial.set_to(self._dial, moment)

    @property
    def _dial(self) -> Path:
        return self.folder / f"dial-{self.log.name}"

    async def begin(self, *command: str) -> None:
        """In the folder, its words in the log."""
        environment = {**self.environment, "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, env=environment, cwd=self.folder, stdout=log, stderr=log
            )

    async def until_it_answers(self) -> None:
        """AssertionError with the log when it ends before."""
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while True:
                assert self.process is None or self.process.returncode is None, self.log.read_text(encoding="utf-8")
                try:
                    await client.get(f"{self.page}/health")
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                else:
                    return

    async def kill(self) -> None:
        """SIGKILL: nothing can be tidied up."""
        await self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: it does nothing, and its connections stay open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        """Ctrl-C; the exit code."""
        return await self._end(signal.SIGINT)

    async def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.send_signal(how)
        code = await asyncio.wait_for(self.process.wait(), 30)
        self.process = None
        return code
