"""An ally's whole conversation over the real store, on both databases: joining, leaving, coming back."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_engine.domain.contact import AgeBand, Role, Topic
from campaign_engine.domain.message import InboundKind
from campaign_engine.store import tables
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House

ADDRESS = "700123456789"


async def test_a_stranger_joins_by_the_code_of_a_site_and_changes_language_midway(house: House) -> None:
    site = await house.site(precinct=75, name="Maple High")
    phone = house.person(ADDRESS)
    assert "automated program, not a person" in await phone.start(f"s_{site.code}")
    assert "¿Cuántos años tienes?" in await phone.tap("🌐", "Español")
    assert "Elige una promesa" in await phone.tap("13 a 15")
    assert "Ahora, un plan" in await phone.tap("Cuidar")
    assert "¿Novedades de East New York" in await phone.tap("Camino con miedo")
    assert "Ya eres parte" in await phone.tap("Sí")
    known = await phone.known()
    assert (known.age_band, known.language, known.precinct) == (AgeBand.FROM_13, "es", 75)
    assert known.site_id == site.id
    assert known.topics == {Topic.AREA_UPDATES: True}
    (pledge,) = await house.rows(tables.pledges)
    assert (pledge.pledge, pledge.if_then, pledge.precinct, pledge.site_id) == ("A", "walk", 75, site.id)


async def test_a_typed_word_code_is_the_same_as_the_link(house: House) -> None:
    site = await house.site(precinct=44)
    phone = house.person(ADDRESS)
    await phone.say(f"{site.word_code[:-2].lower()} {site.word_code[-2:]}")
    await phone.tap("16 or 17")
    assert "Pick one pledge" in phone.text
    assert (await phone.known()).precinct == 44


async def test_a_rotated_code_is_not_known_and_the_join_goes_on_without_it(house: House) -> None:
    site = await house.site()
    async with house.store.write() as work:
        await house.sites.rotate(work, "operator", site.id)
    phone = house.person(ADDRESS)
    assert "This code is from an old poster" in await phone.start(f"s_{site.code}")
    assert "Type your ZIP code" in await phone.tap("16 or 17")


@pytest.mark.parametrize(
    ("done", "asked"),
    [
        ((), "How old are you?"),
        (("13 to 15",), "Type your ZIP code"),
        (("13 to 15", "Brooklyn", "East New York"), "Pick one pledge"),
        (("13 to 15", "Brooklyn", "East New York", "Look out"), "Now one plan"),
        (("13 to 15", "Brooklyn", "East New York", "Look out", "I feel unsafe"), "Updates for East New York"),
    ],
)
async def test_A5_a_join_goes_on_at_the_first_empty_field_after_its_state_was_forgotten(
    house: House, done: tuple[str, ...], asked: str
) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    await phone.tap(*done)
    house.clock.advance(timedelta(hours=25))
    await house.retention.run(house.clock())
    assert not await house.rows(tables.dialogues)
    assert asked in await phone.say("hello again")


async def test_a_page_that_is_loaded_anew_shows_the_open_question_and_changes_nothing(house: House) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    await phone.tap("13 to 15", "Brooklyn", "East New York")
    before = await house.counts()
    again = await house.conversation.ask_again("web", ADDRESS, "en-US")
    assert [message.text for message in again] == [phone.screen[-1].text]
    assert await house.counts() == before


async def test_C5_a_no_is_remembered_and_not_asked_again(house: House) -> None:
    phone = await house.person(ADDRESS).join(updates=False)
    for text in (await phone.start(), await phone.command("menu"), await phone.say("hello")):
        assert "at most 2 a week?" not in text
    (consent,) = await house.rows(tables.consents)
    assert (consent.topic, consent.granted, consent.changed_at) == ("area_updates", False, house.clock())
    await phone.command("menu")
    assert "Area updates: on. You said yes on" in await phone.tap("What I get", "Turn on area updates")
    assert (await phone.known()).topics == {Topic.AREA_UPDATES: True}


async def test_C4_updates_without_an_area_ask_for_one(house: House) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    await phone.tap("13 to 15", "Rather not say", "Look out", "I feel unsafe", "Menu", "What I get")
    await phone.tap("Turn on area updates")
    assert "Type your ZIP code" in phone.text
    await phone.tap("Brooklyn", "East New York")
    known = await phone.known()
    assert (known.precinct, known.precinct_declined, known.topics) == (75, False, {Topic.AREA_UPDATES: True})


@pytest.mark.parametrize("taps", range(7))
@pytest.mark.parametrize("word", ["STOP", "parar"])
async def test_C7_stop_works_in_every_state_with_one_confirmation_and_C8_start_lifts_it(
    house: House, taps: int, word: str
) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    await phone.tap(*("13 to 15", "Brooklyn", "East New York", "Look out", "I feel unsafe", "Yes")[:taps])
    await phone.say(word)
    assert len(phone.screen) == 1
    assert "no more messages" in phone.text
    assert "/start" in phone.text
    assert (await phone.known()).opted_out
    assert not any((await phone.known()).topics.values())
    assert {row.status for row in await house.rows(tables.addresses)} <= {"opted_out"}
    await phone.start()
    assert not (await phone.known()).opted_out
    assert not await house.rows(tables.do_not_contact)


@pytest.mark.parametrize("button", ["cs:area_updates:on", "cq:check_ins:yes", "t:yes"])
async def test_C7_an_old_yes_does_not_lift_a_stop(house: House, button: str) -> None:
    phone = await house.person(ADDRESS).join(updates=False)
    await phone.say("STOP")
    assert "send /start first" in await phone.press(button)
    known = await phone.known()
    assert known.opted_out
    assert not any(known.topics.values())


async def test_C7_stop_in_the_middle_of_a_draft_and_an_invite(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Pledge drive")
    assert "no more messages" in await organizer.say("Stop")
    invited = house.person("telegram 9", "telegram")
    await invited.start(f"r_{await house.invite(Role.APPROVER)}")
    assert "no more messages" in await invited.say("stop")


async def test_C8_export_says_everything_that_is_held(house: House) -> None:
    site = await house.site(name="Maple High")
    phone = house.person(ADDRESS)
    await phone.start(f"s_{site.code}")
    await phone.tap("16 or 17", "Be an ally", "Too much", "Yes")
    text = await phone.command("export")
    for said in ("16 or 17", "English", "East New York", "Maple High", "area updates: yes", "Pledge C", "too much"):
        assert said in text
    assert ADDRESS not in text
    (contact,) = await house.rows(tables.contacts)
    assert contact.pseudonym in text


async def test_C8_A1_delete_removes_everything_at_once_and_leaves_a_keyed_mark(house: House) -> None:
    before = await house.counts()
    phone = await house.person(ADDRESS).join()
    await phone.command("delete")
    assert "It is deleted" in await phone.tap("Yes, delete it")
    after = await house.counts()
    kept = {name for name in after if after[name] != before.get(name)}
    assert kept == {"do_not_contact", "seen_updates", "pledges", "actions", "action_facts"}
    for table in (tables.pledges, tables.actions):
        assert {row.contact_id for row in await house.rows(table)} == {None}
    assert "nothing that says who you are" in await phone.command("export")
    assert "How old are you?" in await phone.start()
    assert not await house.rows(tables.do_not_contact)


async def test_A1_a_stolen_file_or_log_names_nobody_before_and_after_a_deletion(
    house: House, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        files: list[Path] = []
    else:
        path = Path(database_url.removeprefix("sqlite:///"))
        files = [path, path.with_name(path.name + "-wal")]
    phone = await house.person(ADDRESS).join()
    (row,) = await house.rows(tables.addresses)
    (contact,) = await house.rows(tables.contacts)
    held = b"".join(file.read_bytes() for file in files)
    assert ADDRESS.encode() not in held
    await phone.command("delete")
    await phone.tap("Yes, delete it")
    left = b"".join(file.read_bytes() for file in files)
    for trace in (ADDRESS.encode(), row.address_cipher, contact.pseudonym.encode()):
        assert trace not in left
    if files:
        assert contact.pseudonym.encode() in held


async def test_C2_twelve_or_under_leaves_only_a_counter_and_a_block_of_24_hours(house: House) -> None:
    before = await house.counts()
    phone = house.person(ADDRESS)
    await phone.start()
    assert "we keep nothing about you" in await phone.tap("12 or under")
    after = await house.counts()
    assert {name for name in after if name not in before} == {"age_gates", "counters", "seen_updates"}
    assert "for people 13 and older" in await phone.start()
    assert not phone.buttons
    house.clock.advance(timedelta(hours=24, minutes=1))
    await house.retention.run(house.clock())
    assert "How old are you?" in await phone.start()


async def test_C2_somebody_who_says_so_after_joining_is_removed(house: House) -> None:
    phone = await house.person(ADDRESS).join()
    await phone.press("a:u13")
    assert len(await house.rows(tables.contacts)) == 1
    assert "How old are you?" in await phone.tap("No, go back")
    await phone.tap("12 or under")
    assert "This chat is for people 13 and older" in await phone.tap("Yes, delete it")
    assert not await house.rows(tables.contacts)
    assert not await house.rows(tables.addresses)
    assert len(await house.rows(tables.age_gates)) == 1


@pytest.mark.parametrize(
    ("age", "minor"), [("13 to 15", True), ("16 or 17", True), ("18 to 21", False), ("22 or older", False)]
)
async def test_C3_who_did_not_choose_18_or_over_is_a_minor(house: House, age: str, minor: bool) -> None:
    phone = await house.person(ADDRESS).join(age=age)
    band = (await phone.known()).age_band
    assert band is not None
    assert band.is_minor is minor


async def test_C3_adults_are_offered_the_adult_path_and_the_same_pledge(house: House) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    assert "As an adult ally" in await phone.tap("22 or older")
    assert "Pick one pledge" in await phone.tap("Rather not say")


async def test_C6_N2_no_more_is_kept_than_what_was_answered(house: House) -> None:
    await house.person(ADDRESS).join(updates=False)
    (contact,) = await house.rows(tables.contacts)
    assert set(contact._mapping) == {
        *("id", "pseudonym", "age_band", "language", "precinct", "precinct_declined", "site_id", "generation"),
        *("paused_until", "created_at", "last_seen_at", "simulated"),
    }
    assert not [row for row in await house.rows(tables.consents) if row.granted]


async def test_N1_what_an_ally_types_is_never_stored(house: House) -> None:
    said = "my homeroom is 4B and my name is Xiomara"
    phone = await house.person(ADDRESS).join()
    for text in (said, f"{said} ok", "they are gonna shoot Xiomara"):
        await phone.say(text)
    for table in tables.metadata.sorted_tables:
        assert "Xiomara" not in str(await house.rows(table))


async def test_A3_a_repeated_update_is_answered_once_and_counts_once(house: House) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    await phone.send(InboundKind.CHOICE, "77", data="a:13-15")
    assert phone.text
    before = await house.counts()
    assert await phone.send(InboundKind.CHOICE, "77", data="a:13-15") == ""
    assert await house.counts() == before


async def test_two_updates_of_one_person_at_once_make_one_contact(house: House) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    others = [replace(phone) for _ in range(4)]
    await asyncio.gather(*(other.press("a:13-15") for other in others))
    assert all(other.screen for other in others)
    assert len(await house.rows(tables.contacts)) == 1
    assert len(await house.rows(tables.addresses)) == 1


async def test_two_people_at_once_do_not_wait_for_each_other(house: House) -> None:
    phones = [house.person(f"person {number}") for number in range(6)]
    await asyncio.gather(*(phone.join() for phone in phones))
    assert all("You're in" in phone.text for phone in phones)
    assert len(await house.rows(tables.contacts)) == 6


async def test_H1_help_comes_first_in_every_state_and_leaves_the_question_open(house: House) -> None:
    phone = house.person(ADDRESS)
    await phone.start()
    await phone.tap("13 to 15")
    assert "741741" in await phone.say("I want to die")
    await phone.press("b:2")
    assert "which neighborhood?" in phone.text


async def test_H1_text_that_nobody_understands_gets_help_and_a_way_on(house: House) -> None:
    phone = await house.person(ADDRESS).join()
    text = await phone.say("qwerty")
    assert "988" in text
    assert "My pledge" in phone.buttons


@pytest.mark.parametrize("url", ["sqlite:////nowhere/groundswell.db", "postgresql://nobody@127.0.0.1:1/none"])
async def test_H4_the_card_answers_in_both_languages_when_the_database_is_down(
    url: str, cipher: AddressCipher, clock: FakeClock
) -> None:
    database = Database(url, cipher)
    phone = House(SqlStore(database), clock).person(ADDRESS, language="pt-BR")
    for said in ("I want to die", "hello"):
        text = await phone.say(said)
        assert "call or text 988" in text
        assert "AYUDA al 741741" in text
    assert "broken on our side" in text
    phone.language = "es-MX"
    assert "call or text" not in await phone.say("hola")
    await database.close()


async def test_N4_N5_one_address_belongs_to_one_contact_and_no_invite_has_an_owner() -> None:
    assert tables.addresses.c.contact_id.unique
    assert tables.addresses.c.address_hash.unique
    people = {"contact_id", "inviter_id", "invited_by", "parent_id"}
    assert not people & {column.name for column in (*tables.source_codes.c, *tables.contacts.c)}
    assert [column.name for column in tables.contacts.c if column.foreign_keys] == ["precinct", "site_id"]


async def test_N3_nothing_that_one_ally_does_reaches_or_shows_another(house: House) -> None:
    one, other = await house.person("one").join(), await house.person("other").join()
    pseudonyms = {row.pseudonym for row in await house.rows(tables.contacts)}
    pressed = [await one.press(data) for data in ("m", "m:pledge", "o:status", "o:waiting", "st:1", "rp:1")]
    shown = [*pressed, await one.say("tell the other hello"), await one.command("export")]
    assert len([name for name in pseudonyms if name in "".join(shown)]) == 1
    assert not house.notes.told
    assert not await house.rows(tables.inbox)
    assert other.screen
