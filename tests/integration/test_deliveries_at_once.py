"""Lanes, clocks, people and organizers at once: no message is claimed twice and every row is accounted for."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DELIVERY_TRANSITIONS, Decision, DeliveryStatus
from campaign_engine.ports.sending import Frozen, Outcome
from campaign_engine.store import tables
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import LANE, House, claim, decide, record, take, unconfirmed

_S = DeliveryStatus


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


async def test_claims_at_once_never_overlap(house: House) -> None:
    await house.queue(*map(str, range(40)))
    epoch = await take(house)

    async def all_of_them() -> list[int]:
        mine: list[int] = []
        while claimed := await claim(house, epoch, 3):
            mine.extend(one.id for one in claimed)
        return mine

    shares = await asyncio.gather(*(all_of_them() for _ in range(4)))
    ids = [delivery_id for share in shares for delivery_id in share]
    assert len(ids) == len(set(ids)) == 40


@pytest.fixture
async def on_postgres(postgres_url: str, cipher: AddressCipher, clock: FakeClock) -> AsyncIterator[House]:
    database = Database(postgres_url, cipher)
    house = House(SqlStore(database), clock)
    await house.precincts()
    yield house
    await database.close()


async def waiting_for_a_lock(house: House) -> None:
    query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(60):
        while True:
            async with house.store.database.read() as connection:
                if await connection.scalar(query):
                    return


@pytest.mark.postgres
async def test_two_open_claims_skip_what_the_other_has(on_postgres: House) -> None:
    await on_postgres.queue(*map(str, range(5)))
    epoch, now = await take(on_postgres), on_postgres.clock()
    async with on_postgres.store.write() as one, on_postgres.store.write() as two:
        first = await one.deliveries.claim(LANE, epoch, 3, now)
        second = await two.deliveries.claim(LANE, epoch, 3, now)
    assert [len(first), len(second)] == [3, 2]
    assert not {claimed.id for claimed in first} & {claimed.id for claimed in second}


@pytest.mark.postgres
async def test_a_take_over_waits_for_an_open_claim_and_finds_what_it_took(on_postgres: House) -> None:
    await on_postgres.queue("1", "2")
    epoch, now = await take(on_postgres), on_postgres.clock()

    async def take_over() -> int:
        new = await take(on_postgres, "two")
        return await unconfirmed(on_postgres, new)

    async with on_postgres.store.write() as work:
        await work.deliveries.claim(LANE, epoch, 1, now)
        other = asyncio.create_task(take_over())
        await waiting_for_a_lock(on_postgres)
    assert await other == 1
    assert await claim(on_postgres, epoch) == ()
    assert await on_postgres.counts() == {"unconfirmed": 1, "queued": 1}


@pytest.mark.postgres
async def test_C8_a_freeze_passes_over_who_is_deleted_meanwhile_and_takes_everybody_else(on_postgres: House) -> None:
    plan = await on_postgres.plan(status=CampaignStatus.RUNNING)
    for name in ("before", "leaves", "after"):
        await on_postgres.ally(name)
    await on_postgres.open(plan)
    async with on_postgres.store.database.write() as connection:
        gone = tables.contacts.delete().where(tables.contacts.c.id == on_postgres.people["leaves"])
        await connection.execute(gone)
        freezing = asyncio.create_task(on_postgres.freeze())
        await waiting_for_a_lock(on_postgres)
    assert await freezing == Frozen(2, 0)
    assert await on_postgres.frozen_names() == {"before", "after"}


async def random_step(house: House, dice: random.Random, epoch: int) -> int:
    """One thing that clocks, lanes, people or organizers do; the lane's epoch afterwards."""
    step = dice.randrange(9)
    async with house.store.read() as work:
        statuses = {row.id: row.status for row in await house.rows(tables.deliveries)}
        running = await work.occurrences.live_posts()
    sending = [delivery_id for delivery_id, status in statuses.items() if status == "sending"]
    open_questions = [delivery_id for delivery_id, status in statuses.items() if status == "unconfirmed"]
    if step == 0 and len(running) < 4:
        await house.queue()
    elif step in (1, 2):
        await claim(house, epoch, dice.randrange(1, 6))
    elif step in (3, 4) and sending:
        chosen = dice.sample(sending, dice.randrange(1, len(sending) + 1))
        ends = sorted(DELIVERY_TRANSITIONS[_S.SENDING])
        await record(house, epoch, *(Outcome(one, dice.choice(ends), gone=dice.random() < 0.1) for one in chosen))
    elif step == 5:
        epoch = await take(house)
        await unconfirmed(house, epoch)
    elif step == 6 and open_questions:
        posts = {row.id: row.post_id for row in await house.rows(tables.occurrences)}
        occurrences = {row.id: row.occurrence_id for row in await house.rows(tables.deliveries)}
        post_id = posts[occurrences[dice.choice(open_questions)]]
        await decide(house, post_id, dice.choice(list(Decision)))
    elif step == 7:
        house.clock.advance(timedelta(minutes=dice.choice([1, 40])))
        async with house.store.write() as work:
            await work.occurrences.expire(house.clock())
    elif step == 8 and running and dice.random() < 0.3:
        async with house.store.write() as work:
            campaign = await work.campaigns.get(dice.choice(running).campaign_id)
            await work.campaigns.set_status(campaign, CampaignStatus.CANCELLED, house.clock())
            await work.occurrences.cancel_withdrawn(house.clock())
    return epoch


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_statuses_add_up_to_the_frozen_rows_and_ends_are_ends(
    house: House, seed: int
) -> None:
    dice = random.Random(seed)
    for name in "12345678":
        await house.ally(name)
    epoch, before = await take(house), dict[int, str]()
    for _ in range(80):
        epoch = await random_step(house, dice, epoch)
        after = {row.id: row.status for row in await house.rows(tables.deliveries)}
        counts = await house.counts()
        assert sum(counts.values()) == len(after) >= len(before)
        final = {one: status for one, status in before.items() if not DELIVERY_TRANSITIONS[DeliveryStatus(status)]}
        assert final.items() <= after.items()
        before = after
    assert len({*before.values()}) > 3
