"""A2: whole conversations over both bots leave no token, address or message text in any log, not even at DEBUG."""

import asyncio
import logging
import re

import pytest

from bots.telegram_bot import TelegramBot
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.cli import logs
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Inbound, InboundKind, Message
from tests.platforms.discord_faults import Fault as DiscordFault
from tests.platforms.discord_faults import FaultKind as DiscordFaultKind
from tests.platforms.discord_person import Person
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import Fault, FaultKind
from tests.support.bots import bot_parts, discord_bot_running, discord_guild, telegram_bot_running, told
from tests.support.engine import House
from tests.support.waiting import eventually

SECRET = "my sister got shot at 123 Main Street"
"""Somebody's words; the help card answers them."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is logged does not depend on the database."""
    return sqlite_url


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything at DEBUG but the libraries that the command line keeps quiet."""
    for name in logs._QUIET:
        caplog.set_level(logging.WARNING, name)
    caplog.set_level(logging.DEBUG)
    return caplog


def everything(heard: pytest.LogCaptureFixture) -> str:
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(formatter.format(record) for record in heard.records)


class Fails:
    """A conversation with a bug that quotes what was said."""

    def __init__(self, house: House) -> None:
        self._inner = house.conversation

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        if inbound.kind is InboundKind.COMMAND and inbound.command == "privacy":
            raise RuntimeError(f"{inbound.address}: {SECRET}")
        return await self._inner.handle(inbound)


async def test_A2_telegram(house: House, telegram_server: TelegramServer, heard: pytest.LogCaptureFixture) -> None:
    maya = await telegram_server.telegram.person("Maya")
    parts = bot_parts(house)
    object.__setattr__(parts, "conversation", Fails(house))
    async with telegram_bot_running(telegram_server, parts):
        await maya.start(f"s_{(await house.site(47)).code}")
        asked = await told(maya, "How old are you?")
        await maya.say(SECRET)
        await told(maya, "call or text 988")
        await maya.say("/privacy")
        await told(maya, "Something is broken")
        refused = Fault(FaultKind.REFUSE, method="sendMessage", status=403, description="Forbidden: weird")
        await telegram_server.telegram.fault(refused)
        await telegram_server.telegram.fault(Fault(FaultKind.MALFORMED, method="answerCallbackQuery"))
        await maya.say("/help")
        await maya.tap("13 to 15", message_id=asked.message_id)
        await maya.wait_for("Pick one pledge")
    for leak in (telegram_server.token, telegram_server.token.split(":")[1], str(maya.id), SECRET, "Main Street"):
        assert leak not in everything(heard)
    assert "an update failed: RuntimeError" in everything(heard)
    assert "an answer was not delivered (forbidden)" in everything(heard)


async def test_A2_a_rejected_token_is_not_quoted(
    house: House, telegram_server: TelegramServer, heard: pytest.LogCaptureFixture
) -> None:
    bot = open_bot("42:wrong", telegram_server.root)
    running = TelegramBot(bot, TelegramChannel(bot), bot_parts(house))
    with pytest.raises(ConfigurationError) as caught:
        await running.run(asyncio.Event())
    await running.close()
    assert "42:wrong" not in everything(heard) + str(caught.value)


async def test_A2_telegram_is_quiet_even_where_nobody_set_up_logging(
    telegram_server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram").setLevel(logging.NOTSET)
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        await bot.get_me()
    assert telegram_server.token not in everything(caplog)


async def test_A2_discord(house: House, heard: pytest.LogCaptureFixture) -> None:
    parts = bot_parts(house)
    object.__setattr__(parts, "conversation", Fails(house))
    async with discord_guild() as place, discord_bot_running(place.platform, parts):
        maya, driver = await place.person(), place.platform.driver
        await maya.slash("start", channel=place.channel, at_least=2)
        await maya.press("13 to 15", at_least=1)
        await maya.press("Type an answer")
        await maya.submit_modal({"text": SECRET}, at_least=1)
        assert "broken" in (await maya.slash("privacy", channel=place.channel, at_least=2)).text
        edit = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        await driver.fault(DiscordFault(edit, DiscordFaultKind.RATE_LIMITED))
        await maya.slash("help", channel=place.channel)
        await driver.fault(DiscordFault(edit, DiscordFaultKind.REFUSED, status=400, code=50035, message=SECRET))
        await maya.say(SECRET)
        await eventually(lambda: _answered(maya))
        callback = "POST /interactions/{interaction_id}/{interaction_token}/callback"
        await driver.fault(DiscordFault(callback, DiscordFaultKind.REFUSED, status=404, code=10062, message=SECRET))
        await driver.limits(answer_within=0.5)
        assert (await maya.slash("menu", channel=place.channel)).failed
        said = everything(heard)
        tokens = list(place.platform.world.interactions)
    assert not [leak for leak in (place.platform.token, maya.id, SECRET, "Main Street", *tokens) if leak in said]
    assert "an update failed: RuntimeError" in said
    assert "an interaction was not acknowledged (refused)" in said
    assert not re.search(r"Traceback", said)


async def _answered(maya: Person) -> bool:
    return any("988" in seen.text for seen in await maya.sees())
