"""Wherever a tap or a code leads, the chat says what happened and has a button that goes on; same on each database."""

import re

import pytest

from campaign_engine.domain.contact import Role, Topic
from campaign_engine.store import tables
from tests.support.engine import House


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said depends on no database."""
    return sqlite_url


async def test_a_code_that_is_kept_for_somebody_who_joined_is_said_and_can_be_changed(house: House) -> None:
    maple, river = await house.site(75, "Maple High"), await house.site(44, "River Center")
    typing = await house.person("typing").join()
    assert (
        await typing.say(maple.word_code) == "Saved: your school or center is Maple High.\nWhat would you like to do?"
    )
    assert (await typing.known()).site_id == maple.id
    assert "did not understand" not in await typing.say(maple.word_code)
    scanning = await house.person("scanning").join()
    assert (await scanning.start(f"s_{maple.code}")).startswith("Saved: your school or center is Maple High.")
    assert "Maple High" not in await scanning.start(f"s_{maple.code}")
    for said in (await scanning.say(river.word_code), await scanning.start(f"s_{river.code}")):
        assert said.startswith("Your school or center here is Maple High, and it stays so. You can change it.")
        assert "did not understand" not in said
    assert (await scanning.known()).site_id == maple.id
    await scanning.tap("Change")
    assert "School or center: River Center" in await scanning.say(river.word_code)


async def test_a_code_in_the_middle_of_a_join_is_said_with_the_open_question(house: House) -> None:
    site = await house.site(44, "River Center")
    phone = house.person("1")
    await phone.start()
    await phone.tap("13 to 15", "Brooklyn", "East New York")
    said = await phone.say(site.word_code)
    assert said == "Saved: your school or center is River Center.\nPick one pledge. Only you see it."


async def test_every_page_behind_more_has_a_way_back(house: House) -> None:
    phone = await house.person("1").join()
    for label in ("Privacy", "What you hold about me", "Is it really you?", "Get help"):
        await phone.press("m" if label == "Get help" else "m:more")
        await phone.tap(label)
        assert phone.buttons["Menu"] == "m:back", label
        assert "What would you like to do?" in await phone.tap("Menu")
    stranger = house.person("2")
    await stranger.start()
    for command in ("privacy", "export", "verify", "help"):
        await stranger.command(command)
        assert await stranger.tap("Menu") == "How old are you?", command


async def test_staff_who_find_nothing_or_something_that_waits_have_a_way_back(house: House) -> None:
    member = await house.staff("river7", Role.ORGANIZER)
    await member.press("hd:t")
    assert (member.text, member.buttons) == ("Nothing was held there yet.", {"All areas": "hd"})
    await member.press("o:mine")
    assert member.buttons == {"Menu": "m"}


async def test_S3_who_may_stops_everything_and_looks_at_campaigns_by_typed_words_too(house: House) -> None:
    """Discord offers the commands of the team in servers only, and a direct chat must not need one."""
    first, second = await house.staff("river7", Role.SAFETY_LEAD), await house.staff("oak3", Role.APPROVER)
    assert "There is no campaign" in await first.say("Status")
    assert "Everything is stopped." in await first.say("/freeze")
    assert "It goes on now." in await second.say("unfreeze")
    ally = await house.person("ally").join()
    for word in ("freeze", "/unfreeze", "status"):
        assert "did not understand" in await ally.say(word)
    writer = await house.staff("elm2", Role.ORGANIZER)
    await writer.press("k:pledge")
    await writer.say("Freeze")
    assert "Everything is stopped" not in writer.text


@pytest.mark.parametrize("language", ["en", "es"])
async def test_F14_what_somebody_types_instead_of_tapping_is_taken_as_the_button(house: House, language: str) -> None:
    """The age as a number, the first words of a button, its place in a list, yes and no; only the answer is kept."""
    phone = house.person("typing", "telegram", language)
    await phone.start()
    spanish = language == "es"
    for wrong in ("4", "1999", "13 or 18", "my friend is 16"):
        await phone.say(wrong)
        assert "a:16-17" in phone.buttons.values(), wrong
    await phone.say("tengo 16 años" if spanish else "I'm 16")
    await phone.say("Bed-Stuy")
    await phone.press("n:79")
    assert set(phone.buttons.values()) >= {"pl:A", "pl:B"}
    await phone.say("9")
    await phone.say("b")
    await phone.say("3")
    assert set(phone.buttons.values()) >= {"t:no", "t:yes"}
    await phone.say("sí" if spanish else "nah")
    known = await phone.known()
    assert (str(known.age_band), known.precinct, str(known.pledge), str(known.plan)) == ("16-17", 79, "B", "video")
    assert known.answers[Topic.AREA_UPDATES].granted is spanish
    await phone.say("Mi promesa" if spanish else "my pledge")
    assert "m:pledge:pledge" in phone.buttons.values()
    await phone.say("what")
    assert "My pledge" in phone.buttons or "Mi promesa" in phone.buttons, "one word of a longer button says too little"
    await phone.press("ln:B1:q")
    await phone.say("2")
    assert "ln:B1:1" in phone.buttons.values(), "the right answer"
    for row in await house.rows(tables.dialogues):
        assert "16" not in str(dict(row._mapping).get("data"))


@pytest.mark.parametrize("language", ["en", "es"])
async def test_H1_a_greeting_and_an_old_button_are_answered_kindly_with_the_help_line(
    house: House, language: str
) -> None:
    phone = house.person("somebody", "telegram", language)
    for said, act in (
        ("thank you for writing" if language == "en" else "gracias por escribir", phone.say("Hola!")),
        ("is from before" if language == "en" else "es de antes", phone.press("pl:A")),
    ):
        text = await act
        assert said in text
        assert "911" in text
        assert "988" in text
        assert "a:13-15" in phone.buttons.values()


async def test_F5_a_draft_stays_open_in_another_language_and_takes_typed_buttons(house: House) -> None:
    writer = house.person("writer", "telegram", "es")
    await writer.start(f"r_{await house.invite(Role.ORGANIZER)}")
    assert "emojis" in await writer.say("🕊️🕊️🕊️")
    assert "ya tiene este nombre" in await writer.say("operator")
    assert "Te damos la bienvenida, josé7" in await writer.say("José7")
    await writer.press("o:new")
    await writer.say("not a kind")
    assert "k:pledge" in writer.buttons.values(), "the kinds are asked for again"
    await writer.say("campaña de promesas")
    await writer.say("Paz \u202eadversa")
    await writer.command("language")
    assert "Where?" in await writer.press("l:en"), "the question that was open"
    await writer.tap("Bronx")
    assert "Paz adversa" in await writer.command("status"), "nothing turns around what a second person reads"
    await writer.say("STOP")
    assert "What would you like to do?" in await writer.start(), "no question of an ally's joining"


async def test_N5_yes_to_moving_may_be_typed_and_anything_else_asks_again(house: House) -> None:
    house.accounts.telegram = "groundswell_bot"
    known = await house.person("known", "telegram").join()
    page = await house.person("a tab").join()
    await page.press("mv:telegram")
    (code,) = re.findall(r"start=(m_[A-Z0-9]{10})", page.text)
    await known.start(code)
    await known.say("what does that do")
    assert set(known.buttons.values()) == {"mv:yes", "mv:no"}
    assert "came along" in await known.say("Yes!")
