"""The real Telegram stack over sockets: updates a second beside an empty handler, and 1,000 people who press Start."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.installation import open_new
from benchmarks.rows import Row
from bots.guard import HealthBoard
from bots.parts import BotParts, Conversing
from bots.telegram_bot import TelegramBot
from bots.telegram_intake import Ways
from campaign_engine.bootstrap import Engine
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.cli import loops
from campaign_engine.domain.message import Inbound, Message
from campaign_engine.domain.pacing import LIMITS, UNLIMITED
from campaign_engine.services.lane_pace import LanePace
from tests.platforms.telegram_driver import Person, TelegramProcess, telegram_process
from tests.platforms.telegram_server import TOKEN, TelegramServer

PEOPLE = 300
WARM = 50
"""People before those who are counted: the first of a process wait until statements and templates are compiled."""

CROWD = 1000
CROWD_SECONDS = 30
OWN_MILLISECONDS = 50
ANSWER = (Message("Hello"),)


class Empty:
    """Looks at nothing."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:  # noqa: ARG002 - the handler is empty
        """One short message for everybody."""
        return ANSWER


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


class First:
    """The first answer only, so that both handlers send as much."""

    def __init__(self, inner: Conversing) -> None:
        self._inner = inner

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """As the conversation does, cut short."""
        return (await self._inner.handle(inbound))[:1]


def run() -> list[Row]:
    """Four rows."""
    with tempfile.TemporaryDirectory() as folder:
        return loops.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    async with open_new(folder / "updates") as engine:
        empty = await _updates_a_second(engine, Empty())
        real = await _updates_a_second(engine, First(engine.conversation))
    async with open_new(folder / "crowd") as engine:  # the local platform numbers people and updates from the start
        lost, p95, seconds, allowed = await _crowd(engine, folder)
    return [
        Row(
            "Telegram: an update, real stack and SQLite", 1000 / real, "ms", "empty handler", 1000 / empty, 2000 / empty
        ),
        Row("1,000 press Start in 30 s: without an answer", lost, "", "pressed", CROWD, 0),
        Row("1,000 press Start: own handling, p95", p95, "ms", "promised", OWN_MILLISECONDS, OWN_MILLISECONDS),
        Row("1,000 press Start: the last is answered after", seconds, "s", "at 25 messages a second", allowed),
    ]


@asynccontextmanager
async def _running(
    engine: Engine, server: TelegramServer | TelegramProcess, conversation: Conversing, pace: LanePace
) -> AsyncIterator[None]:
    parts = BotParts(
        conversation=conversation,
        rooms=engine.room_desk,
        pace=pace,
        board=HealthBoard(),
        say=engine.renderer.reply,
        unreachable=engine.blocking.mark,
        marks=engine.marks,
        threads=engine.threads,
        offers=engine.room_offers,
        figures=engine.room_figures,
        team=engine.team.on,
        accounts=engine.accounts,
    )
    client = open_bot(TOKEN, server.root)
    bot, stop = TelegramBot(client, TelegramChannel(client), parts, Ways(look_every=600)), asyncio.Event()
    task = asyncio.create_task(bot.run(stop))
    await server.telegram.wait_for_entry(lambda entry: entry.path_or_event == "getUpdates")
    try:
        yield
    finally:
        stop.set()
        await task
        await bot.close()


async def _updates_a_second(engine: Engine, conversation: Conversing) -> float:
    """Without any pace, each person once: they wait at Telegram when the bot begins to ask."""
    async with TelegramServer(limits=None) as server:
        pace = LanePace(UNLIMITED, time.monotonic, asyncio.sleep)
        async with _running(engine, server, conversation, pace):
            crowd = [await server.telegram.person(f"p{number}") for number in range(WARM + PEOPLE)]
            for person in crowd[:WARM]:
                await person.start()
            await _all_answered(server, WARM)
            begun = time.perf_counter()
            for person in crowd[WARM:]:
                await person.start()
            await _all_answered(server, WARM + PEOPLE)
            return PEOPLE / (time.perf_counter() - begun)


async def _crowd(engine: Engine, folder: Path) -> tuple[float, float, float, float]:
    """Lost, own milliseconds, seconds until the last answer and those that the pace alone would take.

    The platform is a process of its own, so that its work is not taken for ours.
    """
    timed = Timed(engine.conversation)
    async with telegram_process(TOKEN, folder / "transcript.jsonl") as server:
        pace = LanePace(LIMITS["telegram"], time.monotonic, asyncio.sleep)
        async with _running(engine, server, timed, pace):
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


async def _all_answered(server: TelegramServer | TelegramProcess, owed: int) -> None:
    """Until the bot has sent as much as that since it began; at most three minutes."""
    read = 0
    async with asyncio.timeout(180):
        while owed > 0:
            entries = await server.telegram.transcript(read, 1.0)
            read += len(entries)
            owed -= sum(entry.kind == "arrived" for entry in entries)
