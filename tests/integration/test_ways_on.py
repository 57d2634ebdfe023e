"""Wherever a tap or a code leads, the chat says what happened and has a button that goes on; same on each database."""

import pytest

from campaign_engine.domain.contact import Role
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
