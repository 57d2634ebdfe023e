"""Going on from the page in a chat: one person before and after, on both databases (safety N5)."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics import facts, frames, metrics
from campaign_engine.domain.contact import AddressStatus, Role
from campaign_engine.domain.message import InboundKind
from campaign_engine.store import tables as t
from campaign_engine.store.moves import KNOWN
from campaign_engine.store.tables import metadata
from tests.support.books import everything, opened, read, recomputed
from tests.support.bots import running_post
from tests.support.engine import House, Phone

TAPS = ("a:16-17", "pl:A", "if:walk", "t:yes")
CODE = re.compile(r"start=m_([0-9A-Z]{10})")


@pytest.fixture
def house(house: House) -> House:
    house.accounts.telegram, house.accounts.discord = "groundswell_bot", "Groundswell#1"
    return house


async def code_of(page: Phone) -> str:
    await page.press("mv:telegram")
    found = CODE.search(page.text)
    assert found, page.text
    return found[1]


async def test_N5_the_page_moves_to_the_chat_and_holds_nobody_any_more(house: House) -> None:
    page, chat = await house.person("tab").join(), house.person("tel", "telegram")
    person = await page.known()
    code = await code_of(page)
    [kept] = await house.rows(t.move_codes)
    assert code not in str(kept)
    await page.command("export")
    assert "a code to go on in a chat" in page.text
    assert "came along" in await chat.start(f"m_{code}")
    assert replace(await chat.known(), address_id=None) == replace(person, address_id=None)
    [address] = await house.rows(t.addresses)
    assert (address.channel, address.status) == ("telegram", "active")
    assert len(await house.rows(t.contacts)) == len(await house.rows(t.pledges)) == 1
    assert await page.contact_id() is None
    assert "You went on in Telegram" in await page.say("hello")
    assert "I am somebody else" in page.buttons
    assert "You went on in Telegram" in await page.start("s_NOSUCH22")
    assert "What would you like to do?" in await chat.tap("Go on")
    assert "call or text 988" in await page.say("I want to die")
    assert "How old are you?" in await page.press("mv:new")
    [left] = [row for row in await house.rows(t.dialogues) if row.contact_id is None]
    assert left.flow == "join"


async def test_N5_one_person_before_and_after_in_every_figure(house: House, database_url: str) -> None:
    await running_post(house)
    site = await house.site()
    page, chat = house.person("tab"), house.person("tel", "telegram")
    for kind, data in ((InboundKind.START, f"s_{site.code}"), *((InboundKind.CHOICE, one) for one in TAPS)):
        await page.send(kind, data=data, origin="network")
    other = await house.person("tab two").join()
    known = await house.person("tel two", "telegram").join()
    before = people(database_url, house)
    await chat.start(f"m_{await code_of(page)}")
    assert people(database_url, house) == before
    await known.start(f"m_{await code_of(other)}")
    await known.tap("Yes, it was me")
    after = people(database_url, house)
    one_person_all_along = {name: int(name in ("reached", "engaged", "pledged", "joined")) for name in after}
    assert {name: before[name] - after[name] for name in after} == one_person_all_along
    with opened(database_url) as books:
        found, kept = read(books), everything(books)
        same = {name: found.total(name) for name in after if name in facts.MEASURES}
        assert same == {name: after[name] for name in same}
        assert (same["reached"], same["pledged"]) == (2, 2)
        assert found.by("reached", "channel") == {"telegram": 2}
        assert recomputed(books) == kept


def people(url: str, house: House) -> dict[str, int]:
    rows = frames.read(url, 1, house.clock())
    return {name: len(measure(rows)) for name, measure in metrics.PEOPLE.items()} | {
        "alone": metrics.pledges_without_person(rows)
    }


async def test_N5_an_open_join_goes_on_in_the_chat_in_the_language_chosen(house: House) -> None:
    site = await house.site()
    page, chat = house.person("tab"), house.person("tel", "telegram")
    await page.start(f"s_{site.code}")
    await page.tap("🌐", "Español", "13 a 15")
    code = await code_of(page)
    with house.statements() as seen:
        await chat.start(f"m_{code}")
    assert len(seen) <= 3
    assert "lo que elegiste vino contigo" in chat.text
    assert "Elige una promesa" in await chat.tap("Seguir")
    await chat.tap("Cuidar")
    [pledge] = await house.rows(t.pledges)
    assert pledge.site_id == site.id


async def test_N5_a_code_that_does_not_work_says_what_to_do(house: House) -> None:
    page, chat, other = (
        await house.person("tab").join(),
        house.person("tel", "telegram"),
        house.person("two", "discord"),
    )
    old = await code_of(page)
    code = await code_of(page)
    edited = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (old, edited, "x", code[:5]):
        assert "does not work" in await chat.start(f"m_{wrong}"), wrong
        assert "How old are you?" in chat.text
    assert await chat.contact_id() is None
    house.clock.advance(timedelta(minutes=15))
    assert "does not work" in await chat.start(f"m_{code}")
    code = await code_of(page)
    assert "came along" in await other.say(f"{code[:5].lower()}-{code[5:].lower()}"), "typed in, it works too"
    assert "does not work" in await chat.start(f"m_{code}"), "spent"
    assert "What would you like to do?" in await other.command("menu")
    assert "does not work" in await other.start(f"m_{code}")
    assert len(await house.rows(t.contacts)) == 1
    assert "Go on in Telegram" not in (await chat.start(f"m_{code}")), "only the page leads on"


async def test_N5_stop_on_either_stays_stop(house: House) -> None:
    page, chat = await house.person("tab").join(), house.person("tel", "telegram")
    await chat.say("stop")
    await chat.start(f"m_{await code_of(page)}")
    assert "You said STOP" in chat.text
    known = await chat.known()
    assert known.opted_out
    assert not any(known.topics.values()) or known.opted_out
    tab, tel = await house.person("tab2").join(), await house.person("tel2", "telegram").join()
    code = await code_of(tab)
    await tab.say("stop")
    await tel.start(f"m_{code}")
    assert "You are in already here" in tel.text
    assert "came along" in await tel.tap("Yes, it was me")
    known = await tel.known()
    assert known.opted_out
    assert not any(known.topics.values())
    assert len(await house.rows(t.do_not_contact)) == 2


async def test_N5_two_contacts_of_one_person_become_one_with_the_stricter_of_each(house: House) -> None:
    site = await house.site(73)
    page, chat = house.person("tab"), await house.person("tel", "telegram").join(updates=True, age="16 or 17")
    await page.start(f"s_{site.code}")
    await page.tap("13 to 15", "Learn", "I feel unsafe", "No thanks")
    await page.press("ln:B1:a")
    await page.press("ln:B1:1")
    code, chat_id = await code_of(page), await chat.contact_id()
    assert "You are in already here" in await chat.start(f"m_{code}")
    await chat.tap("No, leave it")
    assert len(await house.rows(t.contacts)) == 2
    await chat.start(f"m_{code}")
    await chat.tap("Yes, it was me")
    known = await chat.known()
    assert known.contact_id == chat_id
    assert (known.age_band, known.precinct, known.site_id) == ("13-15", 75, site.id)
    assert not any(known.topics.values()), "a no in either place stays a no"
    assert len(known.pledges) == 1, "a pledge to no campaign counts once"
    assert known.lessons
    assert {
        row.contact_id for table in (t.pledges, t.actions, t.lesson_progress) for row in await house.rows(table)
    } == {chat_id}
    assert [row.status for row in await house.rows(t.addresses)] == [AddressStatus.ACTIVE]
    assert "You went on in Telegram" in await page.say("hello")


async def test_N5_people_of_the_team_are_not_merged_and_the_age_block_holds(house: House) -> None:

    page, ana = await house.person("tab").join(), await house.staff("ana1", Role.ORGANIZER)
    code = await code_of(page)
    assert "so they stay apart" in await ana.start(f"m_{code}")
    child = house.person("kid", "telegram")
    await child.start()
    await child.tap("12 or under")
    assert "came along" not in await child.start(f"m_{code}")
    assert await child.contact_id() is None
    assert await page.contact_id() is not None


def test_N5_every_table_that_names_an_ally_is_thought_of_in_a_merge() -> None:
    of_staff = {
        *(
            "campaigns",
            "post_versions",
            "translators",
            "staff_members",
            "role_grants",
            "kill_switch",
            "joints",
            "looks",
        ),
        *("holds", "hold_events", "incidents", "rehearsals", "waits", "sunday_cards", "staff_links", "staff_sessions"),
        *("text_approvals", "returns", "event_changes", "small_audiences"),
    }
    naming = {
        table.name
        for table in metadata.sorted_tables
        if any(key.column.table.name == "contacts" for key in table.foreign_keys)
    }
    assert naming - KNOWN - of_staff == set()


async def test_N5_the_same_start_twice_moves_once(house: House) -> None:
    page, chat = await house.person("tab").join(), house.person("tel", "telegram")
    code = await code_of(page)
    first = await chat.send(InboundKind.START, "77", data=f"m_{code}")
    assert "came along" in first
    assert await chat.send(InboundKind.START, "77", data=f"m_{code}") == ""
    assert len(await house.rows(t.addresses)) == 1


async def test_N5_one_code_in_two_chats_at_once_moves_into_one(house: House) -> None:
    page, left = await house.person("tab").join(), await house.person("gone").join()
    one, two = house.person("one", "telegram"), house.person("two", "discord")
    known = await house.person("known", "telegram").join()
    code, of_gone = await code_of(page), await code_of(left)
    await known.start(f"m_{code}")
    said = await asyncio.gather(one.start(f"m_{code}"), two.start(f"m_{code}"), known.tap("Yes, it was me"))
    assert sum("came along" in words for words in said) == 1, said
    assert sum("does not work" in words for words in said) == 2, said
    people = [await phone.contact_id() for phone in (page, one, two, known)]
    assert sum(person is not None for person in people) in (1, 2), "the one who was known, and at most one more"
    await left.press("del:yes")
    assert "does not work" in await house.person("late", "telegram").start(f"m_{of_gone}"), "after /delete"
    contacts = len(await house.rows(t.contacts))
    assert contacts == len(await house.rows(t.addresses)) == sum(person is not None for person in people)


async def test_N5_whoever_joins_the_team_after_being_asked_is_not_merged(house: House) -> None:
    page, chat = await house.person("tab").join(), await house.person("tel", "telegram").join()
    await chat.start(f"m_{await code_of(page)}")
    await page.start(f"r_{await house.invite(Role.APPROVER)}")
    await page.say("ana7")
    assert "does not work" in await chat.press("mv:yes")
    assert [row.handle for row in await house.rows(t.staff_members)] == ["ana7"]
    assert len(await house.rows(t.contacts)) == 2


async def test_N5_a_stop_on_the_page_is_said_where_its_person_arrives(house: House) -> None:
    page, chat = await house.person("tab").join(), house.person("tel", "telegram")
    code = await code_of(page)
    await page.say("stop")
    assert "You said STOP" in await chat.start(f"m_{code}")
    assert (await chat.known()).opted_out
    tab, known = await house.person("tab two").join(), await house.person("tel two", "telegram").join()
    code = await code_of(tab)
    await tab.say("stop")
    await known.start(f"m_{code}")
    assert "You said STOP" in await known.tap("Yes, it was me")
    assert (await known.known()).opted_out
