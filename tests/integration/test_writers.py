"""A process that only writes: it knows its tokens, and hears nothing of what people say."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bots.discord_bot import REQUEST_SECONDS, DiscordBot, open_client
from bots.guard import Health, HealthBoard
from bots.writers import DiscordWriter, TelegramWriter
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.telegram import TelegramChannel, close_bot, open_bot
from campaign_engine.domain.delivery import REMEMBERED_FOR, SendError
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Destination, Message
from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import bot_parts, discord_guild
from tests.support.engine import House
from tests.support.waiting import eventually

POST = "POST /channels/{channel_id}/messages"


def running(board: HealthBoard, name: str) -> Callable[[], Awaitable[bool]]:
    async def is_running() -> bool:
        return board.states.get(name) is Health.RUNNING

    return is_running


async def test_telegram_is_written_to_and_never_asked_for_updates(telegram_server: TelegramServer) -> None:
    person = str(telegram_server.control.add_person("Ana", started=True))
    bot, board, stop = open_bot(telegram_server.token, telegram_server.root), HealthBoard(), asyncio.Event()
    writer = TelegramWriter(bot, board)
    task = asyncio.create_task(writer.run(stop))
    await eventually(running(board, "telegram"))
    await TelegramChannel(bot).send(Message("hello"), Destination("telegram", person), "k")
    stop.set()
    await task
    await writer.close()
    asked = {entry.path_or_event.lower() for entry in telegram_server.transcript.find(kind="request")}
    assert asked == {"getme", "sendmessage"}


async def test_discord_is_written_to_without_a_gateway_and_again_after_it_was_away() -> None:
    async with discord_guild() as place:
        board, stop = HealthBoard(), asyncio.Event()
        with pointed_at(place.platform):
            client = open_client()

            async def is_in() -> bool:
                return not client.is_closed() and client.user is not None

            writer = DiscordWriter(client, place.platform.token, board)
            task = asyncio.create_task(writer.run(stop))
            await eventually(running(board, "discord"))
            room = Destination("discord", place.channel, is_room=True)
            await DiscordChannel(client).send(Message("hello"), room, "k")
            stop.set()
            await task
            await client.close()
            stop.clear()
            task = asyncio.create_task(writer.run(stop))
            await eventually(is_in)
            stop.set()
            await task
            await writer.close()
        kinds = {entry.path_or_event for entry in place.platform.transcript.entries if entry.kind != "request"}
        assert not {kind for kind in kinds if "IDENTIFY" in kind.upper()}


async def test_a_discord_that_stays_silent_is_not_waited_for_longer_than_it_remembers_a_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert timedelta(seconds=REQUEST_SECONDS) + REMEMBERED_FOR["discord"] <= timedelta(minutes=2)
    monkeypatch.setattr("bots.discord_bot.REQUEST_SECONDS", 0.2)
    async with discord_guild() as place:
        with pointed_at(place.platform):
            client, room = open_client(), Destination("discord", place.channel, is_room=True)
            await client.login(place.platform.token)
            await place.platform.driver.fault(Fault(POST, FaultKind.SLOW, seconds=30.0))
            with pytest.raises(SendError) as given_up:
                await asyncio.wait_for(DiscordChannel(client).send(Message("hello"), room, "k"), 60)
            await client.close()
        assert given_up.value.ambiguous


@pytest.mark.parametrize("key", ["delivery-1", ""])
async def test_S3_discord_sends_no_post_by_itself_after_it_was_told_to_wait(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """The lane looks first who said STOP meanwhile; an answer to somebody waits and comes."""
    monkeypatch.setattr("campaign_engine.channels.discord.PATIENCE_SECONDS", 0.1)
    async with discord_guild() as place:
        with pointed_at(place.platform):
            client, room = open_client(), Destination("discord", place.channel, is_room=True)
            await client.login(place.platform.token)
            await place.platform.driver.fault(Fault(POST, FaultKind.RATE_LIMITED, seconds=0.3))
            channel = DiscordChannel(client)
            if key:
                with pytest.raises(SendError) as given_up:
                    await channel.send(Message("hello"), room, key)
                assert given_up.value.ambiguous
            await channel.send(Message("hello"), room, key)
            await channel.publisher.settled()
            await client.close()
        answers = place.platform.transcript.find(kind="response", path_or_event=POST)
        assert [entry.body["status"] for entry in answers] == [429, 200]


async def test_a_wrong_token_is_named(telegram_server: TelegramServer) -> None:
    bot = open_bot("999:a-token-that-was-mistyped", telegram_server.root)
    with pytest.raises(ConfigurationError, match="Telegram does not know this token"):
        await TelegramWriter(bot, HealthBoard()).run(asyncio.Event())
    await close_bot(bot)
    async with discord_guild() as place:
        with pointed_at(place.platform):
            client = open_client()
            with pytest.raises(ConfigurationError, match="Discord does not know this token"):
                await DiscordWriter(client, "mistyped", HealthBoard()).run(asyncio.Event())
            await client.close()


async def test_a_discord_client_that_wrote_hears_once_its_process_has_the_bot(house: House) -> None:
    parts = bot_parts(house)
    async with discord_guild() as place:
        with pointed_at(place.platform):
            client, stop = open_client(), asyncio.Event()
            writing = asyncio.create_task(DiscordWriter(client, place.platform.token, parts.board).run(stop))
            await eventually(running(parts.board, "discord"))
            stop.set()
            await writing
            parts.board.set("discord", Health.STANDBY)
            stop, bot = asyncio.Event(), DiscordBot(client, place.platform.token, parts)
            hearing = asyncio.create_task(bot.run(stop))
            await eventually(running(parts.board, "discord"))
            answered = await (await place.person()).slash("start")
            assert "How old are you?" in answered.text
            stop.set()
            await hearing
            await bot.close()
