"""The Telegram bot with one way of handling updates: python -m benchmarks.handlers empty|real ROOT COUNT.

Pins itself to the first core, answers COUNT people who pressed Start before it began to ask, and prints how many a
second the platform was sent an answer for, the first of them left out: statements and templates are compiled there.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.installation import open_new
from bots.guard import HealthBoard
from bots.parts import BotParts, Conversing
from bots.telegram_bot import TelegramBot
from bots.telegram_intake import Ways
from campaign_engine.bootstrap import Engine
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.cli import loops
from campaign_engine.domain.message import Inbound, InboundKind, Message
from campaign_engine.domain.pacing import UNLIMITED, LaneLimits
from campaign_engine.services.lane_pace import LanePace

TOKEN = "42:bench"
LOOK_SECONDS = 0.25
GIVE_UP_SECONDS = 180


class Empty:
    """Looks at nothing; says what the real one says first, so that both send as much."""

    def __init__(self, answer: tuple[Message, ...]) -> None:
        self._answer = answer

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:  # noqa: ARG002 - the handler is empty
        """The same for everybody."""
        return self._answer


class First:
    """The first answer only, so that both handlers send as much."""

    def __init__(self, inner: Conversing) -> None:
        self._inner = inner

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """As the conversation does, cut short."""
        return (await self._inner.handle(inbound))[:1]


def bot_of(engine: Engine, token: str, root: str, conversation: Conversing, limits: LaneLimits) -> TelegramBot:
    """The whole bot, on its way to the platform at `root`."""
    parts = BotParts(
        conversation=conversation,
        rooms=engine.room_desk,
        pace=LanePace(limits, time.monotonic, asyncio.sleep),
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
    client = open_bot(token, root)
    return TelegramBot(client, TelegramChannel(client), parts, Ways(look_every=600))


async def answered(root: str, way: str, count: int) -> None:
    """Until everybody has an answer."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        engine = await stack.enter_async_context(open_new(Path(folder) / "bench"))
        conversation: Conversing = First(engine.conversation)
        start = Inbound("telegram", "0", InboundKind.COMMAND, "before", command="start", language_hint="en")
        said = await conversation.handle(start)
        if way == "empty":
            conversation = Empty(said)
        bot, stop = bot_of(engine, TOKEN, root, conversation, UNLIMITED), asyncio.Event()
        loops.leave_alone()
        running = asyncio.create_task(bot.run(stop))
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while (await asyncio.to_thread(report, root))["sends"] < count:  # noqa: ASYNC110 - it counts
                await asyncio.sleep(LOOK_SECONDS)
        stop.set()
        await running
        await bot.close()


def report(root: str) -> dict[str, Any]:
    """What the platform saw."""
    with urllib.request.urlopen(f"{root}/report") as answer:  # noqa: S310 - our own server
        found: dict[str, Any] = json.load(answer)["result"]
        return found


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    loops.run(answered(sys.argv[2], sys.argv[1], int(sys.argv[3])))
    sys.stdout.write(f"{report(sys.argv[2])['rates']['0']}\n")
