"""Leases of sending accounts, on both databases."""

import asyncio
from datetime import datetime, timedelta

import pytest

from campaign_engine.ports.sending import LaneState
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock

DEAD = timedelta(seconds=30)


@pytest.fixture
def now(clock: FakeClock) -> datetime:
    return clock()


async def take(store: SqlStore, owner: str, now: datetime) -> int | None:
    async with store.write() as work:
        return await work.lanes.take("telegram", owner, now - DEAD, now)


async def only(store: SqlStore) -> LaneState:
    async with store.read() as work:
        (state,) = await work.lanes.states()
    return state


async def test_a_lane_belongs_to_whoever_beats(store: SqlStore, now: datetime) -> None:
    assert await take(store, "one", now) == 1
    assert await take(store, "two", now) is None
    async with store.write() as work:
        assert await work.lanes.beat("telegram", 1, now + DEAD)
    assert await take(store, "two", now + DEAD + timedelta(seconds=1)) is None
    assert await only(store) == LaneState("telegram", "one", 1, now + DEAD, None)


async def test_a_silent_lane_is_taken_over_and_its_old_owner_notices(store: SqlStore, now: datetime) -> None:
    await take(store, "one", now)
    assert await take(store, "two", now + DEAD) is None
    later = now + DEAD + timedelta(seconds=1)
    assert await take(store, "two", later) == 2
    async with store.write() as work:
        assert not await work.lanes.beat("telegram", 1, later)
        await work.lanes.release("telegram", 1)
    assert await only(store) == LaneState("telegram", "two", 2, later, None)


async def test_its_owner_takes_it_again_under_a_new_epoch(store: SqlStore, now: datetime) -> None:
    assert [await take(store, "one", now), await take(store, "one", now)] == [1, 2]


async def test_a_released_lane_is_free_at_once_and_needs_a_new_epoch(store: SqlStore, now: datetime) -> None:
    await take(store, "one", now)
    async with store.write() as work:
        await work.lanes.release("telegram", 1)
        assert not await work.lanes.beat("telegram", 1, now)
    assert (await only(store)).owner == ""
    assert await take(store, "two", now) == 2


async def test_of_many_who_ask_at_once_one_gets_it(store: SqlStore, now: datetime) -> None:
    epochs = await asyncio.gather(*(take(store, f"owner {number}", now) for number in range(6)))
    assert sorted(epochs, key=lambda epoch: epoch or 0) == [None] * 5 + [1]


async def test_a_hold_is_never_shortened_and_outlives_a_take_over(store: SqlStore, now: datetime) -> None:
    async with store.write() as work:
        for seconds in (60, 20, 90):
            await work.lanes.hold("telegram", now + timedelta(seconds=seconds))
            await work.lanes.hold("telegram", now + timedelta(seconds=30))
    assert await only(store) == LaneState("telegram", "", 0, None, now + timedelta(seconds=90))
    assert await take(store, "one", now) == 1
    assert (await only(store)).hold_until == now + timedelta(seconds=90)
