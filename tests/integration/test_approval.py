"""What happens between handing in and going out, in the chats of author and approver, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import AddressStatus, AgeBand, Role, Scope, ScopeKind, Topic
from campaign_engine.domain.message import Destination
from campaign_engine.domain.rounding import LOOKS_A_DAY
from campaign_engine.ports.people import NewContact
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.test_conversation_staff import TEXT, draft, status, submitted
from tests.support import FakeClock
from tests.support.engine import House, Phone

FIXED = TEXT.replace("We look", "We all look")


def told(house: House, phone: Phone) -> str:
    """What somebody was told beside what they asked for; forgets it."""
    texts = [message.text for to, message in house.notes.told if to.address == phone.address]
    house.notes.told = [note for note in house.notes.told if note[0].address != phone.address]
    return "\n".join(texts)


async def version(house: House) -> Any:
    return max(await house.rows(tables.post_versions), key=lambda row: row.version)


async def fixed(house: House) -> tuple[Phone, Phone]:
    organizer, approver = await submitted(house)
    await approver.press("o:waiting")
    await approver.tap("Fix a typo", "English")
    assert TEXT in approver.text
    assert "is asked now" in await approver.say(FIXED)
    return organizer, approver


async def test_S1_a_fix_goes_out_when_its_author_countersigns(house: House) -> None:
    organizer, approver = await fixed(house)
    assert await status(house) is CampaignStatus.SUBMITTED
    assert "English: added “all”" in told(house, organizer)
    assert "Nothing waits" in await approver.press("o:waiting")
    await organizer.press("st:1")
    assert "is approved" in await organizer.tap("Yes, send it")
    assert await status(house) is CampaignStatus.SCHEDULED
    newest = await version(house)
    assert newest.content["texts"]["en"] == FIXED
    assert (newest.author_id, newest.approver_id) == (await organizer.contact_id(), await approver.contact_id())
    assert "said yes to your fix" in told(house, approver)


async def test_S1_neither_the_fixer_nor_anybody_else_sends_a_fix_alone(house: House) -> None:
    _, approver = await fixed(house)
    other = await house.staff("oak3", Role.APPROVER)
    async with house.store.read() as work:
        campaign = await work.campaigns.get(1)
    seen = campaign.approval_hash(campaign.precincts)[:12]
    for phone in (approver, other):
        await phone.press(f"ap:1:{seen}")
        await phone.press(f"ct:1:{seen}")
    assert await status(house) is CampaignStatus.SUBMITTED
    assert (await version(house)).approved_at is None


async def test_S1_an_author_who_says_no_has_their_own_words_as_a_draft_again(house: House) -> None:
    organizer, _ = await fixed(house)
    await organizer.press("st:1")
    assert "your draft again" in await organizer.tap("No, take it back")
    assert await status(house) is CampaignStatus.DRAFT
    assert (await version(house)).content["texts"]["en"] == TEXT
    await organizer.press("o:new")
    assert "is handed in" in await organizer.press("su:1")


@pytest.mark.parametrize(
    ("text", "says"),
    [("A whole other text for {{ area }}: {{ link }}", "more than a typo"), ("We look {{ link }}", "leaves links")],
)
async def test_S1_a_fix_that_is_more_than_a_typo_changes_nothing(house: House, text: str, says: str) -> None:
    _, approver = await submitted(house)
    await approver.press("fx:1:en")
    assert says in await approver.say(text)
    assert len(await house.rows(tables.post_versions)) == 1
    await approver.press("o:waiting")
    assert "Approve" in approver.buttons


async def test_S1_a_fix_by_somebody_who_may_not_approve_any_more_is_not_countersigned(house: House) -> None:
    organizer, approver = await fixed(house)
    async with house.store.database.write() as connection:
        mine = tables.role_grants.c.contact_id == await approver.contact_id()
        await connection.execute(tables.role_grants.delete().where(mine))
    await organizer.press("st:1")
    assert "can't approve it any more" in await organizer.tap("Yes, send it")
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_S1_an_approval_and_a_fix_at_once_are_one_of_them(house: House) -> None:
    _, first = await submitted(house)
    second = await house.staff("oak3", Role.APPROVER)
    await first.press("o:waiting")
    await second.press("fx:1:en")
    await asyncio.gather(first.tap("Approve"), second.say(FIXED))
    (post,) = await house.rows(tables.posts)
    assert (post.version, post.status) in [(1, "approved"), (2, "fixed")]
    said = first.text if post.version == 2 else second.text
    assert "before you" in said or "changed since you saw it" in said


async def test_S1_whoever_comes_second_is_told_that_somebody_decided(house: House) -> None:
    _, first = await submitted(house)
    second = await house.staff("oak3", Role.APPROVER)
    for approver in (first, second):
        await approver.press("o:waiting")
    await first.tap("Approve")
    assert "Somebody decided on this one before you" in await second.tap("Approve")


async def test_S1_an_author_is_told_what_became_of_it(house: House) -> None:
    organizer, approver = await submitted(house)
    await approver.press("o:waiting")
    await approver.tap("Send back", "Another day")
    assert "came back to you from maple2" in told(house, organizer)
    await organizer.press("su:1")
    await approver.press("o:waiting")
    await approver.tap("Approve")
    assert "maple2 approved “Winter pledge”" in told(house, organizer)


async def test_S1_a_sole_operator_rehearses_to_their_own_chat_only(house: House) -> None:
    alone = await house.staff("river7", Role.ORGANIZER)
    await house.grant(await alone.contact_id() or 0, "river7", Role.APPROVER, Role.SAFETY_LEAD)
    await draft(alone)
    assert "Nobody can approve it yet" in await alone.tap("Send for approval")
    assert "We look out for each other" in await alone.tap("Send me a test")
    assert len(alone.screen) == 3
    assert "Status" in alone.buttons
    assert not house.notes.told
    assert not await house.rows(tables.deliveries)
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_S1_the_author_sees_who_may_approve_and_how_long_it_waits(house: House) -> None:
    organizer, _ = await submitted(house)
    house.clock.advance(timedelta(hours=3))
    line = "has waited for 3 hours. One of these can approve it: maple2."
    assert line in await organizer.press("st:1")
    await organizer.command("menu")
    assert line in await organizer.tap("With the approver (1)")


async def test_S1_approvers_are_nudged_every_two_hours_in_the_window_and_not_for_ever(house: House) -> None:
    _, approver = await submitted(house)
    told(house, approver)
    assert await house.nudging.tick() == 0
    house.clock.advance(timedelta(hours=2))
    assert await house.nudging.tick() == 1
    assert "still waits for somebody to read it" in told(house, approver)
    assert await house.nudging.tick() == 0
    house.clock.advance(timedelta(hours=9))  # one in the morning in New York
    assert await house.nudging.tick() == 0


async def test_S1_two_processes_nudge_once(house: House) -> None:
    _, approver = await submitted(house)
    told(house, approver)
    house.clock.advance(timedelta(hours=2))
    assert sum(await asyncio.gather(*(house.nudging.tick() for _ in range(3)))) == 1


async def test_S1_a_time_that_passed_is_told_once_and_the_next_one_waits_anew(house: House) -> None:
    organizer, approver = await submitted(house)
    house.clock.advance(timedelta(days=28))
    for phone in (organizer, approver):
        told(house, phone)
    await house.nudging.tick()
    assert "That happens, and nothing went out" in told(house, organizer)
    assert "Take it for the author" in told(house, approver)
    await house.nudging.tick()
    assert "That happens" not in told(house, organizer)
    await organizer.press("st:1")
    slot = next(data for data in organizer.buttons.values() if data.startswith("sl:"))
    assert "is planned for" in await organizer.press(slot)
    assert (await version(house)).version == 2
    await approver.press("o:waiting")
    assert "is approved" in await approver.tap("Approve")


async def test_S1_an_approver_takes_the_time_and_the_author_countersigns(house: House) -> None:
    organizer, approver = await submitted(house)
    house.clock.advance(timedelta(days=28))
    await approver.press("o:waiting")
    slot = next(data for data in approver.buttons.values() if data.startswith("sl:"))
    assert "is asked now" in await approver.press(slot)
    assert await status(house) is CampaignStatus.SUBMITTED
    await organizer.press("st:1")
    assert "New time:" in organizer.text
    assert "is approved" in await organizer.tap("Yes, send it")


async def test_S1_a_slot_that_was_made_up_is_not_taken(house: House) -> None:
    organizer, _ = await submitted(house)
    house.clock.advance(timedelta(days=28))
    for stamp in ("209912312359", "nonsense", "202601010300"):
        assert "The next free time is" in await organizer.press(f"sl:1:{stamp}")
    assert len(await house.rows(tables.post_versions)) == 1


@pytest.fixture
async def strict(store: SqlStore, clock: FakeClock) -> House:
    """A house in which a direct post needs 20 people."""
    house = House(store, clock, minimum=20)
    await house.furnish()
    return house


async def neighbors(house: House, count: int, precinct: int) -> None:
    """Who get news of their area."""
    now = house.clock()
    async with house.store.write() as work:
        for number in range(count):
            who = Destination("telegram", f"neighbor {number}")
            new = NewContact(who, AgeBand.FROM_16, "en", AddressStatus.ACTIVE, now, precinct)
            contact_id, _ = await work.contacts.create(new)
            await work.contacts.answer_topic(contact_id, Topic.AREA_UPDATES, True, now)


async def test_S2_too_few_people_are_offered_the_borough_where_it_has_enough(strict: House) -> None:
    organizer = await strict.staff("river7", Role.ORGANIZER)
    await neighbors(strict, 19, 73)
    await draft(organizer)
    await organizer.press("ed:targets")
    await organizer.say("75")
    await organizer.press("su:1")
    assert "The whole borough" not in organizer.buttons
    assert "Rooms and our page only" in organizer.buttons


async def test_S2_too_few_people_are_offered_the_borough_or_rooms(strict: House) -> None:
    organizer = await strict.staff("river7", Role.ORGANIZER)
    await neighbors(strict, 20, 73)
    await draft(organizer)
    await organizer.press("ed:targets")
    await organizer.say("75")
    assert "fewer than 20 people" in await organizer.press("su:1")
    assert await status(strict) is CampaignStatus.DRAFT
    assert not strict.notes.told
    await organizer.tap("The whole borough")
    assert "23 precincts" in organizer.text
    async with strict.store.database.write() as connection:
        await connection.execute(tables.contacts.delete().where(tables.contacts.c.precinct == 73))
    await organizer.press("su:1")
    assert "The whole borough" not in organizer.buttons
    await organizer.tap("Rooms and our page only")
    assert "to nobody directly" in organizer.text
    assert "is handed in" in await organizer.press("su:1")


async def test_S2_the_borough_is_not_offered_beyond_the_organizers_own_area(strict: House) -> None:
    organizer = await strict.staff("river7", Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "75"))
    await organizer.command("menu")
    await organizer.tap("New campaign", "Pledge drive")
    await organizer.say("Winter pledge")
    await organizer.say("75")
    await organizer.tap("300")
    await organizer.say(TEXT)
    await organizer.tap("Use the starter text", "No picture")
    await organizer.say("Thursdays at 4 pm until December 18")
    await organizer.tap("Everywhere", "Look out")
    assert "fewer than 20 people" in await organizer.press("su:1")
    assert "The whole borough" not in organizer.buttons


async def test_K3_the_twenty_first_look_of_a_day_shows_no_size(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await draft(organizer)
    for _ in range(LOOKS_A_DAY):
        await organizer.press("o:new")
    assert "You have looked at sizes 20 times today" in await organizer.press("o:new")
    house.clock.advance(timedelta(days=1))
    assert "Goes to under 20 people" in await organizer.press("o:new")
