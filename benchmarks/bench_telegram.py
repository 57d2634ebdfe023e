"""The real Telegram stack over sockets: updates a second beside an empty handler, and 1,000 people who press Start.

Updates are measured as sends are: the platform has a core of its own, each bot another one and a process of its own,
and they take turns.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.bench_delivery import ROOT, fast_telegram
from benchmarks.handlers import bot_of
from benchmarks.installation import open_new
from benchmarks.rows import ROUNDS, Row
from bots.parts import Conversing
from campaign_engine.bootstrap import Engine
from campaign_engine.cli import loops
from campaign_engine.domain.message import Inbound, Message
from campaign_engine.domain.pacing import LIMITS
from tests.platforms.telegram_driver import Person, TelegramProcess, telegram_process
from tests.platforms.telegram_server import TOKEN

PEOPLE = 4000
CROWD = 1000
CROWD_SECONDS = 30
OWN_MILLISECONDS = 50


class Timed:
    """How long the conversation took, in milliseconds."""

    def __init__(self, inner: Conversing) -> None:
        self._inner = inner
        self.took: list[float] = []

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """As the conversation does."""
        begun = time.perf_counter()
        try:
            return await self._inner.handle(inbound)
        finally:
            self.took.append((time.perf_counter() - begun) * 1000)


def run() -> list[Row]:
    """Four rows."""
    with tempfile.TemporaryDirectory() as folder:
        return [_updates(), *loops.run(_measured(Path(folder)))]


def _updates() -> Row:
    rates: dict[str, list[float]] = {"empty": [], "real": []}
    for _ in range(ROUNDS):
        for way, measured in rates.items():
            with fast_telegram(f"people={PEOPLE}") as root:
                program = [sys.executable, "-m", "benchmarks.handlers", way, root, str(PEOPLE)]
                run = subprocess.run(program, capture_output=True, text=True, check=True, cwd=ROOT)
            measured.append(float(run.stdout))
    empty, real = (statistics.median(measured) for measured in rates.values())
    what = "Telegram: updates a second, real stack and SQLite"
    return Row(what, real, "/s", "the same bot with an empty handler", empty, None, empty / 2)


@asynccontextmanager
async def _running(engine: Engine, server: TelegramProcess, conversation: Conversing) -> AsyncIterator[None]:
    bot, stop = bot_of(engine, TOKEN, server.root, conversation, LIMITS["telegram"]), asyncio.Event()
    task = asyncio.create_task(bot.run(stop))
    await server.telegram.wait_for_entry(lambda entry: entry.path_or_event == "getUpdates")
    try:
        yield
    finally:
        stop.set()
        await task
        await bot.close()


async def _measured(folder: Path) -> list[Row]:
    async with open_new(folder / "crowd") as engine:
        lost, p95, seconds, allowed = await _crowd(engine, folder)
    return [
        Row("1,000 press Start in 30 s: without an answer", lost, "", "pressed", CROWD, 0),
        Row("1,000 press Start: own handling, p95", p95, "ms", "promised", OWN_MILLISECONDS, OWN_MILLISECONDS),
        Row("1,000 press Start: the last is answered after", seconds, "s", "at 25 messages a second", allowed),
    ]


async def _crowd(engine: Engine, folder: Path) -> tuple[float, float, float, float]:
    """Lost, own milliseconds, seconds until the last answer and those that the pace alone would take.

    The platform is a process of its own, so that its work is not taken for ours.
    """
    timed = Timed(engine.conversation)
    async with telegram_process(TOKEN, folder / "transcript.jsonl") as server, _running(engine, server, timed):
        crowd = [await server.telegram.person(f"c{number}") for number in range(CROWD)]
        # Read as it grows: in one piece at the end it would stop the platform for so long that it counts too many.
        answered = asyncio.create_task(_all_answered(server, 2 * CROWD))
        begun = time.perf_counter()
        for number, person in enumerate(crowd):
            await asyncio.sleep(max(0.0, begun + number * CROWD_SECONDS / CROWD - time.perf_counter()))
            await person.start()
        await answered
        seconds = time.perf_counter() - begun
        lost = sum([len(await _answers(person)) < 2 for person in crowd])
    return lost, statistics.quantiles(timed.took, n=20)[-1], seconds, 2 * CROWD / 25


async def _answers(person: Person) -> list[str]:
    return [seen.text for seen in await person.messages() if seen.from_bot]


async def _all_answered(server: TelegramProcess, owed: int) -> None:
    """Until the bot has sent as much as that since it began; at most three minutes."""
    read = 0
    async with asyncio.timeout(180):
        while owed > 0:
            entries = await server.telegram.transcript(read, 1.0)
            read += len(entries)
            owed -= sum(entry.kind == "arrived" for entry in entries)
