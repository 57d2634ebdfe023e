"""No foreign key ties a flag to its person on PostgreSQL: none stays behind, whoever sets or deletes first."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.services.retention import Retention
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, read, recomputed, somebody_waits
from tests.support.counted import NOW, CountedCampaign

pytestmark = pytest.mark.postgres
SENT = t.deliveries.update().values(status="sent")


@pytest.fixture
def drive(postgres_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(postgres_url, (44, 75))
    yield campaign
    campaign.engine.dispose()


def gone(contact: int) -> sa.Delete:
    return t.contacts.delete().where(t.contacts.c.id == contact)


async def second(drive: CountedCampaign, first: sa.UpdateBase, then: sa.UpdateBase) -> None:
    """One transaction waits until the other one is over."""
    with drive.engine.begin() as connection:
        connection.execute(first)
        waiting = asyncio.create_task(asyncio.to_thread(change, drive, then))
        await somebody_waits(drive)
    await waiting


async def test_a_deletion_waits_for_a_message_that_is_recorded(drive: CountedCampaign) -> None:
    contact = drive.person(44)
    drive.delivery(drive.occurrence(), contact, "sending", precinct=44)
    await second(drive, SENT, gone(contact))
    kept = everything(drive)
    assert not kept["first_times"] | kept["week_times"]
    assert kept["week_gone"] == {(drive.id, date(2026, 11, 22), "delivered", 1)}
    assert read(drive).total("delivered_people") == 1
    assert recomputed(drive) == kept


async def test_of_somebody_who_is_being_deleted_nothing_is_set(drive: CountedCampaign) -> None:
    contact = drive.person(44)
    drive.delivery(drive.occurrence(), contact, "sending", precinct=44)
    await second(drive, gone(contact), SENT)
    kept = everything(drive)
    assert not kept["first_times"] | kept["week_times"] | kept["week_gone"]
    assert recomputed(drive) == kept


async def test_A5_retention_sets_no_flag_of_who_is_deleted_at_that_moment(
    drive: CountedCampaign, postgres_url: str, cipher: AddressCipher
) -> None:
    """Its count of the message stays."""
    contacts, occurrence = [drive.person(44), drive.person(44)], drive.occurrence()
    for contact in contacts:
        drive.delivery(occurrence, contact, precinct=44)
    change(drive, t.first_times.delete())
    database = Database(postgres_url, cipher)
    try:
        with drive.engine.begin() as connection:
            connection.execute(gone(contacts[0]))
            running = asyncio.create_task(Retention(SqlStore(database)).run(NOW + timedelta(days=31)))
            await somebody_waits(drive)
        await running
    finally:
        await database.close()
    with drive.engine.connect() as connection:
        counted = connection.scalar(sa.select(sa.func.sum(t.delivery_counts.c.messages)))
        flagged = connection.scalars(sa.select(t.first_times.c.contact_id).distinct()).all()
    assert (counted, flagged) == (2, contacts[1:])
