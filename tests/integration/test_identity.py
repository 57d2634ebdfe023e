"""The accounting identity of measures: what was frozen is what became of it, for people and for rooms apart."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.cli.checks import of_breaks
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.message import Destination
from campaign_engine.ports.sending import Outcome
from campaign_engine.store import health, tables
from campaign_engine.store.health import Broken
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.events import events, staff, told_event
from tests.support.planned import House, claim, record, take


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


async def broken(house: House) -> tuple[Broken, ...]:
    async with house.store.database.read() as connection:
        return await health.broken(connection)


async def change(house: House, statement: sa.Executable) -> None:
    async with house.store.database.write() as connection:
        await connection.execute(statement)


async def test_the_outcomes_add_up_from_the_freeze_to_the_last_clean_up(house: House) -> None:
    plan = await house.plan(status=CampaignStatus.RUNNING)
    for name in ("1", "2", "3"):
        await house.ally(name)
    await house.fill_range()
    await house.ally("second range")
    await house.room("-100")
    occurrence_id = await house.open(plan)
    async with house.store.write() as work:
        (unfrozen,) = await work.occurrences.unfrozen()
        rest = (await work.occurrences.freeze(unfrozen, house.clock())).rest
    assert await broken(house) == (), "between two ranges"
    async with house.store.write() as work:
        for within in (None, rest):  # another clock begins again
            await work.occurrences.freeze(unfrozen, house.clock(), within)
    claimed = await claim(house, await take(house))
    ends = (DeliveryStatus.SENT, DeliveryStatus.UNCONFIRMED, DeliveryStatus.FAILED, DeliveryStatus.SENT)
    await record(house, 1, *(Outcome(one.id, end) for one, end in zip(claimed, ends, strict=False)))
    assert await broken(house) == ()
    async with house.store.write() as work:
        await work.contacts.delete(Destination("telegram", "1"), house.people["1"], house.clock())
    house.clock.advance(timedelta(days=40))
    async with house.store.write() as work:
        assert await work.retention.count_deliveries(house.clock() - timedelta(days=30), 100)
    assert await broken(house) == (), "rows that were counted and removed"
    day = house.clock().date() - timedelta(days=40)
    await change(house, tables.deliveries.delete().where(tables.deliveries.c.is_room))
    assert await broken(house) == (Broken(plan.campaign_id, day, True, 1, 0, 0),)
    await change(house, tables.occurrences.update().where(tables.occurrences.c.id == occurrence_id).values(
        frozen_people=None, frozen_rooms=None))  # fmt: skip
    assert await broken(house) == (), "of what an older version froze nobody knows"


async def test_word_of_an_event_is_counted_too_and_each_break_says_what_to_do(
    store: SqlStore, clock: FakeClock
) -> None:
    house = House(store, clock)
    plan = await told_event(house)
    person = await staff(house)
    async with house.store.write() as work:
        await events(house).cancel(work, person, plan.campaign_id, sure=True)
    assert len(await house.rows(tables.deliveries)) == 2
    assert await broken(house) == ()
    first = tables.deliveries.c.occurrence_id == 1
    day = clock().date()
    for statement, expected, todo in (
        (tables.deliveries.update().where(first).values(status="vanished"), (2, 2, 1), "newer program"),
        (tables.deliveries.delete().where(first), (2, 1, 1), "Rows are missing"),
        (tables.occurrences.update().values(frozen_people=0), (0, 1, 1), "nobody planned"),
    ):
        await change(house, statement)
        found = await broken(house)
        assert found == (Broken(plan.campaign_id, day, False, *expected),)
        assert todo in of_breaks(found).todo
