"""One way of sending many short messages to a local Telegram: python -m benchmarks.senders WAY ROOT COUNT IN_FLIGHT.

Pins itself to the first core and prints messages a second. `ours` is the whole path: deliveries frozen in SQLite are
claimed, checked, put in words, sent and recorded; all others do nothing but send.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import uvloop

from benchmarks.crowd import TEXT

WARM_UP = 200
TOKEN = "42:bench"

Send = Callable[[int], Awaitable[object]]


async def rate(send: Send, count: int, in_flight: int) -> float:
    """A bare loop: so many at once until all are sent."""
    await _all(send, WARM_UP, in_flight)
    begun = time.perf_counter()
    await _all(send, count, in_flight)
    return count / (time.perf_counter() - begun)


async def _all(send: Send, count: int, in_flight: int) -> None:
    chats = iter(range(1000, 1000 + count))

    async def one_after_another() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))


async def library(root: str, count: int, in_flight: int) -> float:
    """python-telegram-bot with its default transport."""
    from telegram import Bot

    async with Bot(TOKEN, base_url=f"{root}/bot", request=_httpx()) as bot:
        return await rate(lambda chat: bot.send_message(chat, TEXT), count, in_flight)


async def limited(root: str, count: int, in_flight: int) -> float:
    """The same through its AIORateLimiter, with its limits lifted."""
    from telegram.ext import AIORateLimiter, ExtBot

    limiter: Any = AIORateLimiter(overall_max_rate=0, group_max_rate=0)
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{root}/bot", request=_httpx(), rate_limiter=limiter)
    async with bot:
        return await rate(lambda chat: bot.send_message(chat, TEXT), count, in_flight)


async def bare(root: str, count: int, in_flight: int) -> float:
    """aiohttp and nothing else."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def send(chat: int) -> object:
            async with session.post(f"{root}/bot{TOKEN}/sendMessage", json={"chat_id": chat, "text": TEXT}) as answer:
                return await answer.json()

        return await rate(send, count, in_flight)


async def ours(root: str, count: int, in_flight: int) -> float:  # noqa: ARG001 - the lane finds its own width
    """Raises RuntimeError when not every delivery was recorded as sent."""
    from benchmarks.lanes import drained

    return count / await drained(root, count, time.perf_counter)


def _httpx() -> Any:
    from telegram.request import HTTPXRequest

    return HTTPXRequest(connection_pool_size=256, pool_timeout=60, read_timeout=60)


def _run(way: str, root: str, count: int, in_flight: int) -> float:
    """Each as its own documentation says it runs fastest."""
    if way == "ours":
        from campaign_engine.cli import loops

        return loops.run(ours(root, count, in_flight))
    if way == "bare":
        return uvloop.run(bare(root, count, in_flight))
    return asyncio.run({"library": library, "limited": limited}[way](root, count, in_flight))


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    sys.stdout.write(f"{_run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))}\n")
