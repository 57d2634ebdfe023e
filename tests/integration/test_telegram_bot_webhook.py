"""Updates that Telegram posts to our pages, and what the bot does while the platform is away."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from bots.guard import Health, supervise
from bots.parts import BotParts
from bots.telegram_bot import TelegramBot
from bots.telegram_intake import ALLOWED_UPDATES, Ways, webhook_secret
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.settings import Settings, load_settings
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import Fault, FaultKind
from tests.support.bots import bot_parts, telegram_bot_running, told
from tests.support.engine import House
from tests.support.site import Health as PageHealth
from tests.support.site import parts_of, served
from tests.support.waiting import eventually

SECRET = "X-Telegram-Bot-Api-Secret-Token"
QUICK = Ways(first_pause=0.02, longest_pause=0.1, look_every=0.05)


@dataclass(slots=True)
class Hooked:
    """A bot whose updates come through the pages at `page`; `hold` sees each update first and may wait or fail."""

    page: str
    bot: TelegramBot
    broken: int = 0


@asynccontextmanager
async def hooked(house: House, server: TelegramServer, parts: BotParts, folder: Path) -> AsyncIterator[Hooked]:
    server.world.updates.retry_seconds = 0.02
    bot, stop, made = open_bot(server.token, server.root), asyncio.Event(), list[Hooked]()

    async def receive(body: bytes, secret: str) -> int:
        (one,) = made
        if one.broken:
            one.broken -= 1
            raise OSError("the program is being restarted")
        return await one.bot.receive(body, secret)

    pages = replace(parts_of(house, folder, PageHealth()), hooks={"telegram": receive})
    async with served(pages) as page:
        running = TelegramBot(bot, TelegramChannel(bot), parts, replace(QUICK, webhook=f"{page}/hooks/telegram"))
        made.append(Hooked(page, running))
        task = asyncio.create_task(running.run(stop))
        await server.telegram.wait_for_entry(
            lambda entry: entry.kind == "answer" and "setWebhook" in entry.path_or_event
        )
        try:
            yield made[0]
        finally:
            stop.set()
            await task
            await running.close()


async def test_A3_a_conversation_by_webhook_with_redelivery_and_no_double_effect(
    house: House, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    maya = await telegram_server.telegram.person("Maya")
    async with hooked(house, telegram_server, bot_parts(house), tmp_path) as hook:
        hook.broken = 2
        await maya.start()
        await told(maya, "How old are you?")
        await maya.tap("13 to 15")
        await told(maya, "Type your ZIP code")

        async def all_are_confirmed() -> bool:
            return len(telegram_server.transcript.find(kind="webhook")) == 4

        await eventually(all_are_confirmed)  # the answer is seen before that
        delivered = [entry.body for entry in telegram_server.transcript.find(kind="webhook")]
        assert [body["status"] for body in delivered] == [500, 500, 200, 200]
        async with httpx.AsyncClient() as client:
            for body in delivered:
                secret = {SECRET: webhook_secret(telegram_server.token)}
                again = await client.post(f"{hook.page}/hooks/telegram", json=body["update"], headers=secret)
                assert (again.status_code, again.content) == (200, b"")
        await maya.say("/privacy")
        await told(maya, "This is not a tip line")
    assert len([seen for seen in await maya.messages() if seen.from_bot]) == 3
    assert (await house.counts())["contacts"] == 1
    (asked,) = telegram_server.transcript.find(kind="request", path_or_event="setWebhook")
    assert all(kind in asked.body["allowed_updates"] for kind in ALLOWED_UPDATES)
    assert asked.body.get("drop_pending_updates") in (None, "false", "False", False)


async def test_A3_only_telegram_can_post_updates_and_nobody_learns_anything(
    house: House, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    update = {"update_id": 5, "message": {"message_id": 1, "date": 0, "text": "hello"}}
    right = webhook_secret(telegram_server.token)
    assert telegram_server.token.partition(":")[2] not in right
    async with hooked(house, telegram_server, bot_parts(house), tmp_path) as hook, httpx.AsyncClient() as client:
        address = f"{hook.page}/hooks/telegram"
        for headers in ({}, {SECRET: ""}, {SECRET: "guess"}, {SECRET: right[:-1]}, {SECRET: f"{right}x"}):
            answer = await client.post(address, json=update, headers=headers)
            assert (answer.status_code, answer.content) == (403, b"")
        assert (await client.get(address)).status_code == 405
        for body in (b"", b"{", b"[]", b'"x"', b'{"update_id": "x", "message": 3}'):
            assert (await client.post(address, content=body, headers={SECRET: right})).status_code == 400
        big = await client.post(address, content=b" " * 1_100_000, headers={SECRET: right})
        assert big.status_code == 413
    async with served(parts_of(house, tmp_path, PageHealth())) as page, httpx.AsyncClient() as client:
        assert (await client.post(f"{page}/hooks/telegram", json=update, headers={SECRET: right})).status_code == 404


async def test_what_waits_at_telegram_survives_the_way_from_polling_to_webhook_and_back(
    house: House, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    maya, parts = await telegram_server.telegram.person("Maya"), bot_parts(house)
    async with telegram_bot_running(telegram_server, parts, QUICK):
        await maya.start()
        await told(maya, "How old are you?")
    await maya.say("/privacy")
    async with hooked(house, telegram_server, parts, tmp_path):
        await told(maya, "This is not a tip line")
    await maya.say("/help")
    await asyncio.wait_for(telegram_server.transcript.wait_for(lambda entry: entry.body.get("status") == 0), 60)
    async with telegram_bot_running(telegram_server, parts, QUICK):
        await told(maya, "Nobody is watching this chat")


async def test_a_bot_that_stops_asks_telegram_to_come_again(
    house: House, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    parts = bot_parts(house)
    async with hooked(house, telegram_server, parts, tmp_path) as hook:
        bot = hook.bot
    assert await bot.receive(b"{}", webhook_secret(telegram_server.token)) == 503
    assert await bot.receive(b"{}", "guess") == 403


def settings(folder: Path, webhook: str, public: str) -> Settings:
    return load_settings(
        data_dir=folder / "data", key_file=folder / "key.json", telegram_webhook=webhook, public_url=public
    )


@pytest.mark.parametrize(
    ("webhook", "public", "hook"),
    [
        ("", "https://groundswell.example", ""),
        ("off", "https://groundswell.example", ""),
        ("on", "https://groundswell.example/", "https://groundswell.example/hooks/telegram"),
        ("https://bots.example:8443", "", "https://bots.example:8443/hooks/telegram"),
        ("https://bots.example/hooks/telegram", "", "https://bots.example/hooks/telegram"),
        ("on", "http://127.0.0.1:8000", "http://127.0.0.1:8000/hooks/telegram"),
    ],
)
def test_the_webhook_is_derived_from_the_public_address(webhook: str, public: str, hook: str, tmp_path: Path) -> None:
    assert settings(tmp_path, webhook, public).telegram_hook == hook


@pytest.mark.parametrize(("webhook", "public"), [("on", "http://groundswell.example"), ("yes please", "")])
def test_a_webhook_that_telegram_would_refuse_is_refused_at_once(webhook: str, public: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TELEGRAM_WEBHOOK"):
        settings(tmp_path, webhook, public)


async def test_an_outage_is_waited_out_with_growing_pauses_and_ends_by_itself(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    parts, stop = bot_parts(house), asyncio.Event()
    async with TelegramServer(limits=None) as server:
        port, token = server.port, server.token
        bot = open_bot(token, server.root)
        running = TelegramBot(bot, TelegramChannel(bot), parts, Ways(first_pause=0.05, longest_pause=0.4, look_every=9))
        task = asyncio.create_task(supervise("telegram", running.run, stop, parts.board))
        await server.telegram.wait_for_entry(lambda entry: entry.path_or_event == "getUpdates")
    spent = time.process_time()

    async def away() -> bool:
        return parts.board.notes.get("telegram") == "Telegram does not answer."

    await eventually(away)
    async with TelegramServer(token, port, limits=None) as server:
        maya = await server.telegram.person("Maya")
        await maya.start()
        await told(maya, "How old are you?")
        assert parts.board.states["telegram"] is Health.RUNNING
        stop.set()
        await task
    await running.close()
    assert time.process_time() - spent < 3
    assert token.partition(":")[2] not in caplog.text


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.REFUSE, method="getUpdates", status=502, description="Bad Gateway", times=3),
        Fault(FaultKind.RESET_BEFORE, method="getUpdates", times=3),
        Fault(FaultKind.MALFORMED, method="getUpdates", times=3),
        Fault(FaultKind.FLOOD, method="getUpdates", retry_after=0, times=2),
    ],
)
async def test_whatever_breaks_the_poll_is_tried_again_in_its_own_time(
    house: House, telegram_server: TelegramServer, fault: Fault
) -> None:
    await telegram_server.telegram.fault(fault)
    maya = await telegram_server.telegram.person("Maya")
    async with telegram_bot_running(telegram_server, bot_parts(house), QUICK):
        await maya.start()
        await told(maya, "How old are you?")
        polls = telegram_server.transcript.find(kind="request", path_or_event="getUpdates")
        assert len(polls) <= 8


async def test_pauses_double_up_to_the_longest(house: House, telegram_server: TelegramServer) -> None:
    """Nine refusals at 0.02 s doubled up to 0.1 s need some 0.7 s; a busy loop would need none."""
    refusal = Fault(FaultKind.REFUSE, method="getUpdates", status=502, description="Bad Gateway", times=9)
    await telegram_server.telegram.fault(refusal)
    maya = await telegram_server.telegram.person("Maya")
    begun = time.monotonic()
    async with telegram_bot_running(telegram_server, bot_parts(house), QUICK):
        await maya.start()
        await told(maya, "How old are you?")
    assert time.monotonic() - begun > 0.02 + 0.04 + 0.08 + 6 * 0.1 - 0.05
