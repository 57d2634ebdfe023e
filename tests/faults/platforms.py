"""One platform each with two readers, to be brought into trouble by name; nothing here knows what should come of it."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from discord.http import Route

from bots import discord_bot
from campaign_engine.channels import telegram_request
from campaign_engine.channels.console import ConsoleChannel
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.telegram import TelegramChannel, close_bot, open_bot
from campaign_engine.channels.web import WebChannel
from campaign_engine.domain.message import Destination
from campaign_engine.ports.channel import Channel
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms import discord_faults, telegram_traffic
from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_faults import FaultKind as DiscordKind
from tests.platforms.discord_rest import POST
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import Permission
from tests.platforms.telegram_driver import Person, Room
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import FaultKind as TelegramKind
from tests.support.clock import FakeClock
from tests.support.sending import FailingStore

PATIENCE = 0.3
"""Seconds that a client waits for an answer here; in earnest 20."""

ASKED = 42
"""Seconds that a 429 names."""

OFTEN = 5
"""More than a message is sent with one key."""

NOBODY_LISTENS = "http://127.0.0.1:1/api/v10"


@dataclass(slots=True)
class Platform:
    """`strike` brings a fault of this name upon the next message to the first of the `readers`; `heal` ends it."""

    channel: Channel
    readers: tuple[str, str]
    is_room: bool
    strike: Callable[[str], Awaitable[None]]
    heal: Callable[[], Awaitable[None]]
    arrived: Callable[[str], Awaitable[int]]
    fails: list[str] = field(default_factory=list)


REFUSALS: dict[str, tuple[TelegramKind, dict[str, Any]]] = {
    "429 with retry_after": (TelegramKind.FLOOD, {"retry_after": ASKED}),
    "429 without retry_after": (TelegramKind.FLOOD, {}),
    "500": (TelegramKind.REFUSE, {"status": 500}),
    "502": (TelegramKind.REFUSE, {"status": 502, "description": "Bad Gateway"}),
    "reset before it was read": (TelegramKind.RESET_BEFORE, {}),
    "reset after it was read": (TelegramKind.RESET_AFTER, {}),
    "no answer": (TelegramKind.SILENT, {"seconds": 3 * PATIENCE, "executed": True}),
    "slow answer": (TelegramKind.SLOW, {"seconds": PATIENCE / 3}),
    "malformed JSON": (TelegramKind.MALFORMED, {"executed": True}),
    "401": (TelegramKind.REFUSE, {"status": 401, "description": "Unauthorized"}),
    "400 message refused": (TelegramKind.REFUSE, {"status": 400, "description": "Bad Request: message is too long"}),
    "400 chat not found": (TelegramKind.REFUSE, {"status": 400, "description": "Bad Request: chat not found"}),
    "403 that nobody knows": (TelegramKind.REFUSE, {"status": 403, "description": "Forbidden: something new"}),
}  # fmt: skip


@asynccontextmanager
async def telegram(patch: pytest.MonkeyPatch, rooms: bool = False) -> AsyncIterator[Platform]:
    patch.setattr(telegram_request, "READ_SECONDS", PATIENCE)
    async with TelegramServer(limits=None) as server:
        world = server.telegram
        first, second = [await world.person(name, started=True) for name in ("Ana", "Bo")]
        places: tuple[Person | Room, Person | Room] = (first, second)
        if rooms:
            places = (await world.room("group", "Block 1", [first]), await world.room("group", "Block 2", [first]))
            for one in places:
                assert isinstance(one, Room)
                await one.set_bot("member", first)

        async def strike(name: str) -> None:
            await _strike_telegram(server, places[0], first, name)

        async def heal() -> None:
            await world.clear_faults()
            server.gate.held_until = float("-inf")
            if server._runner is not None and not server._runner.addresses:
                await server.__aenter__()

        async def arrived(address: str) -> int:
            return sum(
                entry.kind == "arrived" and str(entry.body["chat_id"]) in (address, moved(server, address))
                for entry in server.transcript
            )

        bot = open_bot(server.token, server.root)
        try:
            yield Platform(TelegramChannel(bot), (str(places[0].id), str(places[1].id)), rooms, strike, heal, arrived)
        finally:
            await close_bot(bot)


def moved(server: TelegramServer, address: str) -> str:
    """Where a group is now."""
    return str(server.world.chats[int(address)].upgraded_to)


async def _strike_telegram(server: TelegramServer, place: Person | Room, creator: Person, name: str) -> None:
    match name:
        case "connection refused":
            await server.__aexit__(None, None, None)
        case "403 blocked":
            await creator.block()
        case "403 account deleted":
            await creator.deactivate()
        case "403 never pressed Start":
            server.world.people[creator.id].started = False
        case "403 put out of the group" | "400 may not write there":
            assert isinstance(place, Room)
            await place.set_bot("kicked" if name.startswith("403") else "restricted", creator)
        case "group moved":
            assert isinstance(place, Room)
            await place.upgrade()
        case _:
            kind, more = REFUSALS[name]
            chat = None if kind is TelegramKind.RESET_BEFORE else place.id
            row: dict[str, Any] = {"kind": kind, "method": "sendMessage", "chat_id": chat, **more}
            await server.telegram.fault(telegram_traffic.Fault.from_json(row))


ORDERS: dict[str, tuple[DiscordKind, dict[str, Any]]] = {
    "429 with retry_after": (DiscordKind.RATE_LIMITED, {"seconds": ASKED}),
    "500": (DiscordKind.REFUSED, {"status": 500}),
    "503": (DiscordKind.REFUSED, {"status": 503, "message": "Service Unavailable"}),
    "reset before it was read": (DiscordKind.RESET, {}),
    "reset after it was read": (DiscordKind.DROPPED_ANSWER, {}),
    "no answer": (DiscordKind.NO_ANSWER, {}),
    "no answer, every time": (DiscordKind.NO_ANSWER, {}),
    "slow answer": (DiscordKind.SLOW, {"seconds": PATIENCE / 3}),
    "malformed JSON": (DiscordKind.MALFORMED, {}),
    "401": (DiscordKind.REFUSED, {"status": 401, "message": "401: Unauthorized"}),
    "400 message refused": (DiscordKind.REFUSED, {"status": 400, "code": 50035, "message": "Invalid Form Body"}),
    "403 direct messages shut (50007)": (DiscordKind.REFUSED, {"status": 403, "code": 50007}),
    "403 opening too fast (40003)": (DiscordKind.REFUSED, {"status": 403, "code": 40003}),
    "403 that nobody knows": (DiscordKind.REFUSED, {"status": 403, "code": 50999}),
}  # fmt: skip


@asynccontextmanager
async def discord(patch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    patch.setattr(discord_bot, "REQUEST_SECONDS", PATIENCE)
    async with DiscordServer() as server:
        guild = await server.driver.guild("Harlem")
        rooms = (await server.driver.channel(guild, "news"), await server.driver.channel(guild, "more"))
        base = server.api

        async def strike(name: str) -> None:
            match name:
                case "connection refused":
                    Route.BASE = NOBODY_LISTENS
                case "403 may not see the channel (50001)":
                    await server.driver.deny_bot(rooms[0], Permission.VIEW_CHANNEL)
                case "403 may not write (50013)":
                    await server.driver.deny_bot(rooms[0], Permission.SEND_MESSAGES)
                case "404 channel gone (10003)":
                    await server.driver.remove_channel(rooms[0])
                case "429 without retry_after":
                    await server.driver.limits(invalid_requests=(0, 600.0))
                case _:
                    kind, more = ORDERS[name]
                    fault = discord_faults.Fault(POST, kind, only={"channel_id": rooms[0]}, **more)
                    await server.driver.fault(fault, OFTEN if name.endswith("every time") else 1)

        async def heal() -> None:
            Route.BASE = base
            server.rest.faults.waiting.clear()
            await server.driver.limits(invalid_requests=(10_000, 600.0))

        async def arrived(address: str) -> int:
            return sum(str(one.channel_id) == address for one in server.world.messages.values())

        with pointed_at(server):
            client = discord_bot.open_client()
            async with client:
                await client.login(server.token)
                yield Platform(DiscordChannel(client), rooms, True, strike, heal, arrived)


@asynccontextmanager
async def web(store: SqlStore, clock: FakeClock) -> AsyncIterator[Platform]:
    failing = FailingStore(store)

    async def strike(name: str) -> None:
        failing.fails.append({"database away": "before", "commit lost on the way": "after"}[name])

    async def heal() -> None:
        failing.fails.clear()

    async def arrived(address: str) -> int:
        async with store.read() as work:
            return len(await work.inbox.waiting(Destination("web", address)))

    yield Platform(WebChannel(failing, clock), ("reader-1", "reader-2"), False, strike, heal, arrived)


@asynccontextmanager
async def console() -> AsyncIterator[Platform]:
    stream = io.StringIO()
    said: list[str] = []

    async def strike(name: str) -> None:
        said.append(stream.getvalue())
        stream.close()

    async def heal() -> None:
        await asyncio.sleep(0)

    async def arrived(address: str) -> int:
        return "".join(said or [stream.getvalue()]).count("--- person")

    yield Platform(ConsoleChannel(stream), ("one", "two"), False, strike, heal, arrived)


CLOCKS = {
    "clock an hour ahead": timedelta(hours=1),
    "clock ahead of the time it is good for": timedelta(hours=3, minutes=10),
    "clock ahead of the window": timedelta(hours=3, minutes=45),
    "clock an hour back": -timedelta(hours=1),
}
