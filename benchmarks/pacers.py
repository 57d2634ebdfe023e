"""One way of keeping a strict platform's limits: python -m benchmarks.pacers WAY ROOT SECONDS.

Prints the 95th percentile of what replies waited, in milliseconds, or 0.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.crowd import FIRST_CHAT, TEXT, make_crowd
from benchmarks.lanes import TOKEN, open_lane
from campaign_engine.channels.telegram import seconds_of
from campaign_engine.cli import loops
from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.contact import Scope, ScopeKind
from campaign_engine.domain.message import Destination, Message
from campaign_engine.domain.pacing import LaneLimits, Limit
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.sending import NewOccurrence
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.posting import Posting
from campaign_engine.store.unit_of_work import SqlStore

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
A_SECOND, A_MINUTE = 30, 20
GROUPS = (-1001, -1002, -1003)
REPLIES_A_SECOND = 2.0


def limits(kept: int) -> LaneLimits:
    """Telegram's own, of which a lane leaves `kept` a second to replies."""
    return LaneLimits(
        Limit(A_SECOND, 1.0), per_chat=Limit(1, 1.0), per_group=Limit(A_MINUTE, 60.0), group_prefix="-", kept=kept
    )


async def people(root: str, seconds: float) -> float:
    """A broadcast alone, with the whole limit to itself."""
    async with _crowd(root, seconds, kept=0) as (_, parts):
        await _broadcast(parts, seconds)
    return 0.0


async def replies(root: str, seconds: float) -> float:
    """A broadcast, and people who are answered meanwhile at moments that nobody planned."""
    chance, waited = random.Random(7), list[float]()
    async with _crowd(root, seconds, kept=5) as (_, parts):

        async def answer(chat: int) -> None:
            begun = time.monotonic()
            await parts.pace.slot(str(chat), priority=True)
            await parts.channel.send(Message(TEXT), Destination("telegram", str(chat)))
            parts.pace.answered(str(chat))
            waited.append((time.monotonic() - begun) * 1000)

        broadcast, asked = asyncio.create_task(_broadcast(parts, seconds)), list[asyncio.Task[None]]()
        while not broadcast.done():
            asked.append(asyncio.create_task(answer(FIRST_CHAT * 2 + len(asked))))
            await asyncio.sleep(chance.expovariate(REPLIES_A_SECOND))
        await broadcast
        await asyncio.gather(*asked)
    return statistics.quantiles(waited, n=20)[-1]


async def rooms(root: str, seconds: float) -> float:
    """More posts to each of three groups than the minute has room for."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_lane(f"sqlite:///{folder}/bench.db", root, limits(5), NOW) as (store, parts):
            await _posts_to_groups(store, round(seconds / 3) + 5)
            await _broadcast(parts, seconds)
    return 0.0


async def limiter(root: str, seconds: float) -> float:
    """python-telegram-bot's AIORateLimiter, writing to people."""
    return await _limited(root, seconds, lambda number: FIRST_CHAT + number)


async def limiter_rooms(root: str, seconds: float) -> float:
    """The same, writing to three groups in turn."""
    return await _limited(root, seconds, lambda number: GROUPS[number % len(GROUPS)])


class _crowd:  # noqa: N801 - used as a function
    """A lane with enough people for the whole time."""

    def __init__(self, root: str, seconds: float, kept: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._opened = open_lane(f"sqlite:///{self._folder.name}/bench.db", root, limits(kept), NOW)
        self._people = round(A_SECOND * (seconds + 2))

    async def __aenter__(self) -> tuple[SqlStore, LaneParts]:
        store, parts = await self._opened.__aenter__()
        crowd = await make_crowd(store, self._people, NOW, readable=self._people)
        await crowd.freeze()
        return store, parts

    async def __aexit__(self, *problem: Any) -> None:
        await self._opened.__aexit__(*problem)
        self._folder.cleanup()


async def _broadcast(parts: LaneParts, seconds: float) -> None:
    """After one message and a pause: a bot that has just opened its first connection is not what is measured."""
    await parts.channel.send(Message(TEXT), Destination("telegram", "-9", is_room=True))
    await asyncio.sleep(1.5)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    await Lane(parts).run(stop, asyncio.Event())


async def _posts_to_groups(store: SqlStore, each: int) -> None:
    crowd = await make_crowd(store, 1, NOW)
    async with store.write() as work:
        for chat in GROUPS:
            room = NewRoom("telegram", str(chat), RoomKind.GROUP, "Group", Scope(ScopeKind.CITY), members=20)
            await work.rooms.link(room, NOW)
        for number in range(each):
            due = NOW - timedelta(minutes=number)
            new = NewOccurrence(crowd.post_id, 1, to_wall(due), due, NOW + timedelta(hours=12))
            await work.occurrences.open(new)
    await Posting(store, lambda: NOW).tick()


async def _limited(root: str, seconds: float, chat: Callable[[int], int]) -> float:
    """Fifty at once, as a bare loop does; after a refusal each waits as long as it was told."""
    from telegram.error import RetryAfter
    from telegram.ext import AIORateLimiter, ExtBot
    from telegram.request import HTTPXRequest

    keeps: Any = AIORateLimiter(overall_max_rate=A_SECOND, group_max_rate=A_MINUTE, group_time_period=60)
    request = HTTPXRequest(connection_pool_size=256, pool_timeout=60, read_timeout=60)
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{root}/bot", request=request, rate_limiter=keeps)
    numbers, last = iter(range(1_000_000)), time.monotonic() + seconds

    async def one_after_another() -> None:
        for number in numbers:
            while True:
                try:
                    await bot.send_message(chat(number), TEXT)
                except RetryAfter as refused:
                    await asyncio.sleep(seconds_of(refused))
                else:
                    break

    async with bot:
        tasks = [asyncio.create_task(one_after_another()) for _ in range(50)]
        await asyncio.wait(tasks, timeout=last - time.monotonic())
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return 0.0


WAYS = {"people": people, "replies": replies, "rooms": rooms, "limiter": limiter, "limiter_rooms": limiter_rooms}

if __name__ == "__main__":
    sys.stdout.write(f"{loops.run(WAYS[sys.argv[1]](sys.argv[2], float(sys.argv[3])))}\n")
