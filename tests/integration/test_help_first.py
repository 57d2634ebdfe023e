"""Help over the real store (safety H1-H4): what is sent, what is kept, and the silence after it, on both databases."""

import logging
import time
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_engine.domain.contact import Role
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Inbound, InboundKind
from campaign_engine.services.helping import SILENCE
from campaign_engine.store import tables
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House, Phone

ADDRESS = "700123456789"
IN_DANGER = "my stepdad zzqx hits me and i wanna die"
WORDS = ("zzqx", "stepdad", "wanna die")


@pytest.fixture
async def ally(house: House) -> Phone:
    return await house.person(ADDRESS).join()


async def everything_stored(house: House, database_url: str) -> str:
    """Every cell of every table; on SQLite the bytes of the file and of its log too."""
    said = [repr(tuple(row)) for table in tables.metadata.sorted_tables for row in await house.rows(table)]
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        said += [each.read_bytes().decode("latin-1") for each in (path, path.with_name(path.name + "-wal"))]
    return "\n".join(said)


async def test_H1_the_full_card_comes_first_and_nothing_of_the_text_stays(
    house: House, ally: Phone, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lead = await house.staff("oak3", Role.SAFETY_LEAD)
    text = await ally.say(IN_DANGER)
    assert text.startswith("I'm an automated program. Nobody is watching this chat.")
    assert "741741" in text
    stored = await everything_stored(house, database_url)
    heard = caplog.text + repr([record.__dict__ for record in caplog.records])
    assert [word for word in WORDS if word in stored or word in heard] == []
    assert house.notes.told == []
    assert "stepdad" not in await lead.command("menu")


async def test_H1_what_nobody_understands_gets_the_short_line_and_the_menu_and_no_silence(
    house: House, ally: Phone, database_url: str
) -> None:
    text = await ally.say("zzqx qwerty")
    assert text.startswith("I'm an automated program, and I did not understand that.")
    assert "My pledge" in ally.buttons
    assert (await ally.known()).paused_until is None
    assert "zzqx" not in await everything_stored(house, database_url)


async def test_H1_the_card_comes_in_the_readers_language_and_in_the_one_they_wrote_in(
    house: House, ally: Phone
) -> None:
    await ally.say("хочу умереть")
    assert [message.language for message in ally.screen[:2]] == ["en", "ru"]
    assert "Я автоматическая программа" in ally.text
    await ally.say("i want to die")
    assert {message.language for message in ally.screen} == {"en"}
    await ally.say("me quiero morir")
    assert [message.language for message in ally.screen[:2]] == ["en", "es"]


async def test_H1_the_longest_message_keeps_nobody_else_waiting(house: House, ally: Phone) -> None:
    await ally.say("my cousin " * 10)
    begun = time.thread_time()
    assert "automated program" in await ally.say("me " * 1333)
    assert time.thread_time() - begun < 0.05


async def test_H3_after_a_match_nothing_comes_for_72_hours_and_one_tap_ends_it(house: House, ally: Phone) -> None:
    await ally.say(IN_DANGER)
    assert (await ally.known()).paused_until == house.clock() + SILENCE
    assert timedelta(hours=72) == SILENCE
    assert "72 hours" in ally.text
    assert {"End the break", "Places near me"} <= set(ally.buttons)
    await ally.tap("End the break")
    assert (await ally.known()).paused_until is None


async def test_H3_a_card_that_was_opened_brings_no_silence(house: House, ally: Phone) -> None:
    for said in (ally.command("help"), ally.press("m:help"), ally.say("help"), ally.say("SOS")):
        assert "741741" in await said
        assert (await ally.known()).paused_until is None
    assert "Places near me" in ally.buttons
    assert house.notes.told == []


async def test_H3_a_longer_break_of_their_own_stays_and_a_later_match_begins_anew(house: House, ally: Phone) -> None:
    await ally.say(IN_DANGER)
    house.clock.advance(timedelta(hours=10))
    await ally.say(IN_DANGER)
    assert (await ally.known()).paused_until == house.clock() + SILENCE
    await ally.press("pa:30")
    own = (await ally.known()).paused_until
    assert own is not None
    assert own > house.clock() + SILENCE
    text = await ally.say(IN_DANGER)
    assert (await ally.known()).paused_until == own
    assert "72 hours" not in text


async def test_H3_of_a_stranger_nothing_is_stored(house: House) -> None:
    before = await house.counts()
    stranger = house.person("somebody new", language="ko")
    assert "988" in await stranger.say("죽고 싶어")
    assert [message.language for message in stranger.screen] == ["ko"]
    assert await house.counts() == before


async def test_H1_an_organizer_may_write_about_it_in_a_draft(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.press("o:new")
    await organizer.tap("Awareness")
    text = await organizer.say("My friend got shot: what helps")
    assert "741741" not in text
    assert "automated program" not in text


@pytest.mark.parametrize("url", ["sqlite:////nowhere/groundswell.db", "postgresql://nobody@127.0.0.1:1/none"])
@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
async def test_H4_the_card_answers_in_all_languages_while_the_database_is_away(
    url: str, language: str, cipher: AddressCipher, clock: FakeClock
) -> None:
    database = Database(url, cipher)
    phone = House(SqlStore(database), clock).person(ADDRESS, language=f"{language}-US")
    for said in ("kms", "hello"):
        text = await phone.say(said)
        assert phone.screen[0].language == language
        assert "988" in text
        assert "741741" in text
    await database.close()


@pytest.mark.parametrize("url", ["sqlite:////nowhere/groundswell.db", "postgresql://nobody@127.0.0.1:1/none"])
async def test_H4_who_wrote_in_another_language_than_their_phone_reads_that_card_too(
    url: str, cipher: AddressCipher, clock: FakeClock
) -> None:
    database = Database(url, cipher)
    phone = House(SqlStore(database), clock).person(ADDRESS, language="zh-TW")
    await phone.say("quiero morirme")
    assert [message.language for message in phone.screen] == ["zh-Hant", "es"]
    phone.language = "pt-BR"
    await phone.say("хочу умереть")
    assert [message.language for message in phone.screen] == ["ru", "en", "es"]
    await phone.say("我不想活了")
    assert phone.screen[0].language == "zh-Hans"
    await database.close()


async def test_H4_a_database_that_does_not_answer_delays_the_card_by_a_second_at_most(
    house: House, ally: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign_engine.services.helping.HELP_WAITS", 0.05)
    contact_id = await ally.contact_id()
    async with house.store.write() as work:
        await work.contacts.change(contact_id or 0, {"paused_until": None})
        text = await ally.say(IN_DANGER)
    assert "741741" in text
    assert (await ally.known()).paused_until is None


async def test_A3_a_card_sent_again_for_the_same_update_changes_nothing(house: House, ally: Phone) -> None:
    said = Inbound("web", ADDRESS, InboundKind.TEXT, "same", text=IN_DANGER, language_hint="en")
    await house.conversation.handle(said)
    until = (await ally.known()).paused_until
    await house.conversation.handle(said)
    assert (await ally.known()).paused_until == until
