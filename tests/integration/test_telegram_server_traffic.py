"""The local Telegram server against the real client: rate limits, faults, dropped answers."""

import asyncio
from datetime import timedelta
from typing import cast

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.platforms.telegram_driver import Person
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import Fault, FaultKind, Limits


class HandClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand_clock(telegram_server: TelegramServer) -> HandClock:
    telegram_server.gate.clock = clock = HandClock()
    return clock


@pytest.fixture
async def maya(telegram_server: TelegramServer) -> Person:
    person = await telegram_server.telegram.person()
    await person.start()
    return person


async def refused_for(bot: Bot, chat: int) -> int | None:
    """Seconds of the 429 that a message meets; None when it arrives."""
    try:
        await bot.send_message(chat, "hello")
    except RetryAfter as refusal:
        return cast("timedelta", refusal.retry_after).seconds
    return None


async def arrived(person: Person) -> list[str]:
    return [seen.text for seen in await person.messages() if seen.from_bot]


async def test_a_429_holds_the_whole_bot_until_the_time_has_passed(
    telegram_server: TelegramServer, telegram_bot: Bot, hand_clock: HandClock, maya: Person
) -> None:
    await telegram_server.telegram.set_limits(Limits(per_second=2))
    friends = [await telegram_server.telegram.person(name) for name in ("Ana", "Luz")]
    for friend in friends:
        await friend.start()
        assert await refused_for(telegram_bot, friend.id) is None
    assert await refused_for(telegram_bot, maya.id) == 1
    hand_clock.seconds += 0.9
    with pytest.raises(RetryAfter):
        await telegram_bot.get_me()
    hand_clock.seconds += 0.2
    assert await refused_for(telegram_bot, maya.id) is None
    assert await arrived(maya) == ["hello"]


async def test_a_private_chat_takes_one_a_second_after_a_burst(
    telegram_server: TelegramServer, telegram_bot: Bot, hand_clock: HandClock, maya: Person
) -> None:
    await telegram_server.telegram.set_limits(Limits(private_burst=3))
    assert [await refused_for(telegram_bot, maya.id) for _ in range(4)] == [None, None, None, 3]
    hand_clock.seconds += 3
    assert await refused_for(telegram_bot, maya.id) is None


async def test_a_group_takes_twenty_a_minute(
    telegram_server: TelegramServer, telegram_bot: Bot, hand_clock: HandClock, maya: Person
) -> None:
    await telegram_server.telegram.set_limits(Limits())
    group = await telegram_server.telegram.room("supergroup", "Block 12", [maya])
    await group.set_bot("member", maya)
    for _ in range(20):
        assert await refused_for(telegram_bot, group.id) is None
        hand_clock.seconds += 1
    assert await refused_for(telegram_bot, group.id) == 40
    hand_clock.seconds += 40
    assert await refused_for(telegram_bot, group.id) is None


async def test_polling_goes_on_during_a_hold_unless_the_limits_say_otherwise(
    telegram_server: TelegramServer, telegram_bot: Bot, hand_clock: HandClock, maya: Person
) -> None:
    telegram_server.gate.hold(30)
    assert [update.message.text for update in await telegram_bot.get_updates() if update.message] == ["/start"]
    await telegram_server.telegram.set_limits(Limits(hold_covers_polling=True))
    with pytest.raises(RetryAfter):
        await telegram_bot.get_updates()


async def test_a_queued_429_holds_the_bot_only_when_it_names_a_time(
    telegram_server: TelegramServer, telegram_bot: Bot, hand_clock: HandClock, maya: Person
) -> None:
    await telegram_server.telegram.fault(Fault(FaultKind.FLOOD, "sendMessage"))
    with pytest.raises(NetworkError, match="Too Many Requests"):
        await telegram_bot.send_message(maya.id, "one")
    await telegram_server.telegram.fault(Fault(FaultKind.FLOOD, "sendMessage", retry_after=7))
    assert await refused_for(telegram_bot, maya.id) == 7
    hand_clock.seconds += 6
    assert await refused_for(telegram_bot, maya.id) == 1
    hand_clock.seconds += 1
    assert await refused_for(telegram_bot, maya.id) is None


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (500, "Internal Server Error", NetworkError),
        (502, "Bad Gateway", NetworkError),
        (403, "Forbidden: something new", Forbidden),
        (400, "Bad Request: something new", BadRequest),
    ],
)
async def test_a_queued_refusal_reaches_the_client_once(
    telegram_server: TelegramServer,
    telegram_bot: Bot,
    maya: Person,
    status: int,
    words: str,
    error: type[TelegramError],
) -> None:
    other = await telegram_server.telegram.person("Luz")
    await other.start()
    fault = Fault(FaultKind.REFUSE, "sendMessage", chat_id=maya.id, status=status, description=words)
    await telegram_server.telegram.fault(fault)
    await telegram_bot.send_message(other.id, "for another chat")
    with pytest.raises(error):
        await telegram_bot.send_message(maya.id, "refused")
    await telegram_bot.send_message(maya.id, "taken")
    assert await arrived(maya) == ["taken"]


@pytest.mark.parametrize(
    ("kind", "executed", "error", "seen"),
    [
        (FaultKind.MALFORMED, False, TelegramError, []),
        (FaultKind.MALFORMED, True, TelegramError, ["once"]),
        (FaultKind.RESET_BEFORE, False, NetworkError, []),
        (FaultKind.RESET_AFTER, False, NetworkError, ["once"]),
        (FaultKind.SILENT, False, TimedOut, []),
        (FaultKind.SILENT, True, TimedOut, ["once"]),
        (FaultKind.SLOW, False, TimedOut, ["once"]),
    ],
)
async def test_a_broken_answer_may_or_may_not_have_delivered(
    telegram_server: TelegramServer,
    telegram_bot: Bot,
    maya: Person,
    kind: FaultKind,
    executed: bool,
    error: type[TelegramError],
    seen: list[str],
) -> None:
    await telegram_server.telegram.fault(Fault(kind, "sendMessage", seconds=30, executed=executed))
    with pytest.raises(error):
        await telegram_bot.send_message(maya.id, "once", read_timeout=0.5)
    assert await arrived(maya) == seen
    assert len(telegram_server.transcript.find(kind="arrived", text="once")) == len(seen)
    await telegram_bot.send_message(maya.id, "after")
    assert await arrived(maya) == [*seen, "after"]


async def test_a_slow_answer_is_a_right_answer(
    telegram_server: TelegramServer, telegram_bot: Bot, maya: Person
) -> None:
    await telegram_server.telegram.fault(Fault(FaultKind.SLOW, "sendMessage", seconds=0.05))
    assert (await telegram_bot.send_message(maya.id, "late")).text == "late"


async def test_a_fault_without_a_method_leaves_polling_alone(
    telegram_server: TelegramServer, telegram_bot: Bot, maya: Person
) -> None:
    await telegram_server.telegram.fault(Fault(FaultKind.REFUSE, times=2))
    assert len(await telegram_bot.get_updates()) == 1
    with pytest.raises(NetworkError):
        await telegram_bot.get_me()
    await telegram_server.telegram.clear_faults()
    await telegram_bot.get_me()


@pytest.mark.parametrize("form", ["query", "form", "json", "json with strings", "multipart"])
async def test_every_way_to_send_parameters_is_read(telegram_server: TelegramServer, maya: Person, form: str) -> None:
    url = f"{telegram_server.root}/bot{telegram_server.token}/sendMessage"
    markup = '{"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}'
    flat = {"chat_id": str(maya.id), "text": "Ready?", "reply_markup": markup}
    nested = {
        **flat,
        "chat_id": maya.id,
        "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]},
    }
    async with aiohttp.ClientSession() as session:
        sent = {
            "query": lambda: session.get(url, params=flat),
            "form": lambda: session.post(url, data=flat),
            "json": lambda: session.post(url, json=nested),
            "json with strings": lambda: session.post(url, json=flat),
            "multipart": lambda: session.post(url, data=_multipart(flat)),
        }[form]()
        async with sent as answer:
            assert (await answer.json())["ok"] is True
    assert (await maya.messages())[-1].labels == ["Yes"]


def _multipart(values: dict[str, str]) -> aiohttp.FormData:
    data = aiohttp.FormData(default_to_multipart=True)
    for name, value in values.items():
        data.add_field(name, value)
    return data


async def test_parallel_messages_all_arrive_once(
    telegram_server: TelegramServer, telegram_bot: Bot, maya: Person
) -> None:
    await asyncio.gather(*(telegram_bot.send_message(maya.id, str(number)) for number in range(20)))
    assert sorted(await arrived(maya), key=int) == [str(number) for number in range(20)]
