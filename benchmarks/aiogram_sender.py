"""A bare aiogram loop, in an environment of its own: aiogram_sender.py ROOT COUNT IN_FLIGHT.

On uvloop, as its documentation advises for speed. Imports nothing of this project, pins itself to the first core and
prints messages a second.
"""

import asyncio
import os
import sys
import time

import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

TEXT = "Three minutes today: what would you do if a friend is angry and you know it? One idea is on our page."
WARM_UP = 200


async def send_all(bot: Bot, count: int, in_flight: int) -> None:
    """So many at once until all are sent."""
    chats = iter(range(1000, 1000 + count))

    async def one_after_another() -> None:
        for chat in chats:
            await bot.send_message(chat, TEXT)

    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))


async def main(root: str, count: int, in_flight: int) -> float:
    """Messages a second."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(root), limit=in_flight)
    async with Bot("42:bench", session=session) as bot:
        await send_all(bot, WARM_UP, in_flight)
        begun = time.perf_counter()
        await send_all(bot, count, in_flight)
        return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    sys.stdout.write(f"{uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))}\n")
