"""A new time or place of an event: told at once, the newest only, in fixed words (safety S9), on both databases."""

import asyncio
from datetime import datetime, timedelta

import pytest

from campaign_engine import rendering
from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostStatus
from campaign_engine.domain.contact import Person, Role, Scope, ScopeKind, Topic
from campaign_engine.domain.errors import ForbiddenTransition, GroundswellError, InvalidInput, NotAllowed
from campaign_engine.domain.message import Destination, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.holding import Actor
from campaign_engine.services.posting import Posting
from campaign_engine.services.sites import Sites
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.engine import House as Chats
from tests.support.events import drain, events, pledge, staff, told_event
from tests.support.planned import House, Planned

NIGHT = timedelta(hours=11)
"""From 4 pm to 3 am."""


@pytest.fixture
def house(store: SqlStore, clock: FakeClock) -> House:
    return House(store, clock)


@pytest.fixture
async def event(house: House) -> Planned:
    return await told_event(house)


def ahead(house: House, **later: float) -> str:
    return f"{to_wall(house.clock()) + timedelta(**later):%Y%m%d%H%M}"


async def change(
    house: House, plan: Planned, person: Person, when: str, place: str = "same", *, sure: bool = True
) -> Reply:
    async with house.store.write() as work:
        (reply,) = (await events(house).change(work, person, plan.campaign_id, when, place, sure=sure)).replies
    return reply


async def site(house: House, name: str = "Maple High", precinct: int = 75) -> Site:
    async with house.store.write() as work:
        return await Sites(house.clock).add(work, "operator", name, SiteKind.SCHOOL, precinct)


async def test_S9_those_signed_up_hear_of_a_new_time_at_three_in_the_night(house: House, event: Planned) -> None:
    for name, topic in (("pledged", Topic.EVENT_NEWS), ("never told", Topic.EVENT_NEWS), ("no news", None)):
        await house.ally(name, topic=topic, language="es")
    await pledge(house, "pledged", event)
    await pledge(house, "no news", event)
    house.clock.advance(NIGHT)
    said = await change(house, event, await staff(house), "202611251730", "ask")
    assert (said.template, said.values["people_told"]) == ("event.changed", None)
    channel = RecordingChannel()
    assert await drain(house, channel) == 2
    texts = {call.to.address: call.message.text for call in channel.calls}
    assert set(texts) == {"told", "pledged"}
    assert "“Winter” goes on, but not as it was planned.\nWhen: Wednesday, November 25, 5:30 PM\n" in texts["told"]
    assert "Where: a new place, ask your adult partner\n" in texts["told"]
    assert "Cuándo: miércoles 25 de noviembre, 5:30 p. m." in texts["pledged"]
    assert "[" not in "".join(texts.values())


async def test_S9_of_two_changes_within_minutes_only_the_newest_arrives(house: House, event: Planned) -> None:
    ana = await staff(house)
    await change(house, event, ana, ahead(house, hours=3))
    house.clock.advance(timedelta(minutes=2))
    await change(house, event, ana, "same", "ask")
    channel = RecordingChannel()
    assert await drain(house, channel) == 1
    assert "When: Tuesday, November 24" in channel.calls[0].message.text
    assert await house.statuses() == [("sent", ""), ("cancelled", "superseded"), ("sent", "")]


async def test_S9_what_stays_is_what_was_told_last(house: House, event: Planned) -> None:
    """Those who missed the first word learn its time from the second one."""
    ana, maple = await staff(house), await site(house)
    await change(house, event, ana, ahead(house, hours=3))
    await change(house, event, ana, "same", f"s{maple.id}")
    again = await change(house, event, ana, "same", "same")
    assert again.template == "event.told"
    await change(house, event, ana, ahead(house, days=2))
    channel = RecordingChannel()
    await drain(house, channel)
    text = channel.calls[-1].message.text
    assert "When: Thursday, November 26" in text
    assert "Where: a new place, ask your adult partner" in text, "no name before the day (T18)"
    assert len(channel.calls) == 1


async def test_S9_what_a_lane_gives_back_after_a_newer_word_is_not_sent_any_more(house: House, event: Planned) -> None:
    """A lane has the older one in hand while the newer one is told."""
    ana = await staff(house)
    await change(house, event, ana, ahead(house, hours=3))
    async with house.store.database.write() as connection:
        mine = tables.deliveries.update().where(tables.deliveries.c.status == "queued")
        await connection.execute(mine.values(status="sending"))
    await change(house, event, ana, ahead(house, hours=4))
    async with house.store.database.write() as connection:
        mine = tables.deliveries.update().where(tables.deliveries.c.status == "sending")
        await connection.execute(mine.values(status="retrying"))
    channel = RecordingChannel()
    await drain(house, channel)
    assert len(channel.calls) == 1
    assert sorted(await house.statuses()) == [("expired", "stale"), ("sent", ""), ("sent", "")]


async def test_S9_a_cancellation_supersedes_a_change_and_nothing_changes_after_it(house: House, event: Planned) -> None:
    ana = await staff(house)
    await change(house, event, ana, ahead(house, hours=3))
    async with house.store.write() as work:
        await events(house).cancel(work, ana, event.campaign_id, sure=True)
    channel = RecordingChannel()
    assert await drain(house, channel) == 1
    assert "will not happen" in channel.calls[0].message.text
    again = await change(house, event, ana, ahead(house, hours=4))
    assert (again.template, again.values["handle"]) == ("hold.event_told", "ana7")


async def test_S9_the_same_word_is_told_once_also_by_two_at_once(house: House, event: Planned) -> None:
    people, when = [await staff(house), await staff(house, "ben2", Role.APPROVER)], ahead(house, hours=3)
    await asyncio.gather(*(change(house, event, one, when) for one in people), return_exceptions=True)
    assert await drain(house, RecordingChannel()) == 1
    told = await change(house, event, people[0], when)
    assert told.template == "event.told"
    assert len(await house.rows(tables.event_changes)) == 1


async def test_S9_neither_switch_nor_hold_nor_caps_nor_a_break_delay_it_but_stop_does(
    house: House, event: Planned
) -> None:
    ana = await staff(house)
    for name in ("stopped", "resting"):
        await house.ally(name, topic=Topic.EVENT_NEWS)
        await pledge(house, name, event)
    async with house.store.write() as work:
        await work.kill_switch.press(None, house.clock())
        await work.holds.hold(75, Actor(ana.contact_id or 0, ana.handle), house.clock())
        await work.contacts.change(house.people["resting"], {"paused_until": house.clock() + timedelta(days=2)})
    await change(house, event, ana, ahead(house, hours=3))
    async with house.store.write() as work:
        await work.contacts.opt_out(Destination("telegram", "stopped"), house.people["stopped"], house.clock())
    await Posting(house.store, house.clock).tick()
    channel = RecordingChannel()
    await drain(house, channel)
    assert sorted(channel.reached) == ["resting", "told"]


async def test_S9_the_event_itself_goes_on_and_no_clock_tells_it_again(house: House, event: Planned) -> None:
    await change(house, event, await staff(house), ahead(house, hours=3))
    channel = RecordingChannel()
    for _ in range(3):
        await Posting(house.store, house.clock).tick()
        await drain(house, channel)
        house.clock.advance(timedelta(minutes=20))
    assert len(channel.calls) == 1
    async with house.store.read() as work:
        campaign = await work.campaigns.get(event.campaign_id)
    assert campaign.status is not CampaignStatus.CANCELLED
    assert [post.status for post in campaign.posts] == [PostStatus.APPROVED, PostStatus.WITHDRAWN]


async def test_S9_T18_a_place_is_a_site_of_its_precincts_and_is_named_on_the_day_only(
    house: House, event: Planned
) -> None:
    await house.precincts(110)
    ana, maple, far = await staff(house), await site(house), await site(house, "Far High", 110)
    with pytest.raises(InvalidInput) as refused:
        await change(house, event, ana, ahead(house, days=2), f"s{maple.id}")
    assert refused.value.code == "place_on_the_day"
    with pytest.raises(InvalidInput):
        await change(house, event, ana, "same", f"s{far.id}")
    await change(house, event, ana, ahead(house, hours=2), f"s{maple.id}")
    channel = RecordingChannel()
    await drain(house, channel)
    assert "Where: Maple High\n" in channel.calls[0].message.text


async def test_S8_a_site_s_name_is_never_a_template_nor_a_link(house: House, event: Planned) -> None:
    ana = await staff(house)
    braces, link = await site(house, "Room {{ campaign }} [when]"), await site(house, "maple.com")
    with pytest.raises(InvalidInput) as refused:
        await change(house, event, ana, "same", f"s{link.id}")
    assert refused.value.code == "link_not_allowed"
    assert not await house.rows(tables.event_changes)
    await change(house, event, ana, "same", f"s{braces.id}")
    channel = RecordingChannel()
    await drain(house, channel)
    assert "Where: Room campaign when" in "".join(
        " ".join(call.message.text.replace("  ", " ") for call in channel.calls)
    )


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ("same", "same"),
        ("202611241200", "same"),
        ("202711241200", "same"),
        ("209913241200", "same"),
        ("same", "here"),
        ("same", "s999"),
        ("same", "s99999999999999"),
        ("now", "ask"),
    ],
)
async def test_S9_what_no_button_offers_changes_nothing(house: House, event: Planned, when: str, place: str) -> None:
    with pytest.raises(InvalidInput):
        await change(house, event, await staff(house), when, place)
    assert not await house.rows(tables.event_changes)
    assert len(await house.rows(tables.deliveries)) == 1


async def test_S9_only_an_event_somebody_was_told_about_by_somebody_of_its_area(house: House, event: Planned) -> None:
    ana, when = await staff(house), ahead(house, hours=3)
    other = await house.plan(status=CampaignStatus.RUNNING)
    draft = await house.plan(kind=CampaignKind.PRESENCE, status=CampaignStatus.DRAFT)
    off = await house.plan(kind=CampaignKind.PRESENCE, status=CampaignStatus.CANCELLED)
    for plan in (other, draft, off):
        with pytest.raises(ForbiddenTransition):
            await change(house, plan, ana, when)
    queens = await staff(house, "dee4", scope=Scope(ScopeKind.BOROUGH, "Queens"))
    for person in (queens, await staff(house, "eve5", Role.ANALYST)):
        with pytest.raises(NotAllowed):
            await change(house, event, person, when)
    assert not await house.rows(tables.event_changes)


async def test_S1_S9_words_that_were_changed_here_wait_for_approval(
    house: House, event: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_shipped", dict)
    with pytest.raises(GroundswellError) as refused:
        await change(house, event, await staff(house), ahead(house, hours=3))
    assert refused.value.code == "text_waits"


async def test_S9_an_organizer_moves_an_event_with_a_few_taps(store: SqlStore, clock: FakeClock) -> None:
    chats = Chats(store, clock)
    await chats.furnish()
    plans = House(store, clock)
    event = await plans.plan(kind=CampaignKind.PRESENCE, status=CampaignStatus.RUNNING)
    for number in range(25):
        await plans.ally(f"ally {number}", topic=Topic.EVENT_NEWS)
        await pledge(plans, f"ally {number}", event)
    await chats.site()
    lead = await chats.staff("maple2", Role.SAFETY_LEAD)
    await lead.press(f"st:{event.campaign_id}")
    assert "On which day" in await lead.tap("New time or place")
    await lead.tap("More", "Back", "Thu Nov 26", "5:00 PM", "5:15 PM")
    assert "A place is named on the day only" in lead.text
    assert "Maple High" not in lead.buttons
    card = await lead.tap("The place stays")
    assert "about 20 people. It can't be taken back." in card
    assert "When: Thursday, November 26, 5:15 PM\n" in card
    assert "Cuándo: jueves 26 de noviembre, 5:15 p. m.\n" in card
    assert not await chats.rows(tables.event_changes)
    assert "About 20 people who signed up for “Winter” are being told now." in await lead.tap("Yes, tell them")
    await lead.press(f"ec:{event.campaign_id}")
    await lead.tap("The time stays", "Ask your adult partner")
    assert "When: Thursday, November 26, 5:15 PM\nWhere: a new place" in lead.text
    await lead.tap("No, go back")
    await lead.press(f"ec:{event.campaign_id}:20261124")
    assert next(iter(lead.buttons)) == "4:00 PM", "what has passed is not offered"
    (row,) = await chats.rows(tables.event_changes)
    assert (row.wall_time, row.place, row.handle) == (datetime.fromisoformat("2026-11-26 17:15"), "same", "maple2")
    entry = (await chats.rows(tables.audit_entries))[-1]
    assert (entry.actor, entry.action) == ("maple2", "change_event")
    ally = await chats.person("somebody").join()
    await ally.press(f"ec:{event.campaign_id}:same:ask:yes")
    assert len(await chats.rows(tables.event_changes)) == 1
