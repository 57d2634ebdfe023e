"""Deliveries of a held precinct: what waits, what goes on, what expires, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, topic_of
from campaign_engine.domain.contact import ScopeKind, Topic
from campaign_engine.domain.hold import Hold
from campaign_engine.ports.holding import Actor, Settled
from campaign_engine.services.posting import Posting, Ticked
from campaign_engine.services.verdicts import recheck
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import House, claim, take, wall

HOUR = timedelta(hours=1)


@pytest.fixture
def house(store: SqlStore, clock: FakeClock) -> House:
    return House(store, clock)


async def hold(house: House, precinct: int = 75, handle: str = "ana7") -> Hold:
    """As the service does it, by somebody who is a contact."""
    if handle not in house.people:
        await house.ally(handle, "web", None, precinct=None)
    async with house.store.write() as work:
        held = await work.holds.hold(precinct, Actor(house.people[handle], handle), house.clock())
        await work.holds.settle(house.clock())
    return held


async def release(house: House, precinct: int = 75) -> Settled:
    async with house.store.write() as work:
        found = await work.holds.locked(precinct, house.clock())
        assert found is not None
        await work.holds.release(found, Actor(house.people["ana7"], "ana7"), house.clock())
        return await work.holds.settle(house.clock())


async def tick(house: House) -> Ticked:
    return await Posting(house.store, house.clock).tick()


async def story(house: House, precinct: int = 75) -> tuple[int, int, int]:
    async with house.store.read() as work:
        (found,) = await work.holds.stories([precinct], 5)
    return found.posts, found.messages, found.expired


@pytest.mark.parametrize("kind", list(CampaignKind))
async def test_I1_a_hold_keeps_back_what_is_queued_by_kind(house: House, kind: CampaignKind) -> None:
    await house.precincts()
    await house.ally("one", topic=topic_of(kind))
    await house.open(await house.plan(kind=kind, status=CampaignStatus.RUNNING))
    await house.freeze()
    await hold(house)
    kept = kind not in (CampaignKind.MEMORIAL, CampaignKind.AFTERMATH)
    assert await house.statuses() == [("held", "hold") if kept else ("queued", "")]
    assert len(await claim(house, await take(house))) == (0 if kept else 1)


async def test_I1_what_is_frozen_during_a_hold_is_never_to_be_claimed(house: House) -> None:
    await house.precincts()
    await house.ally("one")
    await house.room("its room")
    plan = await house.plan(status=CampaignStatus.RUNNING)
    await hold(house)
    await house.open(plan)
    await house.freeze()
    assert await house.counts() == {"held": 2}
    assert not await claim(house, await take(house))
    assert await story(house) == (1, 2, 0)


async def test_I1_nobody_outside_the_held_precinct_waits(house: House) -> None:
    """Rooms of a borough and of the city are not in one precinct, so no hold reaches them."""
    await house.precincts(73, 75)
    await house.ally("here")
    await house.ally("there", precinct=73)
    await house.room("their room", value="73")
    await house.room("borough", ScopeKind.BOROUGH, "Brooklyn")
    await house.room("city", ScopeKind.CITY, "")
    await house.open(await house.plan(status=CampaignStatus.RUNNING, targets=(73, 75)))
    await house.freeze()
    await hold(house)
    assert await house.counts() == {"held": 1, "queued": 4}
    claimed = await claim(house, await take(house))
    assert {one.precinct for one in claimed} == {73, None}
    assert all(recheck(one, house.clock()) is None for one in claimed)


async def test_I1_a_room_of_a_site_in_the_precinct_waits_too(house: House) -> None:
    await house.precincts()
    async with house.store.write() as work:
        from campaign_engine.domain.action import SiteKind

        site = await work.sites.add("Maple High", SiteKind.SCHOOL, 75, house.clock())
    await house.room("school", ScopeKind.SITE, str(site.id))
    await house.open(await house.plan(status=CampaignStatus.RUNNING))
    await house.freeze()
    await hold(house)
    assert await house.counts() == {"held": 1}


async def test_I1_the_check_before_sending_sees_a_hold_made_one_second_ago(house: House) -> None:
    """Whatever slipped past the hold's own statement, as a freeze that committed in the same moment may."""
    await house.precincts()
    await house.queue("one")
    await hold(house)
    async with house.store.database.write() as connection:
        await connection.execute(tables.deliveries.update().values(status="queued", reason=""))
    house.clock.advance(timedelta(seconds=1))
    (claimed,) = await claim(house, await take(house))
    outcome = recheck(claimed, house.clock())
    assert outcome is not None
    assert (outcome.reason, outcome.next_attempt_at) == ("hold", house.clock() - timedelta(seconds=1) + 72 * HOUR)


async def test_I1_a_retry_waits_as_well(house: House) -> None:
    await house.precincts()
    await house.queue("one")
    async with house.store.database.write() as connection:
        await connection.execute(tables.deliveries.update().values(status="retrying", reason="lane_busy"))
    await hold(house)
    assert await house.statuses() == [("held", "hold")]


async def test_I1_S6_a_release_sends_on_what_is_fresh_and_expires_the_rest(house: House) -> None:
    await house.precincts()
    await house.ally("one")
    for stale in (60, 600):
        await house.open(await house.plan(status=CampaignStatus.RUNNING, stale=stale))
    await house.freeze()
    await hold(house)
    assert await house.counts() == {"held": 2}
    house.clock.advance(2 * HOUR)
    assert await release(house) == Settled(released=1, expired=1)
    assert await house.counts() == {"queued": 1, "expired": 1}
    assert len(await claim(house, await take(house))) == 1
    assert await story(house) == (2, 2, 1)


async def test_I1_a_hold_is_over_by_itself_and_leaves_no_burst(house: House) -> None:
    """Three days of a daily post: what missed its time is not sent late, the newest goes out at its own time."""
    await house.precincts()
    await house.ally("one")
    first = wall("2026-11-24 16:00")
    await house.plan(first, (0, 1, 2, 3, 4, 5, 6), wall("2026-11-30").date())
    await hold(house)
    for _ in range(24):
        await tick(house)
        house.clock.advance(3 * HOUR)
    assert await house.counts() == {"expired": 3}
    assert await story(house) == (3, 3, 3)
    ticked = await tick(house)
    assert (ticked.frozen_people, ticked.held, ticked.released) == (1, 0, 0)
    assert await house.counts() == {"expired": 3, "queued": 1}


async def test_I1_recruiting_waits_longer_and_goes_on_after_seven_days(house: House) -> None:
    await house.precincts()
    await house.ally("one")
    long = 9 * 24 * 60
    for kind in (CampaignKind.PLEDGE, CampaignKind.RECRUIT):
        await house.open(await house.plan(kind=kind, status=CampaignStatus.RUNNING, stale=long))
    await house.freeze()
    await hold(house)
    house.clock.advance(72 * HOUR)
    assert (await tick(house)).released == 1
    assert await house.counts() == {"queued": 1, "held": 1}
    house.clock.advance(4 * 24 * HOUR)
    assert (await tick(house)).released == 1
    assert await house.counts() == {"queued": 2}
    assert (await house.rows(tables.holds))[0].ended_at == house.clock()


async def test_I1_holding_again_counts_anew_and_makes_no_second_hold(house: House) -> None:
    await house.precincts()
    first = await hold(house)
    house.clock.advance(24 * HOUR)
    again = await hold(house, handle="ben2")
    assert (again.id, again.started_at, again.renewed_at) == (first.id, first.started_at, house.clock())
    house.clock.advance(8 * 24 * HOUR)
    assert (await hold(house)).id != first.id
    assert len(await house.rows(tables.holds)) == 2


async def test_I1_two_who_hold_at_once_make_one_hold(house: House) -> None:
    await house.precincts()
    for handle in ("ana7", "ben2"):
        await house.ally(handle, "web", None, precinct=None)
    await asyncio.gather(hold(house, handle="ana7"), hold(house, handle="ben2"))
    assert len(await house.rows(tables.holds)) == 1


async def test_I1_two_clocks_and_a_release_at_once_move_everything_once(house: House) -> None:
    await house.precincts()
    await house.queue("one", "two", "three")
    await hold(house)
    await asyncio.gather(release(house), tick(house), tick(house))
    assert await house.counts() == {"queued": 3}


async def test_I1_a_campaign_that_ends_during_a_hold_ends_what_waits(house: House) -> None:
    await house.precincts()
    plan = await house.queue("one")
    await hold(house)
    await house.set_campaign(plan, CampaignStatus.CANCELLED)
    await tick(house)
    assert await house.counts() == {"cancelled": 1}


async def test_I1_a_quiet_hold_gives_clocks_nothing_to_write(house: House) -> None:
    async def has_work() -> bool:
        async with house.store.read() as work:
            return await work.holds.has_work(house.clock())

    await house.precincts()
    assert not await has_work()
    await house.queue("one")
    by = Actor(await house.ally("ana7", "web", None, precinct=None), "ana7")
    async with house.store.write() as work:
        await work.holds.hold(75, by, house.clock())
    assert await has_work()
    assert (await tick(house)).held == 1
    assert not await has_work()
    house.clock.advance(3 * HOUR)
    assert await has_work()
    assert (await tick(house)).expired == 1
    assert not await has_work()
    house.clock.advance(7 * 24 * HOUR)
    assert await has_work()
    await tick(house)
    assert not await has_work()


async def test_I2_a_check_in_goes_to_no_room(house: House) -> None:
    await house.precincts()
    await house.ally("wants it", topic=Topic.CHECK_INS)
    await house.ally("does not", topic=Topic.AREA_UPDATES)
    await house.room("its room")
    await house.room("city", ScopeKind.CITY, "")
    await house.open(await house.plan(kind=CampaignKind.AFTERMATH, status=CampaignStatus.RUNNING))
    assert (await house.freeze()).rooms == 0
    assert await house.frozen_names() == {"wants it"}
