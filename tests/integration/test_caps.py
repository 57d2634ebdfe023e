"""What a person gets in a week, whoever sends it: caps under several lanes and processes, on both databases."""

import asyncio
import itertools
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.audience import Audience
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import AgeBand, Topic
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Outcome
from campaign_engine.services.delivering import DEAD_AFTER
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.planned import House, claim, record, take
from tests.support.sending import Stage, opened

RUNNING = CampaignStatus.RUNNING
DAY = timedelta(days=1)


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


async def queue(house: House, kind: CampaignKind = CampaignKind.PLEDGE) -> int:
    """A running campaign of this kind, queued for everybody; its id."""
    plan = await house.plan(kind=kind, status=RUNNING)
    await house.open(plan)
    await house.freeze()
    return plan.campaign_id


async def test_S5_of_two_posts_at_once_one_leaves_and_the_other_is_suppressed(
    stage: Stage, channel: RecordingChannel
) -> None:
    await stage.people("1", "2")
    await stage.room("-100")
    await stage.fire()
    await stage.fire()
    lane = await opened(stage, channel)
    while await lane.drain():
        stage.clock.advance(timedelta(seconds=5))
    assert sorted(channel.reached) == ["-100", "-100", "1", "2"], "a room has no cap of persons"
    assert sorted((row.status, row.reason) for row in await stage.rows()) == [
        *[("sent", "")] * 4,
        *[("suppressed", "capped")] * 2,
    ]


async def test_S5_a_third_one_in_a_week_is_suppressed_and_after_seven_days_one_leaves_again(
    stage: Stage, channel: RecordingChannel
) -> None:
    await stage.people("1")
    lane, reached = await opened(stage, channel), []
    for _ in range(9):
        await stage.fire()
        await lane.take()
        await lane.drain()
        reached.append(len(channel.reached))
        stage.clock.advance(DAY + timedelta(seconds=1))
    assert reached == [1, 2, 2, 2, 2, 2, 2, 3, 4]


@pytest.mark.parametrize("status", [DeliveryStatus.UNCONFIRMED, DeliveryStatus.SENDING])
async def test_S5_what_may_have_left_counts(house: House, status: DeliveryStatus) -> None:
    await house.ally("1")
    await queue(house)
    epoch = await take(house)
    (first,) = await claim(house, epoch)
    if status is not DeliveryStatus.SENDING:
        await record(house, epoch, Outcome(first.id, status))
    await queue(house)
    claimed = await claim(house, epoch)
    if status is DeliveryStatus.SENDING:
        assert claimed == (), "nobody has two on their way"
    else:
        assert claimed[0].sent == (house.clock(),)


async def test_S5_aftermath_goes_before_a_campaign_and_a_campaign_before_a_series(house: House) -> None:
    await house.ally("1")
    async with house.store.write() as work:
        for topic in (Topic.CHECK_INS, Topic.LESSON_SERIES):
            await work.contacts.answer_topic(house.people["1"], topic, True, house.clock())
    for kind in (CampaignKind.SERIES, CampaignKind.PLEDGE, CampaignKind.AFTERMATH):
        await queue(house, kind)
    epoch, order = await take(house), []
    while claimed := await claim(house, epoch):
        order += [one.kind for one in claimed]
        await record(house, epoch, *(Outcome(one.id, DeliveryStatus.FAILED) for one in claimed))
    assert order == [CampaignKind.AFTERMATH, CampaignKind.PLEDGE, CampaignKind.SERIES]


async def test_S5_three_a_week_while_an_aftermath_campaign_runs_there(house: House) -> None:
    await house.precincts(40)
    await house.ally("here")
    await house.ally("elsewhere", precinct=40)
    await queue(house, CampaignKind.AFTERMATH)
    plan = await house.plan(status=RUNNING, targets=(75, 40))
    await house.open(plan)
    await house.freeze()
    claimed = await claim(house, await take(house))
    assert {one.to.address: one.aftermath_near for one in claimed} == {"here": True, "elsewhere": False}


async def test_S5_lanes_and_processes_at_once_never_take_two_of_one_person(house: House) -> None:
    """The lanes of one person's rows differ, as after a move; the clocks of the processes differ by a second."""
    lanes, names = ("telegram", "web", "console"), [str(number) for number in range(12)]
    for name in names:
        await house.ally(name)
    for _ in range(6):
        await queue(house)
    async with house.store.database.write() as connection:
        lane = sa.case(*((tables.deliveries.c.occurrence_id % 3 == n, one) for n, one in enumerate(lanes)), else_="")
        await connection.execute(tables.deliveries.update().values(lane=lane, address_id=None))
    person = {row.id: row.contact_id for row in await house.rows(tables.deliveries)}
    epochs = {}
    async with house.store.write() as work:
        for name in lanes:
            epochs[name] = await work.lanes.take(name, "one", house.clock(), house.clock())
    in_hand: list[int] = []
    clashes: list[int] = []

    async def work_off(name: str, early: int) -> None:
        for _ in range(30):
            now = house.clock() + timedelta(seconds=early)
            async with house.store.write(durable=True) as work:
                claimed = await work.deliveries.claim(name, epochs[name] or 0, 4, now)
            people = [person[one.id] for one in claimed]
            clashes.extend(set(people).intersection(in_hand))
            in_hand.extend(people)
            await asyncio.sleep(0)
            for one in people:
                in_hand.remove(one)
            async with house.store.write() as work:
                ended = [Outcome(one.id, DeliveryStatus.FAILED) for one in claimed]
                await work.deliveries.record(name, epochs[name] or 0, ended, now)

    await asyncio.gather(*(work_off(name, early) for name, early in itertools.product(lanes, (0, 1))))
    assert clashes == []
    counts = await house.counts()
    assert counts == {"failed": 72}, "and nothing is left behind"


async def test_S5_what_a_dead_process_had_on_its_way_counts_for_the_one_that_takes_over(stage: Stage) -> None:
    await stage.people(*map(str, range(10)))
    await stage.fire()
    await stage.fire()
    slow, quick = RecordingChannel(), RecordingChannel()
    slow.gate = asyncio.Event()
    stuck = asyncio.create_task((await opened(stage, slow)).drain())
    await slow.until_under_way(8)
    stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
    taker = await opened(stage, quick)
    while await taker.drain():
        stage.clock.advance(timedelta(seconds=1))
    slow.gate.set()
    await stuck
    reached = [*slow.reached, *quick.reached]
    assert len(reached) == len(set(reached)) == 10
    assert await stage.counts() == {"sent": 2, "unconfirmed": 8, "suppressed": 10}


async def test_S3_nothing_leaves_in_the_ten_minutes_after_an_approval(
    store: SqlStore, clock: FakeClock, channel: RecordingChannel
) -> None:
    stage = Stage(store, clock)
    await stage.campaign(approved_before=timedelta(0))
    await stage.people("1")
    await stage.fire()
    lane = await opened(stage, channel)
    for seconds in (0, 599):
        clock.advance(timedelta(seconds=seconds))
        assert await lane.drain() == 0
    clock.advance(timedelta(seconds=1))
    assert await lane.drain() == 1
    assert channel.reached == ["1"]


async def test_S5_after_a_pause_only_the_newest_of_what_waited_leaves(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    await stage.room("-100")
    await stage.fire()
    await stage.set_campaign(CampaignStatus.PAUSED)
    stage.clock.advance(timedelta(minutes=30))
    await stage.fire()
    async with stage.store.write() as work:
        await work.kill_switch.note_backlog(stage.campaign_id, stage.clock())
    await stage.set_campaign(CampaignStatus.RUNNING)
    lane = await opened(stage, channel)
    assert await lane.drain() == 0, "until a clock has looked at what waited"
    await Posting(stage.store, stage.clock).tick()
    assert await lane.drain() == 2
    assert [(row.status, row.reason) for row in await stage.rows()] == [
        *[("expired", "overtaken")] * 2,
        *[("sent", "")] * 2,
    ]


async def test_C3_nobody_of_22_or_over_is_rehearsed_for_a_series(house: House) -> None:
    await house.ally("1", topic=Topic.LESSON_SERIES)
    await house.ally("2", topic=Topic.LESSON_SERIES, age_band=AgeBand.FROM_22)
    plan = await house.plan(kind=CampaignKind.SERIES, status=RUNNING)
    audience = Audience(Topic.LESSON_SERIES, plan.content.channels, (75,))
    async with house.store.read() as work:
        found, _ = await work.rehearsals.candidates(audience, house.clock())
    assert len(found) == 1
