"""Firings of posts and who is chosen for them, on both databases."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, topic_of
from campaign_engine.domain.contact import AddressStatus, AgeBand, ScopeKind, Topic
from campaign_engine.domain.delivery import TO_LEAVE, DeliveryStatus, check_delivery_transition
from campaign_engine.domain.message import Destination
from campaign_engine.ports.sending import Frozen, NewOccurrence, Outcome
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import LANE, House, Planned, claim, record, take, wall


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts(75, 73, 40, 44)
    return house


@pytest.fixture
async def plan(house: House) -> Planned:
    return await house.plan(status=CampaignStatus.RUNNING)


def firing(plan: Planned, now: datetime, version: int = 1) -> NewOccurrence:
    return NewOccurrence(plan.post_id, version, wall("2026-11-24T16:00"), now, now + timedelta(hours=3))


async def change_post(house: House, plan: Planned, **values: Any) -> None:
    async with house.store.database.write() as connection:
        await connection.execute(tables.posts.update().where(tables.posts.c.id == plan.post_id).values(values))


async def occurrence_statuses(house: House) -> list[str]:
    return [row.status for row in await house.rows(tables.occurrences)]


async def claimed(house: House) -> list[int]:
    return [one.id for one in await claim(house, await take(house))]


async def expire(house: House) -> int:
    async with house.store.write() as work:
        return await work.occurrences.expire(house.clock())


async def cancel(house: House) -> int:
    async with house.store.write() as work:
        return await work.occurrences.cancel_withdrawn(house.clock())


async def over(house: House) -> tuple[int, ...]:
    async with house.store.read() as work:
        return await work.occurrences.over(house.clock())


async def test_a_post_is_opened_once_per_wall_clock_time(house: House, plan: Planned) -> None:
    async with house.store.write() as work:
        first = await work.occurrences.open(firing(plan, house.clock()))
        assert first is not None
        assert await work.occurrences.open(firing(plan, house.clock())) is None
        (unfrozen,) = await work.occurrences.unfrozen()
    assert (unfrozen.id, unfrozen.campaign_id, unfrozen.topic) == (first, plan.campaign_id, Topic.AREA_UPDATES)
    assert (unfrozen.channels, unfrozen.languages) == (("telegram",), ("en", "es"))


async def test_S1_only_the_approved_version_is_opened(house: House, plan: Planned) -> None:
    async with house.store.write() as work:
        assert await work.occurrences.open(firing(plan, house.clock(), version=2)) is None
    await change_post(house, plan, status="submitted")
    async with house.store.write() as work:
        assert await work.occurrences.open(firing(plan, house.clock())) is None


async def test_S6_a_missed_one_reaches_nobody(house: House, plan: Planned) -> None:
    await house.ally("1")
    async with house.store.write() as work:
        assert await work.occurrences.open(firing(plan, house.clock()), missed=True) is not None
        assert await work.occurrences.unfrozen() == ()
    assert await occurrence_statuses(house) == ["expired"]


async def test_S1_a_content_that_is_not_what_was_approved_is_not_live(house: House, plan: Planned) -> None:
    async with house.store.read() as work:
        (live,) = await work.occurrences.live_posts()
    assert (live.post_id, live.campaign_id, live.content) == (plan.post_id, plan.campaign_id, plan.content)
    changed = plan.content.as_json() | {"texts": {"en": "Something else"}}
    async with house.store.database.write() as connection:
        await connection.execute(tables.post_versions.update().values(content=changed))
    async with house.store.read() as work:
        assert await work.occurrences.live_posts() == ()


async def test_C6_exactly_those_who_want_it_are_frozen_and_once(house: House, plan: Planned) -> None:
    now = house.clock()
    await house.ally("wants it")
    await house.ally("reads Spanish", language="es")
    await house.ally("was paused", paused_until=now)
    await house.ally("is paused", paused_until=now + timedelta(seconds=1))
    await house.ally("lives elsewhere", precinct=73)
    await house.ally("would rather not say", precinct=None, precinct_declined=True)
    await house.ally("was never asked", topic=None)
    await house.ally("wants check-ins", topic=Topic.CHECK_INS)
    await house.ally("on the page", channel="web")
    for status in (AddressStatus.UNSTARTED, AddressStatus.UNREACHABLE, AddressStatus.OPTED_OUT):
        await house.ally(status)
        async with house.store.write() as work:
            await work.contacts.set_status(house.addresses[status], status)
    said_no = await house.ally("said no")
    signed_up = [await house.ally(name) for name in ("signed up", "signed up in a burst")]
    await house.ally("said STOP")
    async with house.store.write() as work:
        await work.contacts.answer_topic(said_no, Topic.AREA_UPDATES, False, now)
        await work.contacts.opt_out(Destination(LANE, "said STOP"), None, now)
    counts = [{"contact_id": one, "hour": now, "counts": one == signed_up[0]} for one in signed_up]
    async with house.store.database.write() as connection:
        await connection.execute(tables.recent_signups.insert(), counts)
    await house.open(plan)
    assert await house.freeze() == Frozen(4, 0)
    assert await house.frozen_names() == {"wants it", "reads Spanish", "was paused", "signed up"}
    rows = await house.rows(tables.deliveries)
    assert {(row.lane, row.status, row.precinct, row.attempts, row.is_room) for row in rows} == {
        (LANE, "queued", 75, 0, False)
    }
    assert [row.language for row in rows] == ["en", "es", "en", "en"]
    await house.ally("came later")
    assert await house.freeze() == Frozen(0, 0)
    assert len(await house.rows(tables.deliveries)) == 4


async def test_S7_nobody_is_written_to_directly_on_discord(house: House) -> None:
    plan = await house.plan(status=CampaignStatus.RUNNING, channels=("discord", "web"))
    await house.ally("1", channel="discord")
    await house.ally("2", channel="web")
    await house.open(plan)
    await house.freeze()
    assert await house.frozen_names() == {"2"}


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        (CampaignKind.AWARENESS, Topic.AREA_UPDATES),
        (CampaignKind.PLEDGE, Topic.AREA_UPDATES),
        (CampaignKind.RECRUIT, Topic.AREA_UPDATES),
        (CampaignKind.MEMORIAL, Topic.AREA_UPDATES),
        (CampaignKind.SERIES, Topic.LESSON_SERIES),
        (CampaignKind.PRESENCE, Topic.EVENT_NEWS),
        (CampaignKind.AFTERMATH, Topic.CHECK_INS),
    ],
)
async def test_C4_each_kind_goes_to_subscribers_of_its_topic_only(
    house: House, kind: CampaignKind, topic: Topic
) -> None:
    assert topic_of(kind) is topic
    plan = await house.plan(status=CampaignStatus.RUNNING, kind=kind)
    for one in Topic:
        await house.ally(one, topic=one)
    await house.open(plan)
    await house.freeze()
    assert await house.frozen_names() == {topic}


async def test_C3_a_lesson_series_never_goes_to_adult_allies(house: House) -> None:
    for kind, frozen in ((CampaignKind.SERIES, {"18-21"}), (CampaignKind.AWARENESS, {"adult"})):
        plan = await house.plan(status=CampaignStatus.RUNNING, kind=kind)
        await house.open(plan)
        if kind is CampaignKind.SERIES:
            await house.ally("18-21", topic=Topic.LESSON_SERIES, age_band=AgeBand.FROM_18)
            await house.ally("22+", topic=Topic.LESSON_SERIES, age_band=AgeBand.FROM_22)
        else:
            await house.ally("adult", age_band=AgeBand.FROM_22)
        await house.freeze()
        assert frozen <= await house.frozen_names()
    assert "22+" not in await house.frozen_names()


async def test_P2_a_person_keeps_their_language_and_a_room_gets_one_that_the_post_has(house: House) -> None:
    for texts, language in (({"en": "Hi"}, "en"), ({"es": "Hola"}, "es")):
        plan = await house.plan(status=CampaignStatus.RUNNING, texts=texts)
        await house.open(plan)
        if language == "en":
            await house.ally("1", language="es")
            await house.room("-1")
        assert await house.freeze() == Frozen(1, 1)
        assert [row.language for row in await house.rows(tables.deliveries)][-2:] == ["es", language]


async def test_rooms_are_frozen_where_their_area_meets_the_targets(house: House) -> None:
    plan = await house.plan(status=CampaignStatus.RUNNING, targets=(75, 40))
    async with house.store.write() as work:
        here = await work.sites.add("Here", "school", 75, house.clock())  # type: ignore[arg-type]
        there = await work.sites.add("There", "school", 73, house.clock())  # type: ignore[arg-type]
    rooms = {
        "city": await house.room("city", ScopeKind.CITY, ""),
        "Brooklyn": await house.room("Brooklyn", ScopeKind.BOROUGH, "Brooklyn"),
        "75": await house.room("75", ScopeKind.PRECINCT, "75"),
        "here": await house.room("here", ScopeKind.SITE, str(here.id)),
    }
    await house.room("Queens", ScopeKind.BOROUGH, "Queens")
    await house.room("73", ScopeKind.PRECINCT, "73")
    await house.room("7", ScopeKind.PRECINCT, "7")
    await house.room("there", ScopeKind.SITE, str(there.id))
    unlinked = await house.room("unlinked", ScopeKind.CITY, "")
    async with house.store.write() as work:
        await work.rooms.unlink(unlinked)
    await house.open(plan)
    assert await house.freeze() == Frozen(0, 4)
    rows = await house.rows(tables.deliveries)
    assert {row.room_id: (row.precinct, row.site_id) for row in rows} == {
        rooms["city"]: (None, None),
        rooms["Brooklyn"]: (None, None),
        rooms["75"]: (75, None),
        rooms["here"]: (75, here.id),
    }
    assert {(row.is_room, row.room_members, row.contact_id) for row in rows} == {(True, 40, None)}


async def test_a_large_audience_is_frozen_in_ranges_and_a_crash_between_them_is_made_good(
    house: House, plan: Planned
) -> None:
    await house.ally("first range")
    await house.room("-1")
    await house.fill_range()
    await house.ally("second range")
    assert house.people["second range"] > house.range
    await house.open(plan)
    async with house.store.write() as work:
        (one,) = await work.occurrences.unfrozen()
        begun = await work.occurrences.freeze(one, house.clock())
    assert (begun.people, begun.rooms, begun.rest and begun.rest.after) == (1, 0, house.range)
    assert await house.frozen_names() == {"first range"}
    async with house.store.write() as work:
        (one,) = await work.occurrences.unfrozen()
        again = await work.occurrences.freeze(one, house.clock())
        assert (again.people, again.rooms, again.rest and again.rest.after) == (0, 0, house.range)
        assert await work.occurrences.freeze(one, house.clock(), again.rest) == Frozen(1, 1)
        assert await work.occurrences.unfrozen() == ()
    assert len(await house.rows(tables.deliveries)) == 3


async def test_S6_what_is_still_to_leave_expires_and_what_is_on_its_way_is_left_alone(
    house: House, plan: Planned
) -> None:
    for name in ("1", "2"):
        await house.ally(name)
    await house.open(plan)
    await house.freeze()
    sending = await claimed(house)
    await house.ally("3")
    await house.open(plan, wall("2026-11-24T16:30"))
    await house.freeze()
    await record(house, 1, Outcome(sending[0], DeliveryStatus.RETRYING))
    house.clock.advance(timedelta(hours=3) - timedelta(seconds=1))
    assert await expire(house) == 0
    house.clock.advance(timedelta(seconds=1))
    assert await expire(house) == 1
    assert await house.statuses() == [("expired", "stale"), ("sending", ""), *[("queued", "")] * 3]
    assert await occurrence_statuses(house) == ["open", "open"]
    await record(house, 1, Outcome(sending[1], DeliveryStatus.RETRYING))
    assert await expire(house) == 1
    assert await occurrence_statuses(house) == ["closed", "open"]
    assert await house.counts() == {"expired": 2, "queued": 3}


async def test_S6_one_that_nobody_froze_in_time_expires_whole(house: House, plan: Planned) -> None:
    await house.ally("1")
    await house.open(plan)
    house.clock.advance(timedelta(hours=3))
    assert await expire(house) == 0
    assert await occurrence_statuses(house) == ["expired"]
    assert await house.freeze() == Frozen(0, 0)


async def test_S1_an_edited_post_is_cancelled_and_says_so(house: House, plan: Planned) -> None:
    await house.ally("1")
    await house.open(plan)
    await house.freeze()
    assert await cancel(house) == 0
    async with house.store.write() as work:
        await work.campaigns.reopen(plan.campaign_id, house.people["1"], house.clock())
    assert await cancel(house) == 1
    assert await cancel(house) == 0
    assert await house.statuses() == [("cancelled", "edited")]
    assert await occurrence_statuses(house) == ["closed"]


@pytest.mark.parametrize("end", [CampaignStatus.CANCELLED, CampaignStatus.FINISHED])
async def test_of_an_ended_campaign_nothing_leaves_any_more(house: House, end: CampaignStatus) -> None:
    plan = await house.queue("1", "2", "3")
    other = await house.plan(status=CampaignStatus.RUNNING)
    await house.ally("4")
    await house.open(other)
    await house.freeze()
    (retried, *_) = await claimed(house)
    await record(house, 1, Outcome(retried, DeliveryStatus.RETRYING))
    await house.set_campaign(plan, end)
    assert await cancel(house) == 1
    assert await house.counts() == {"cancelled": 1, "sending": 3, "queued": 3}
    assert (await house.statuses())[0] == ("cancelled", end)


async def test_a_campaign_is_over_when_its_last_firing_is_opened_and_sent(house: House) -> None:
    plan = await house.plan(status=CampaignStatus.RUNNING)
    await house.ally("1")
    assert await over(house) == ()
    await house.open(plan)
    assert await over(house) == ()
    await house.freeze()
    assert await over(house) == ()
    (sending,) = await claimed(house)
    assert await over(house) == ()
    await record(house, 1, Outcome(sending, DeliveryStatus.UNCONFIRMED))
    assert await over(house) == ()
    house.clock.advance(timedelta(hours=3))
    assert await over(house) == (plan.campaign_id,)


async def test_a_campaign_is_not_over_while_it_fires_again_is_edited_or_paused(house: House) -> None:
    first = wall("2026-11-24T16:00")
    weekly = await house.plan(first, (1, 3), date(2026, 11, 26), status=CampaignStatus.RUNNING)
    await house.open(weekly, first)
    await house.freeze()
    assert await over(house) == ()
    await house.open(weekly, wall("2026-11-26T16:00"))
    await house.freeze()
    assert await over(house) == (weekly.campaign_id,)
    await change_post(house, weekly, status="draft")
    assert await over(house) == ()
    await change_post(house, weekly, status="approved")
    await house.set_campaign(weekly, CampaignStatus.PAUSED)
    assert await over(house) == ()


async def test_C8_a_deletion_leaves_counts_without_a_person(house: House) -> None:
    plan = await house.queue("1", "2")
    sending = await claimed(house)
    await record(house, 1, *(Outcome(one, DeliveryStatus.SENT, platform_id="p") for one in sending))
    async with house.store.write() as work:
        await work.contacts.delete(Destination(LANE, "1"), house.people["1"], house.clock())
        counts = await work.deliveries.counts(plan.campaign_id)
    assert counts[DeliveryStatus.SENT] == 2
    rows = await house.rows(tables.deliveries)
    kept = {(row.contact_id, row.address_id) for row in rows}
    assert kept == {(None, None), (house.people["2"], house.addresses["2"])}


def test_what_is_to_leave_may_expire_and_be_cancelled() -> None:
    for status in TO_LEAVE:
        check_delivery_transition(status, DeliveryStatus.EXPIRED)
        check_delivery_transition(status, DeliveryStatus.CANCELLED)
