"""`groundswell up` with both bots, over sockets to the local platforms: when the page answers, how much it keeps."""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.rows import Row
from tests.platforms.discord_server import DiscordServer
from tests.platforms.loopback import free_port
from tests.platforms.telegram_server import TelegramServer
from tests.support.program import Program

PAGE_SECONDS = 3
MEGABYTES = 180
_BARE = "import asyncio, fastapi, uvicorn, telegram, discord, sqlalchemy.ext.asyncio; asyncio.run(asyncio.sleep(5))"


def run() -> list[Row]:
    """Two rows; the memory is read once both bots are connected and before the first report."""
    return asyncio.run(_run())


async def _run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        async with TelegramServer(limits=None) as telegram, DiscordServer() as discord:
            tokens = {
                "GROUNDSWELL_TELEGRAM_TOKEN": telegram.token,
                "GROUNDSWELL_TELEGRAM_API": telegram.root,
                "GROUNDSWELL_DISCORD_TOKEN": discord.token,
                "GROUNDSWELL_DISCORD_API": discord.api,
                "GROUNDSWELL_DISCORD_GATEWAY": discord.gateway_address,
            }
            program = Program(Path(name), free_port(), tokens)
            await program.run("init")
            start = time.perf_counter()
            await program.start()
            answered = time.perf_counter() - start
            await discord.driver.wait_connected()
            await telegram.telegram.wait_for_entry(lambda entry: "getupdates" in entry.path_or_event.lower())
            kept = _megabytes(program.process.pid if program.process else 0)
            await program.stop()
    bare_start, bare_kept = _bare()
    return [
        Row("page answers after `up`", answered, "s", "importing the libraries", bare_start, PAGE_SECONDS),
        Row("`up` with both bots", kept, "MB", "the libraries, idle", bare_kept, MEGABYTES),
    ]


def _bare() -> tuple[float, float]:
    """Seconds until a process has imported what `up` stands on, and what it keeps then."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", _BARE.partition("; asyncio.run")[0]], check=True)
    imported = time.perf_counter() - start
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", _BARE]) as process:
        time.sleep(imported + 1)
        kept = _megabytes(process.pid)
        process.kill()
    return imported, kept


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6
