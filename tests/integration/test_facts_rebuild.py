"""A rebuild makes no writer wait for a table, may be ended anywhere, and meets others that write the same."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from campaign_engine.store import facts
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, read, recomputed, somebody_waits
from tests.support.counted import LAUNCH, CountedCampaign


@pytest.fixture
def drive(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CountedCampaign]:
    monkeypatch.setattr(facts, "PEOPLE_AT_ONCE", 3)
    campaign = CountedCampaign(database_url, (44, 75))
    yield campaign
    campaign.engine.dispose()


def one_day(drive: CountedCampaign, precinct: int, people: int, status: str) -> tuple[int, list[int]]:
    """An occurrence, and who is written to in it."""
    contacts = [drive.person(precinct, days=-9) for _ in range(people)]
    occurrence = drive.occurrence(LAUNCH + timedelta(days=precinct % 3))
    for contact in contacts:
        drive.delivery(occurrence, contact, status, precinct=precinct)
    return occurrence, contacts


def forget_facts(drive: CountedCampaign, occurrence: int, contacts: list[int]) -> None:
    """Counts that are too low and too high, flags that are missing."""
    change(drive, t.delivery_facts.delete().where(t.delivery_facts.c.occurrence_id == occurrence))
    for flags in (t.first_times, t.week_times):
        change(drive, flags.delete().where(flags.c.contact_id.in_(contacts[1:])))
    change(drive, t.people_facts.update().where(t.people_facts.c.precinct == 44).values(people=40))


@pytest.mark.postgres
def test_a_send_goes_on_while_any_step_of_a_rebuild_is_under_way(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "PEOPLE_AT_ONCE", 4)
    drive = CountedCampaign(postgres_url, (44, 75))
    try:
        occurrence, contacts = one_day(drive, 44, 5, "sent")
        drive.action(contacts[0], "tap", drive.id)
        later, waiting = one_day(drive, 75, 40, "sending")
        forget_facts(drive, occurrence, contacts)
        with drive.engine.connect() as connection:
            plan = facts._plan(connection)
        steps = (*plan.counts, *plan.flags, *plan.people)
        assert len(steps) < len(waiting)
        for step, contact in zip(steps, waiting, strict=False):
            with drive.engine.begin() as rebuilding, drive.engine.begin() as sending:
                facts._run(rebuilding, step)
                sending.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
                mine = (t.deliveries.c.contact_id == contact) & (t.deliveries.c.occurrence_id == later)
                assert sending.execute(t.deliveries.update().where(mine).values(status="sent")).rowcount == 1
        found = read(drive)
        assert found.by("delivered_people", "precinct") == {44: 5, 75: len(steps)}
        kept = everything(drive)
        assert recomputed(drive) == kept
    finally:
        drive.engine.dispose()


class Stopped(Exception):
    pass


@dataclass
class Stops:
    """A progress bar that stops what it shows."""

    after: int
    seen: list[int] = field(default_factory=list)

    def __call__(self, done: int, total: int) -> None:
        self.seen.append(done)
        if self.after <= done < total:
            raise Stopped


async def test_a_rebuild_that_was_stopped_anywhere_is_run_again(drive: CountedCampaign, store: SqlStore) -> None:
    occurrence, contacts = one_day(drive, 44, 7, "sent")
    drive.action(contacts[1], "tap", drive.id)
    before = everything(drive)
    total = await facts.rebuild(store.database, lambda *_: None)
    assert everything(drive) == before
    for last in (1, total - 3):
        forget_facts(drive, occurrence, contacts)
        with pytest.raises(Stopped):
            await facts.rebuild(store.database, Stops(last))
        bar = Stops(total)
        await facts.rebuild(store.database, bar)
        assert everything(drive) == before
        assert bar.seen == sorted(bar.seen)
        assert bar.seen[-1] == total


@pytest.mark.postgres
def test_a_rebuild_needs_no_superuser(postgres_url: str) -> None:
    drive = CountedCampaign(postgres_url, (44, 75))
    try:
        occurrence, contacts = one_day(drive, 44, 5, "sent")
        drive.action(contacts[1], "tap", drive.id)
        before = everything(drive)
        forget_facts(drive, occurrence, contacts)
        with drive.engine.begin() as connection:
            for statement in (
                "CREATE ROLE plain",
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain",
                "SET ROLE plain",
            ):
                connection.exec_driver_sql(statement)
            facts.rebuild_on(connection)
            for statement in ("RESET ROLE", "DROP OWNED BY plain", "DROP ROLE plain"):
                connection.exec_driver_sql(statement)
        assert everything(drive) == before
    finally:
        drive.engine.dispose()


@pytest.mark.postgres
async def test_a_flag_that_a_sender_sets_at_the_same_moment_is_set_once(
    postgres_url: str, cipher: AddressCipher
) -> None:
    """The rebuild waits for the sender, finds the flag there, and goes on."""
    drive = CountedCampaign(postgres_url, (44, 75))
    database = Database(postgres_url, cipher)
    try:
        occurrence, contacts = one_day(drive, 44, 2, "sent")
        again = drive.occurrence(LAUNCH + timedelta(days=1))
        for contact in contacts:
            drive.delivery(again, contact, "sending", precinct=44)
        forget_facts(drive, occurrence, contacts)
        with drive.engine.begin() as sending:
            sending.execute(t.deliveries.update().where(t.deliveries.c.occurrence_id == again).values(status="sent"))
            rebuilt = asyncio.create_task(facts.rebuild(database, lambda *_: None))
            await somebody_waits(drive)
        await rebuilt
        assert read(drive).total("delivered_people") == 2
        kept = everything(drive)
        assert recomputed(drive) == kept
    finally:
        await database.close()
        drive.engine.dispose()
