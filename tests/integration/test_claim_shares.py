"""A large campaign starves no small one, and a claim reads what it takes and no more, on both databases."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import House, Planned, claim, record, take

LARGE, SMALL, THIRD = 75, 40, 41
"""Precincts, one for each campaign, so that nobody is waited for by two."""


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts(LARGE, SMALL, THIRD)
    return house


async def fired(house: House, precinct: int, people: int, times: int = 1) -> Planned:
    plan = await house.plan(status=CampaignStatus.RUNNING, targets=(precinct,))
    for number in range(people):
        await house.ally(f"{precinct}-{number}", precinct=precinct)
    for _ in range(times):
        await house.open(plan)
        await house.freeze()
        house.clock.advance(timedelta(minutes=1))
    return plan


async def shares(house: House, epoch: int, limit: int) -> tuple[Counter[int | None], tuple[Claimed, ...]]:
    claimed = await claim(house, epoch, limit)
    return Counter(one.precinct for one in claimed), claimed


async def test_campaigns_share_each_claim_and_one_that_ends_leaves_its_share(house: House) -> None:
    await fired(house, LARGE, 60, times=2)
    await fired(house, SMALL, 7)
    await fired(house, THIRD, 2)
    epoch = await take(house)
    first, claimed = await shares(house, epoch, 9)
    assert first == {LARGE: 4, SMALL: 3, THIRD: 2}
    await record(house, epoch, *(Outcome(one.id, DeliveryStatus.SENT) for one in claimed))
    second, claimed = await shares(house, epoch, 9)
    assert sum(second.values()) == 9
    assert second[SMALL] >= 3
    await record(house, epoch, *(Outcome(one.id, DeliveryStatus.SENT) for one in claimed))
    third, _ = await shares(house, epoch, 9)
    assert third == {LARGE: 9}, "what nobody else can use"


async def test_where_campaigns_are_more_than_there_is_room_each_has_its_turn(house: House) -> None:
    for precinct in (LARGE, SMALL, THIRD):
        await fired(house, precinct, 4)
    epoch, served = await take(house), Counter[int | None]()
    for turn in range(9):
        house.clock.now = house.clock.now.replace(microsecond=turn)
        found, claimed = await shares(house, epoch, 1)
        served += found
        await record(house, epoch, *(Outcome(one.id, DeliveryStatus.SENT) for one in claimed))
    assert served == {LARGE: 3, SMALL: 3, THIRD: 3}


async def test_claims_look_up_rows_by_index_whatever_waits(house: House) -> None:
    """Held, paused and stopped ones by the thousand cost a claim nothing: no statement goes through all deliveries."""
    plan = await fired(house, LARGE, 3)
    epoch, seen = await take(house), list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    engine = house.store.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    claimed = await claim(house, epoch)
    async with house.store.read() as work:
        await work.deliveries.again(claimed, house.clock())
    await record(house, epoch, *(Outcome(one.id, DeliveryStatus.SENT) for one in claimed))
    sa.event.remove(engine, "before_cursor_execute", note)
    async with house.store.database.read(in_transaction=True) as connection:
        asked = [(statement, parameters) for statement, parameters in seen if "deliveries" in statement]
        plans = [await plan_of(connection, statement, parameters) for statement, parameters in asked]
    assert {one.campaign_id for one in claimed} == {plan.campaign_id}
    assert [lines for lines in plans if scans(lines)] == []
    if house.store.database.is_sqlite:  # with three rows PostgreSQL takes whichever index comes first
        assert ["ix_deliveries_claimable" in "".join(lines) for lines in plans[:2]] == [True, True]
    assert len(asked) == 7, "due, chosen, marked, details, left, unchanged, recorded"


async def plan_of(connection: Any, statement: str, parameters: Any) -> list[str]:
    parameters = parameters[0] if isinstance(parameters, list) else parameters
    if connection.dialect.name == "sqlite":
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row[3]) for row in rows]
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # with three rows it would read them all
    return [str(row[0]) for row in await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


def scans(plan: list[str]) -> list[str]:
    """Through all deliveries, or through all of an occurrence, which may be a million."""
    read = ("SCAN deliveries", "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries")
    return [line for line in plan if line.startswith(read) or "Seq Scan on deliveries" in line]
