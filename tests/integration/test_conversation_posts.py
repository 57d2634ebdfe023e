"""Pledging from a post in a room: counted to campaign, room and precinct, on both databases."""

from datetime import timedelta

import pytest

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import move_on, running
from tests.support.engine import House

ROOM = "-100777"


@pytest.fixture
async def posted(house: House) -> House:
    """A pledge drive runs in the top 30; one of its posts stands in a room of the 75th."""
    await running(house)
    await move_on(house, CampaignStatus.RUNNING)
    linker = Person(contact_id=1, handle="river7", grants=(RoleGrant(Role.ADMIN),))
    scope = Scope(ScopeKind.PRECINCT, "75")
    async with house.store.write() as work:
        await house.rooms.link(work, linker, NewRoom("telegram", ROOM, RoomKind.GROUP, "Block", scope, 40))
    return house


async def taps(house: House) -> int:
    """By the room and the campaign, and by nobody."""
    (row,) = await house.rows(tables.room_figures)
    assert (row.room_id, row.figure, row.subject) == (1, "taps", "campaign 1")
    assert "room_id" not in tables.actions.c
    return int(row.count)


async def test_one_tap_in_a_group_gives_age_band_and_pledge_and_opens_no_chat(posted: House) -> None:
    phone = posted.person("passer-by", "telegram")
    assert "Your pledge counts" in await phone.press("g:1:16-17", room=ROOM)
    (pledge,) = await posted.rows(tables.pledges)
    assert (pledge.campaign_id, pledge.precinct, pledge.pledge, pledge.channel) == (1, 75, "A", "telegram")
    assert pledge.room_id is not None
    known = await phone.known()
    assert (known.precinct, known.topics) == (None, {})
    assert {row.status for row in await posted.rows(tables.addresses)} >= {"unstarted"}
    assert await taps(posted) == 1
    await phone.press("g:1:16-17", room=ROOM)
    assert len(await posted.rows(tables.pledges)) == 1
    assert await taps(posted) == 1, "a person's first on a day"
    posted.clock.advance(timedelta(days=1))
    for _ in range(2):
        await phone.press("g:1:16-17", room=ROOM)
    await phone.press("m")
    assert await taps(posted) == 2
    assert "Type your ZIP code" in await phone.start()
    assert "unstarted" not in {row.status for row in await posted.rows(tables.addresses)}


async def test_C2_twelve_or_under_in_a_group_leaves_a_counter_and_a_block(posted: House) -> None:
    before = len(await posted.rows(tables.contacts))
    phone = posted.person("child", "telegram")
    assert "13 and older" in await phone.press("g:1:u13", room=ROOM)
    assert "13 and older" in await phone.press("g:1:18-21", room=ROOM)
    assert len(await posted.rows(tables.contacts)) == before
    assert not await posted.rows(tables.pledges)
    assert len(await posted.rows(tables.age_gates)) == 1


async def test_a_private_answer_in_a_room_asks_age_pledge_plan_and_updates(posted: House) -> None:
    phone = posted.person("passer-by", "telegram")
    assert "How old are you?" in await phone.press("g:1", room=ROOM)
    for data in ("a:16-17", "pl:A", "if:walk"):
        await phone.press(data, room=ROOM)
    assert "Updates for East New York" in phone.text
    await phone.press("t:yes", room=ROOM)
    assert (await phone.known()).precinct == 75
    (pledge,) = await posted.rows(tables.pledges)
    assert (pledge.campaign_id, pledge.if_then, pledge.precinct) == (1, "walk", 75)
    assert await taps(posted) == 1


async def test_a_pledge_by_a_poster_counts_to_the_campaign_that_runs_there(posted: House) -> None:
    await posted.person("one").join()
    other = posted.person("other")
    await other.start()
    await other.tap("13 to 15", "Staten Island", "Tottenville", "Look out", "I feel unsafe", "No thanks")
    pledges = {row.precinct: row.campaign_id for row in await posted.rows(tables.pledges)}
    assert pledges == {75: 1, 123: None}


async def test_a_post_of_a_campaign_that_is_over_takes_pledges_for_none(posted: House) -> None:
    await move_on(posted, CampaignStatus.CANCELLED)
    phone = posted.person("passer-by", "telegram")
    await phone.press("g:1:16-17", room=ROOM)
    assert [row.campaign_id for row in await posted.rows(tables.pledges)] == [None]
    assert "This one is over" in await phone.press("g:99:16-17", room=ROOM)


async def test_a_link_under_a_post_brings_its_campaign_along(posted: House) -> None:
    phone = posted.person("reader")
    await phone.start("p_1")
    await phone.tap("13 to 15", "Brooklyn", "East New York")
    assert list(phone.buttons) == ["Look out: slow it down, get backup", "Back"]
    await phone.tap("Look out")
    (pledge,) = await posted.rows(tables.pledges)
    assert (pledge.campaign_id, pledge.room_id) == (1, None)
