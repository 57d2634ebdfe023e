"""Allies invite up to three people; whose link it was is known to nobody, on both databases (safety N4)."""

import asyncio
import re
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.contact import Role
from campaign_engine.domain.inviting import LIFE, MOST_STEPS
from campaign_engine.domain.message import Destination, InboundKind
from campaign_engine.services.retention import Retention
from campaign_engine.store import tables
from campaign_engine.store.uploads import SqlFileIds
from tests.platforms.telegram_server import TelegramServer
from tests.support.engine import House, Phone

CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
DAY = timedelta(days=1)


@pytest.fixture
async def ally(house: House) -> Phone:
    return await house.person("ally", "telegram").join()


async def links(phone: Phone, count: int = 1) -> list[str]:
    await phone.press(f"iv:{count}")
    return [found[0].replace("-", "") for message in phone.screen if (found := CODE.search(message.text))]


async def joined_by(house: House, code: str, name: str = "friend") -> Phone:
    friend = house.person(name, "telegram")
    await friend.start(f"i_{code}")
    await friend.tap("16 or 17", "Brooklyn", "East New York", "Learn", "I feel unsafe", "No thanks")
    return friend


async def generation(house: House, phone: Phone) -> int:
    contact_id = await phone.contact_id()
    return int(next(row.generation for row in await house.rows(tables.contacts) if row.id == contact_id))


async def test_N4_three_links_come_as_three_messages_to_pass_on(house: House, ally: Phone) -> None:
    house.accounts.telegram = "our_bot"
    await ally.command("menu")
    assert "up to 3 people you trust" in await ally.tap("Invite up to three")
    assert list(ally.buttons) == ["1 link", "2 links", "3 links", "Menu"]
    await ally.tap("3 links")
    assert len(ally.screen) == 4
    codes = set()
    for message in ally.screen[:3]:
        found = CODE.search(message.text)
        assert found
        code = found[0].replace("-", "")
        codes.add(code)
        assert f"https://t.me/our_bot?start=i_{code}" in message.text
        assert f"https://groundswell.example/i/{code}" in message.text
        assert message.text.startswith("A friend thought of you.")
        assert not message.choices
        assert len(message.text) <= 400
    assert len(codes) == 3


async def test_N4_each_link_comes_with_its_own_code_to_scan(house: House, ally: Phone) -> None:
    await ally.press("iv:2")
    seen = set()
    for message in ally.screen[:2]:
        assert message.picture is not None
        (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(message.picture.content)).convert("L"))
        assert read.text in message.text
        assert (message.picture.alt, message.picture.once) == ("QR code of this invite", True)
        seen.add(read.text)
    assert len(seen) == 2


async def test_N4_what_a_code_looks_like_is_remembered_nowhere(
    house: House, telegram_server: TelegramServer, ally: Phone
) -> None:
    maya = await telegram_server.telegram.person("Maya")
    await maya.start()
    await ally.press("iv:1")
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        channel = TelegramChannel(bot)
        channel.keep_file_ids(SqlFileIds(house.store.database, bot.id, house.clock))
        for _ in range(2):
            await channel.send(ally.screen[0], Destination("telegram", str(maya.id)))
    assert telegram_server.world.files.uploads == 2
    assert await house.rows(tables.uploads) == []


async def test_N4_at_most_three_invites_live_at_once_and_28_days_later_again(house: House, ally: Phone) -> None:
    assert len(await links(ally, 2)) == 2
    assert "1 more for now" in await ally.press("iv")
    assert len(await links(ally, 3)) == 1
    assert "the most at one time" in await ally.press("iv")
    assert await links(ally, 1) == []
    assert len(await house.rows(tables.invite_slots)) == 3
    house.clock.advance(LIFE)
    assert await links(ally, 3) == []
    house.clock.advance(DAY)
    assert len(await links(ally, 3)) == 3
    assert len(await house.rows(tables.invite_slots)) == 3


async def test_N4_two_devices_at_once_do_not_make_a_fourth(house: House, ally: Phone) -> None:
    await links(ally, 2)
    other = house.person(ally.address, "telegram")
    await asyncio.gather(ally.press("iv:1"), other.press("iv:1"))
    assert len(await house.rows(tables.invite_slots)) == 3
    assert sum("Or send this code" in phone.text for phone in (ally, other)) == 1


@pytest.mark.parametrize("way", ["link", "typed", "typed small", "command"])
async def test_N4_an_invite_counts_one_step_further_and_works_once(house: House, ally: Phone, way: str) -> None:
    (code,) = await links(ally)
    friend = house.person("friend", "telegram")
    spelled = "-".join(code[start : start + 4] for start in range(0, 16, 4))
    if way == "command":
        await friend.send(InboundKind.START, data=spelled)
    else:
        typed = spelled.lower() if "small" in way else spelled
        await (friend.start(f"i_{code}") if way == "link" else friend.say(typed))
    await friend.tap("16 or 17", "Brooklyn", "East New York", "Learn", "I feel unsafe", "No thanks")
    assert await generation(house, friend) == 1
    assert {row.generation for row in await house.rows(tables.pledges)} == {0, 1}
    assert len(await house.rows(tables.used_invites)) == 1
    third = house.person("third", "telegram")
    said = await third.start(f"i_{code}")
    assert "used before, or it has ended" in said
    assert "How old are you?" in said
    await third.tap("18 to 21", "Rather not say", "Learn", "I feel unsafe")
    assert await generation(house, third) == 0


async def test_N4_an_invite_that_nobody_made_is_called_no_poster(house: House, ally: Phone) -> None:
    (code,) = await links(ally)
    wrong = code[:-1] + ("2" if code[-1] == "3" else "3")
    said = "We don't know this invite. An invite link works once, and for 28 days. You can join without it."
    for payload in (f"i_{wrong}", wrong, "i_X", "i_"):
        assert (await house.person(f"friend {payload}").start(payload)).startswith(said), payload
    assert "How old are you?" in await house.person("friend of all").start("i_X")
    assert (await ally.start("i_X")).startswith(said)
    assert "poster" in await house.person("passer-by").start("s_WRONG1")


async def test_N4_of_two_who_opened_one_link_the_first_to_answer_has_it(house: House, ally: Phone) -> None:
    (code,) = await links(ally)
    both = [house.person(name, "telegram") for name in ("one", "two")]
    for one in both:
        assert "used before" not in await one.start(f"i_{code}")
    await asyncio.gather(*(one.tap("16 or 17") for one in both))
    assert sorted([await generation(house, one) for one in both]) == [0, 1]
    assert all("Type your ZIP code" in one.text for one in both)


async def test_N4_no_row_leads_from_an_invite_to_its_maker_or_from_a_friend_to_them(house: House, ally: Phone) -> None:
    """Neither a code, nor a hash of it, nor a moment that two rows share beside the day."""
    before = {table.name: await house.rows(table) for table in tables.metadata.sorted_tables}
    (code,) = await links(ally)
    after = {table.name: await house.rows(table) for table in tables.metadata.sorted_tables}
    new = {name: set(map(tuple_of, rows)) - set(map(tuple_of, before[name])) for name, rows in after.items()}
    changed = {name for name, rows in new.items() if rows}
    assert changed <= {"invite_slots", "actions", "action_facts", "dialogues", "addresses", "seen_updates"}
    assert code not in repr(after)
    assert {column.name for column in tables.invite_slots.c} == {"contact_id", "slot", "last_day"}
    assert {column.name for column in tables.used_invites.c} == {"code_hash", "forget_on"}
    await joined_by(house, code)
    (used,) = await house.rows(tables.used_invites)
    assert used.code_hash not in repr(after)
    everything = {
        table.name: await house.rows(table) for table in tables.metadata.sorted_tables if table.name != "used_invites"
    }
    assert used.code_hash not in repr(everything)
    assert code not in repr(everything)


def tuple_of(row: sa.Row[tuple[object, ...]]) -> str:
    return repr(tuple(row))


async def test_N4_a_step_carries_its_site_and_the_longest_chains_count_as_one(house: House, ally: Phone) -> None:
    site = await house.site()
    first = house.person("first", "telegram")
    await first.start(f"s_{site.code}")
    await first.tap("16 or 17", "Learn", "I feel unsafe", "No thanks")
    phone = first
    for step in range(1, MOST_STEPS + 2):
        (code,) = await links(phone)
        phone = await joined_by(house, code, f"friend {step}")
        assert await generation(house, phone) == min(step, MOST_STEPS)
        assert (await phone.known()).site_id == site.id


async def test_N4_somebody_who_is_in_already_leaves_the_link_free(house: House, ally: Phone) -> None:
    (code,) = await links(ally)
    assert "stays free for somebody else" in await ally.start(f"i_{code}")
    assert await house.rows(tables.used_invites) == []
    assert await generation(house, await joined_by(house, code)) == 1


async def test_I1_where_a_precinct_is_held_nobody_is_invited_for_seven_days(house: House, ally: Phone) -> None:
    lead = await house.staff("elm4", Role.SAFETY_LEAD)
    await lead.send(InboundKind.COMMAND, command="hold", data="75")
    assert "going through a hard time" in await ally.press("iv")
    assert await links(ally) == []
    assert await house.rows(tables.invite_slots) == []
    house.clock.advance(7 * DAY)
    assert len(await links(ally)) == 1


async def test_C3_adults_make_no_links(house: House) -> None:
    adult = await house.person("adult", "telegram").join(age="22 or older")
    await adult.command("menu")
    assert "Invite up to three" not in adult.buttons
    assert "sign-up kit" in await adult.press("iv")
    assert await links(adult) == []


async def test_C8_the_counter_is_in_the_export_goes_with_its_person_and_ends_by_itself(
    house: House, ally: Phone
) -> None:
    (code,) = await links(ally)
    friend = await joined_by(house, code)
    assert "Invite links you made, not who got them: one until December 22, 2026" in await ally.command("export")
    assert "step 1 of its chain" in await friend.command("export")
    house.clock.advance(LIFE + 2 * DAY)
    await Retention(house.store).run(house.clock())
    assert await house.rows(tables.invite_slots) == []
    assert await house.rows(tables.used_invites) == []
    await links(ally)
    await ally.command("delete")
    await ally.press("del:yes")
    assert await house.rows(tables.invite_slots) == []


async def test_a_pledge_to_invite_is_offered_the_links_at_once(house: House) -> None:
    phone = house.person("new")
    await phone.start()
    await phone.tap("16 or 17", "Rather not say", "Be an ally", "I feel unsafe")
    assert "You're in" in phone.text
    assert "Invite up to three" in phone.buttons
