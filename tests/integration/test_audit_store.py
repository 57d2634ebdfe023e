"""The hash-chained log, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.ports.planning import AuditEntry
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock


async def log(store: SqlStore, clock: FakeClock, count: int) -> None:
    for number in range(count):
        async with store.write() as work:
            await work.audit.append(AuditEntry("river7", "approve", f"campaign:{number}"), clock())
        clock.advance(timedelta(minutes=50))


async def test_R3_a_log_as_it_was_written_follows(store: SqlStore, clock: FakeClock) -> None:
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() is None
        assert await work.audit.head() == "0" * 64
    await log(store, clock, 5)
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() is None
        assert len(await work.audit.head()) == 64


@pytest.mark.parametrize(
    "change", [{"actor": "river8"}, {"action": "approvf"}, {"object": "campaign:3"}, {"hash": "1"}]
)
async def test_R3_one_changed_entry_is_found(store: SqlStore, clock: FakeClock, change: dict[str, str]) -> None:
    await log(store, clock, 5)
    async with store.database.write() as connection:
        await connection.execute(tables.audit_entries.update().where(tables.audit_entries.c.id == 3).values(change))
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() == 3


async def test_R3_a_removed_entry_is_found(store: SqlStore, clock: FakeClock) -> None:
    await log(store, clock, 5)
    async with store.database.write() as connection:
        await connection.execute(tables.audit_entries.delete().where(tables.audit_entries.c.id == 2))
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() == 3


async def test_R3_only_the_hour_is_kept(store: SqlStore, clock: FakeClock) -> None:
    clock.advance(timedelta(minutes=31, seconds=7))
    await log(store, clock, 1)
    async with store.database.read() as connection:
        (row,) = (await connection.execute(tables.audit_entries.select())).all()
    assert (row.hour.minute, row.hour.second) == (0, 0)


async def test_R3_writers_at_once_do_not_fork_the_chain(store: SqlStore, clock: FakeClock) -> None:
    await asyncio.gather(*(log(store, clock, 3) for _ in range(4)))
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() is None
