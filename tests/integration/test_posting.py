"""What clocks do: open, freeze, expire, cancel, finish; on both databases."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Outcome
from campaign_engine.services.kill_switch import KillSwitch
from campaign_engine.services.posting import Posting, Ticked
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import House, Planned, claim, record, take, wall

_C = CampaignStatus
FIRST = wall("2026-11-24T16:00")
"""The fake clock's own time."""


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


@pytest.fixture
def posting(house: House) -> Posting:
    return Posting(house.store, house.clock)


async def status(house: House, plan: Planned) -> CampaignStatus:
    async with house.store.read() as work:
        return (await work.campaigns.get(plan.campaign_id)).status


async def send_all(house: House) -> None:
    epoch = await take(house)
    while claimed := await claim(house, epoch):
        await record(house, epoch, *(Outcome(one.id, DeliveryStatus.SENT) for one in claimed))


async def test_a_due_post_launches_its_campaign_and_is_frozen(house: House, posting: Posting) -> None:
    await house.ally("1")
    await house.ally("2")
    await house.room("-100")
    plan = await house.plan(FIRST)
    house.clock.advance(-timedelta(seconds=1))
    assert await posting.tick() == Ticked()
    assert await status(house, plan) is _C.SCHEDULED
    house.clock.advance(timedelta(seconds=1))
    assert await posting.tick() == Ticked(opened=1, frozen_people=2, frozen_rooms=1)
    async with house.store.read() as work:
        campaign = await work.campaigns.get(plan.campaign_id)
    assert (campaign.status, campaign.launched_at) == (_C.RUNNING, house.clock())
    assert await posting.tick() == Ticked()
    (occurrence,) = await house.rows(tables.occurrences)
    assert (occurrence.due_at, occurrence.stale_at) == (house.clock(), house.clock() + timedelta(hours=3))
    if house.store.database.is_sqlite:  # which did not look while it froze
        async with house.store.database.read() as connection:
            assert (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all() == []


async def test_an_audience_that_is_handed_over_is_frozen_once_and_not_while_everything_is_stopped(
    house: House, posting: Posting
) -> None:
    await house.ally("1")
    await house.plan(FIRST)
    handed: list[int] = []

    async def hand_over(occurrence: int) -> None:
        handed.append(occurrence)

    assert await posting.tick(hand_over) == Ticked(opened=1)
    assert await posting.tick(hand_over) == Ticked()
    (occurrence,) = await house.rows(tables.occurrences)
    assert handed == [occurrence.id] * 2
    async with house.store.write() as work:
        await KillSwitch(house.clock).press(work)
    assert await posting.freeze(occurrence.id) == 0
    async with house.store.write() as work:
        await KillSwitch(house.clock).lift(work)
    assert await posting.freeze(occurrence.id + 1) == 0
    both = await asyncio.gather(posting.freeze(occurrence.id), posting.freeze(occurrence.id))
    assert sum(both) == 1
    assert await house.frozen_names() == {"1"}


async def test_clocks_that_tick_at_once_do_everything_once(house: House) -> None:
    for name in "123":
        await house.ally(name)
    plans = [await house.plan(FIRST) for _ in range(2)]
    clocks = [Posting(house.store, house.clock) for _ in range(4)]
    ticks: list[Ticked] = []
    for _ in range(3):
        ticks += await asyncio.gather(*(posting.tick() for posting in clocks))
    assert sum(ticked.opened for ticked in ticks) == len(await house.rows(tables.occurrences)) == 2
    assert sum(ticked.frozen_people for ticked in ticks) == len(await house.rows(tables.deliveries)) == 6
    await send_all(house)
    ticks = list(await asyncio.gather(*(posting.tick() for posting in clocks)))
    assert sum(ticked.finished for ticked in ticks) == 2
    assert len(await house.rows(tables.audit_entries)) == 2
    assert [await status(house, plan) for plan in plans] == [_C.FINISHED, _C.FINISHED]


async def test_what_a_clock_left_at_its_death_the_next_one_does(house: House, posting: Posting) -> None:
    plan = await house.plan(FIRST, status=_C.RUNNING)
    await house.ally("first range")
    await house.fill_range()
    await house.ally("second range")
    await house.room("-100")
    await house.open(plan)
    async with house.store.write() as work:
        (unfrozen,) = await work.occurrences.unfrozen()
        assert (await work.occurrences.freeze(unfrozen, house.clock())).rest
    assert await posting.tick() == Ticked(frozen_people=1, frozen_rooms=1)
    assert await house.counts() == {"queued": 3}
    assert await posting.tick() == Ticked()


async def test_S6_what_was_due_while_nothing_ran_is_missed(house: House, posting: Posting) -> None:
    await house.ally("1")
    weekly = await house.plan(FIRST, (1, 3), date(2026, 12, 3))
    once = await house.plan(FIRST)
    house.clock.advance(timedelta(days=2, hours=2))
    # Of the weekly post Tuesday is stale and Thursday still goes; the other one is past its time for good.
    assert await posting.tick() == Ticked(opened=1, missed=2, frozen_people=1, finished=1)
    assert [await status(house, plan) for plan in (weekly, once)] == [_C.RUNNING, _C.FINISHED]
    assert [(row.status, row.frozen_at is None) for row in await house.rows(tables.occurrences)] == [
        ("expired", True),
        ("open", False),
        ("expired", True),
    ]


async def test_S6_an_occurrence_is_stale_from_its_minute_on(house: House, posting: Posting) -> None:
    await house.plan(FIRST)
    await house.plan(FIRST, stale=181)
    house.clock.advance(timedelta(hours=3))
    ticked = await posting.tick()
    assert (ticked.opened, ticked.missed) == (1, 1)


async def test_what_has_not_left_in_time_expires(house: House, posting: Posting) -> None:
    await house.ally("1")
    plan = await house.plan(FIRST)
    await posting.tick()
    house.clock.advance(timedelta(hours=3))
    assert await posting.tick() == Ticked(expired=1, finished=1)
    assert await status(house, plan) is _C.FINISHED
    assert await house.statuses() == [("expired", "stale")]


async def test_a_paused_campaign_opens_nothing_and_comes_back_without_a_burst(house: House, posting: Posting) -> None:
    await house.ally("1")
    plan = await house.plan(FIRST, tuple(range(7)), date(2026, 12, 24), stale=3 * 24 * 60)
    await posting.tick()
    await house.set_campaign(plan, _C.PAUSED)
    house.clock.advance(timedelta(days=5, hours=1))
    assert await posting.tick() == Ticked(expired=1)
    assert await posting.next_due() is None
    await house.set_campaign(plan, _C.RUNNING)
    # Five are due; three of them are not stale yet, and only the newest goes.
    assert await posting.tick() == Ticked(opened=1, missed=4, frozen_people=1)
    assert (await house.rows(tables.occurrences))[-1].wall_time == wall("2026-11-29T16:00")


async def test_what_waits_while_its_campaign_is_paused_expires_too(house: House, posting: Posting) -> None:
    await house.ally("1")
    plan = await house.plan(FIRST)
    await posting.tick()
    await house.set_campaign(plan, _C.PAUSED)
    house.clock.advance(timedelta(hours=3))
    assert await posting.tick() == Ticked(expired=1)
    await house.set_campaign(plan, _C.RUNNING)
    assert await posting.tick() == Ticked(finished=1)


async def test_S1_an_edit_after_approval_stops_that_post_and_the_others_run_on(house: House, posting: Posting) -> None:
    author = await house.ally("1")
    edited = await house.plan(FIRST, (1, 3), date(2026, 12, 3))
    other = await house.plan(FIRST, (1, 3), date(2026, 12, 3))
    await posting.tick()
    async with house.store.write() as work:
        await work.campaigns.reopen(edited.campaign_id, author, house.clock())
    assert await posting.tick() == Ticked(cancelled=1)
    house.clock.advance(timedelta(days=2))
    assert await posting.tick() == Ticked(opened=1, frozen_people=1, expired=1)
    assert [row.post_id for row in await house.rows(tables.occurrences)] == [
        edited.post_id,
        other.post_id,
        other.post_id,
    ]
    assert await house.statuses() == [("cancelled", "edited"), ("expired", "stale"), ("queued", "")]


async def test_S1_an_edited_post_fires_again_from_its_second_approval_on(house: House, posting: Posting) -> None:
    person = await house.ally("1")
    plan = await house.plan(FIRST, (1, 3), date(2026, 12, 3))
    async with house.store.write() as work:
        await work.campaigns.reopen(plan.campaign_id, person, house.clock())
        await work.campaigns.submit_posts(plan.campaign_id)
    assert await posting.tick() == Ticked()
    house.clock.advance(timedelta(minutes=10))
    async with house.store.write() as work:
        await work.campaigns.approve_posts(plan.campaign_id, person, house.clock())
    assert await posting.tick() == Ticked()
    house.clock.advance(timedelta(days=2))
    assert (await posting.tick()).opened == 1
    assert [(row.version, row.wall_time) for row in await house.rows(tables.occurrences)] == [
        (2, wall("2026-11-26T16:00"))
    ]


async def test_a_cancelled_campaign_stops_at_the_next_tick(house: House, posting: Posting) -> None:
    await house.ally("1")
    plan = await house.plan(FIRST, (1, 3), date(2026, 12, 3))
    await posting.tick()
    await house.set_campaign(plan, _C.CANCELLED)
    assert await posting.tick() == Ticked(cancelled=1)
    house.clock.advance(timedelta(days=2))
    assert await posting.tick() == Ticked()
    assert await house.statuses() == [("cancelled", "cancelled")]


async def test_a_campaign_is_finished_after_its_last_message_and_the_log_says_by_whom(
    house: House, posting: Posting
) -> None:
    await house.ally("1")
    plan = await house.plan(FIRST, (1, 3), date(2026, 11, 26))
    await posting.tick()
    await send_all(house)
    assert await posting.tick() == Ticked()
    house.clock.advance(timedelta(days=2))
    assert await posting.tick() == Ticked(opened=1, frozen_people=1)
    assert await posting.tick() == Ticked()
    await send_all(house)
    assert await posting.tick() == Ticked(finished=1)
    assert await status(house, plan) is _C.FINISHED
    (entry,) = await house.rows(tables.audit_entries)
    assert (entry.actor, entry.action, entry.object) == ("clock", "finish", f"campaign:{plan.campaign_id}")
    assert {row.status for row in await house.rows(tables.deliveries)} == {"sent"}


@pytest.mark.parametrize(
    ("first", "moments"),
    [
        ("2026-10-25T16:00", ["2026-10-25T20:00", "2026-11-01T21:00"]),
        ("2027-03-07T16:00", ["2027-03-07T21:00", "2027-03-14T20:00"]),
    ],
)
async def test_S4_a_post_keeps_its_hour_when_the_clocks_change(
    house: House, posting: Posting, first: str, moments: list[str]
) -> None:
    expected = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments]
    house.clock.now = expected[0] - timedelta(hours=1)
    await house.plan(wall(first), (6,), wall(first).date() + timedelta(days=7))
    for moment in expected:
        assert await posting.next_due() == moment
        house.clock.now = moment - timedelta(seconds=1)
        assert (await posting.tick()).opened == 0
        house.clock.now = moment
        assert (await posting.tick()).opened == 1
    assert await posting.next_due() is None
    assert [row.due_at for row in await house.rows(tables.occurrences)] == expected


async def test_the_next_firing_is_the_earliest_of_all_live_posts(house: House, posting: Posting) -> None:
    assert await posting.next_due() is None
    await house.plan(FIRST + timedelta(days=2))
    soon = await house.plan(FIRST + timedelta(days=1))
    await house.plan(FIRST + timedelta(hours=1), status=_C.SUBMITTED)
    assert await posting.next_due() == house.clock() + timedelta(days=1)
    await house.set_campaign(soon, _C.CANCELLED)
    assert await posting.next_due() == house.clock() + timedelta(days=2)
    house.clock.advance(timedelta(days=2, hours=1))
    assert await posting.next_due() == house.clock() - timedelta(hours=1)


async def test_S2_too_few_people_at_the_freeze_get_nothing_directly_and_rooms_do(house: House) -> None:
    posting = Posting(house.store, house.clock, minimum=3)
    for name in ("anna", "ben"):
        await house.ally(name)
    await house.room("group")
    await house.plan(fixed=False)
    ticked = await posting.tick()
    assert (ticked.frozen_people, ticked.frozen_rooms) == (0, 1)
    assert len(await house.rows(tables.small_audiences)) == 1
    async with house.store.write() as work:
        assert len(await work.approvals.untold_small(house.clock())) == 1
        assert await work.approvals.untold_small(house.clock()) == ()


async def test_S2_enough_people_and_fixed_texts_go_out_directly(house: House) -> None:
    posting = Posting(house.store, house.clock, minimum=3)
    for name in ("anna", "ben"):
        await house.ally(name)
    await house.plan(fixed=True)
    assert (await posting.tick()).frozen_people == 2
    await house.ally("cleo")
    await house.plan(fixed=False)
    assert (await posting.tick()).frozen_people == 3
    assert not await house.rows(tables.small_audiences)
