"""A lesson and the certificate on both platforms, over sockets."""

import pytest

from campaign_engine.domain.contact import LessonCode
from campaign_engine.domain.lesson import DONE
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import bot_parts, discord_bot_running, discord_guild, telegram_bot_running, told
from tests.support.engine import House


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here."""
    return sqlite_url


async def knows_all_but_one(house: House, address: str, channel: str) -> None:
    phone = await house.person(address, channel).join()
    contact_id = await phone.contact_id()
    assert contact_id is not None
    async with house.store.write() as work:
        for code in list(LessonCode)[1:]:
            await work.lessons.reach(contact_id, code, DONE)


async def test_F14_on_telegram_a_lesson_is_one_message_and_the_certificate_a_photo(
    house: House, telegram_server: TelegramServer
) -> None:
    async with telegram_bot_running(telegram_server, bot_parts(house)):
        maya = await telegram_server.telegram.person("Maya")
        await knows_all_but_one(house, str(maya.id), "telegram")
        await maya.start()
        await told(maya, "What would you like to do?")
        before = len(await maya.messages())
        for label, said in (
            ("Learn", "Twelve short lessons"),
            ("1. Read the temperature", "1 of 4"),
            ("Next", "2 of 4"),
            ("Next", "3 of 4"),
            ("Next", "4 of 4"),
            ("One question", "strongest warning sign"),
            ("A loud voice", "easy to pick"),
            ("Try again", "strongest warning sign"),
            ("A threat with a time, place or weapon", "the last of the twelve"),
        ):
            await maya.tap(label)
            await told(maya, said)
        assert len(await maya.messages()) == before, "every screen replaced the one before it"
        await maya.tap("My certificate")
        await told(maya, "All twelve lessons")
        sent = await telegram_server.telegram.wait_for_entry(lambda one: one.path_or_event.endswith("sendPhoto"))
        assert "Maya" not in str(sent.body)


async def test_F14_on_discord_the_list_is_a_menu_and_a_lesson_one_private_card(house: House) -> None:
    async with discord_guild() as place, discord_bot_running(place.platform, bot_parts(house)):
        maya = await place.person()
        await knows_all_but_one(house, maya.id, "discord")
        await maya.slash("menu", channel=place.channel)
        listed = await maya.press("Learn", at_least=1)
        options = list(listed.answers[-1].options)
        assert options[:2] == ["1. Read the temperature", "✓ 2. Cool it down"]
        assert len(options) == 14, "twelve, the certificate and the menu"
        opened = await maya.choose(["1. Read the temperature"], at_least=1)
        assert "1 of 4" in opened.text
        asked = opened
        for _ in range(3):
            asked = await maya.press("Next", at_least=1)
        assert "4 of 4" in asked.text
        assert [seen.id for seen in asked.answers] == [opened.answers[-1].id]
        await maya.press("One question", at_least=1)
        done = await maya.press("A threat with a time, place or weapon", at_least=1)
        assert "the last of the twelve" in done.text
        paper = await maya.press("My certificate", at_least=1)
        assert "All twelve lessons" in paper.text
        assert all(seen.ephemeral for seen in paper.answers)
