"""A platform is away for a while, in the middle of a conversation and of a broadcast: all goes on by itself."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from discord.backoff import ExponentialBackoff

from bots.discord_bot import open_client
from bots.guard import Health
from bots.parts import BotParts
from bots.telegram_intake import Ways
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.contact import Scope, ScopeKind
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.domain.schedule import to_utc
from campaign_engine.ports.channel import Channel
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.posting import Posting
from campaign_engine.store.tables import deliveries
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import (
    bot_parts,
    discord_bot_running,
    discord_guild,
    running_post,
    telegram_bot_running,
    told,
)
from tests.support.engine import House
from tests.support.waiting import eventually

AWAY = 1.0
"""Seconds; the pauses of the bots are as much shorter than in earnest."""

MOST_TRIES = 80
"""Connections that a bot and a lane may try in that time; a busy loop would try thousands."""

SHORT = Ways(first_pause=0.05, longest_pause=0.4)
RECIPIENTS = 8


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: what a lane keeps of an outage is tested on both elsewhere."""
    return sqlite_url


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Connections that somebody of this process tried to open, by port."""
    ports: Counter[int] = Counter()
    connect = asyncio.selector_events.BaseSelectorEventLoop.sock_connect

    async def counted(loop: Any, sock: Any, address: Any) -> None:
        ports[address[1]] += 1
        await connect(loop, sock, address)

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", counted)
    return ports


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shorter(ExponentialBackoff[bool]):
        def delay(self) -> float:
            return 0.1 * float(super().delay())

    monkeypatch.setattr("discord.client.ExponentialBackoff", Shorter)


async def planned(house: House) -> None:
    """The post of `running_post` is due."""
    await running_post(house)
    house.clock.advance(to_utc(datetime.fromisoformat("2026-12-01T16:00")) - house.clock())
    await Posting(house.store, house.clock, 0).tick()


def lane_of(house: House, channel: Channel) -> Lane:
    pace = LanePace(UNLIMITED, lambda: house.clock().timestamp(), house.clock.sleep)
    return Lane(
        LaneParts(house.store, channel, house.renderer, pace, house.clock, lambda _: "East", house.accounts.page)
    )


async def sent_through(
    house: House, lane: Lane, away: Callable[[], Awaitable[None]], back: Callable[[], Awaitable[None]]
) -> None:
    """A broadcast during which the platform goes and comes back."""
    assert await lane.take()
    sending = asyncio.create_task(lane.drain())
    await away()
    await sending
    end = asyncio.get_running_loop().time() + AWAY
    while asyncio.get_running_loop().time() < end:
        house.clock.advance(timedelta(seconds=20))
        await lane.take()
        await lane.drain()
        await asyncio.sleep(AWAY / 8)
    await back()
    for _ in range(10):
        house.clock.advance(timedelta(minutes=2))
        await lane.take()
        await lane.drain()


async def outcome(house: House, channel: str) -> Counter[str]:
    return Counter(str(row.status) for row in await house.rows(deliveries) if row.lane == channel)


async def health(parts: BotParts, name: str, wanted: Health) -> None:
    async def is_so() -> bool:
        return parts.board.states.get(name) is wanted

    await eventually(is_so)


async def test_telegram_away_in_a_conversation_and_a_broadcast(
    house: House, telegram_server: TelegramServer, tried: Counter[int]
) -> None:
    people = [await telegram_server.telegram.person(f"ally{number}", started=True) for number in range(RECIPIENTS)]
    addresses = {str(person.id) for person in people}
    for address in sorted(addresses):
        await house.person(address, "telegram").join()
    await planned(house)
    parts, bot = bot_parts(house), open_bot(telegram_server.token, telegram_server.root)
    maya = await telegram_server.telegram.person("Maya")
    async with bot, telegram_bot_running(telegram_server, parts, SHORT):
        await maya.start()
        await told(maya, "How old are you?")

        async def away() -> None:
            await telegram_server.transcript.wait_for(lambda one: str(one.body.get("chat_id")) in addresses)
            await telegram_server.__aexit__(None, None, None)
            tried.clear()
            await health(parts, "telegram", Health.RESTARTING)

        async def back() -> None:
            assert tried[telegram_server.port] <= MOST_TRIES
            await telegram_server.__aenter__()

        await sent_through(house, lane_of(house, TelegramChannel(bot)), away, back)
        await health(parts, "telegram", Health.RUNNING)
        await maya.tap("13 to 15")
        await told(maya, "Type your ZIP code")
    got = [len([seen for seen in await person.messages() if seen.from_bot]) for person in people]
    await all_there(house, "telegram", got)


async def test_discord_away_in_a_conversation_and_a_broadcast(
    house: House, tried: Counter[int], short_pauses: None
) -> None:
    async with discord_guild() as place:
        rooms = [await place.platform.driver.channel(place.guild, f"news{number}") for number in range(RECIPIENTS)]
        for room in rooms:
            async with house.store.write() as work:
                scope = Scope(ScopeKind.PRECINCT, "75")
                await work.rooms.link(NewRoom("discord", room, RoomKind.GROUP, room, scope, 40), house.clock())
        await planned(house)
        parts, port = bot_parts(house), place.platform.port
        maya = await place.person()
        async with discord_bot_running(place.platform, parts), open_client() as client:
            await client.login(place.platform.token)
            await maya.slash("start", channel=place.channel, at_least=2)

            async def away() -> None:
                await place.platform.transcript.wait_for(
                    lambda one: "components" in str(one.body) and "nonce" in str(one.body)
                )
                await place.platform.stop()
                tried.clear()
                await health(parts, "discord", Health.RESTARTING)

            async def back() -> None:
                assert tried[port] <= MOST_TRIES
                await place.platform.start(port)
                await health(parts, "discord", Health.RUNNING)

            await sent_through(house, lane_of(house, DiscordChannel(client)), away, back)
            assert "Type your ZIP code" in (await maya.press("13 to 15", at_least=1)).text
        got = [len(await place.platform.driver.messages(room)) for room in rooms]
        await all_there(house, "discord", got)


async def all_there(house: House, channel: str, got: list[int]) -> None:
    """Nobody has it twice; whoever has none stands as unconfirmed, which is never sent again by itself (ADR 3)."""
    found = await outcome(house, channel)
    assert max(got) == 1
    assert set(found) <= {"sent", "unconfirmed"}, found
    assert found.total() == len(got)
    assert found["sent"] <= sum(got)
    assert got.count(0) <= found["unconfirmed"]
