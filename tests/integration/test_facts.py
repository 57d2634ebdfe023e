"""Facts follow whatever is written, and are what a recomputation of all rows would give."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics import facts as reading
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.store import facts
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, read, recomputed
from tests.support.counted import LAUNCH, CountedCampaign


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, (44, 75))
    yield campaign
    campaign.engine.dispose()


def forget_facts(drive: CountedCampaign, *tables: sa.Table) -> None:
    for table in tables:
        change(drive, table.delete())


async def test_each_thing_is_counted_where_its_person_is(drive: CountedCampaign, store: SqlStore) -> None:
    site = drive.site(44)
    ana, ben = drive.person(44, site_id=site), drive.person(75, channel="telegram", generation=1)
    staff = drive.staff(44)
    first, second = drive.occurrence(), drive.occurrence(LAUNCH + timedelta(days=2))
    for contact in (ana, ben, staff):
        for occurrence in (first, second):
            drive.delivery(occurrence, contact, "queued", precinct=44)
    assert read(drive).outcomes(rooms=False)[DeliveryStatus.QUEUED] == 6
    change(drive, t.deliveries.update().values(status="sent"))
    blocked = sa.and_(t.deliveries.c.contact_id == ben, t.deliveries.c.occurrence_id == second)
    change(drive, t.deliveries.update().where(blocked).values(status="failed", reason="discord_50007"))
    for contact in (ana, ben, staff):
        drive.action(contact, "join")
        drive.action(contact, "tap", drive.id)
    drive.pledge(ana, 44, site_id=site)
    drive.pledge(None, 44, site_id=site, channel="paper")
    drive.action(ben, "pause", precinct=75)
    drive.action(ben, "invite")
    for number in range(1, 10):
        change(drive, t.lesson_progress.insert().values(contact_id=ben, lesson=f"L{number}", reached=9))
    found = read(drive)
    assert {name: found.total(name) for name in reading.MEASURES if found.total(name)} == {
        "delivered_people": 2, "reached": 2, "engaged": 2, "joined": 2, "pledged": 1, "trained": 1, "inviting": 1,
        "pauses": 1, "blocks": 1, "pledges_without_person": 1,
    }  # fmt: skip
    assert found.by("reached", "precinct") == {44: 1, 75: 1}
    assert found.by("pledged", "site") == found.by("pledges_without_person", "site") == {site: 1}
    assert found.by("joined", "generation") == {0: 1, 1: 1}
    assert found.outcomes(rooms=False)[DeliveryStatus.SENT] == 5
    assert found.outcomes(rooms=False)[DeliveryStatus.FAILED] == 1
    before = everything(drive)
    await facts.rebuild(store.database, lambda *_: None)
    assert everything(drive) == before
    forget_facts(drive, t.delivery_facts, t.action_facts, t.first_times)
    change(drive, t.people_facts.update().values(people=t.people_facts.c.gone))
    await facts.rebuild(store.database, lambda *_: None)
    assert everything(drive) == before
    change(drive, t.contacts.update().where(t.contacts.c.id == ana).values(precinct=75))
    change(drive, t.addresses.update().where(t.addresses.c.contact_id == ana).values(channel="discord"))
    assert read(drive).by("reached", "precinct") == {75: 2}
    assert read(drive).by("reached", "channel") == {"discord": 1, "telegram": 1}
    change(drive, t.staff_members.delete())
    assert read(drive).total("reached") == 3
    change(drive, t.recent_signups.insert().values(contact_id=ben, hour=LAUNCH, counts=False))
    assert read(drive).total("reached") == 2
    change(drive, t.recent_signups.update().values(counts=True))
    assert read(drive).total("reached") == 3
    change(drive, t.recent_signups.update().values(counts=False))
    change(drive, t.recent_signups.delete())
    change(drive, t.contacts.delete().where(t.contacts.c.id == ana))
    assert read(drive).total("reached") == 3
    await facts.rebuild(store.database, lambda *_: None)
    assert read(drive).total("reached") == 3
    assert read(drive).total("pledged") == 1


async def test_messages_that_come_settled_are_counted_too(drive: CountedCampaign) -> None:
    """Nobody writes them so today; a count that needed that to stay true would be wrong one day."""
    ana, ben = drive.person(44), drive.person(75)
    first = drive.occurrence()
    drive.delivery(first, ana, "sent", precinct=44)
    drive.delivery(first, ben, "failed", reason="blocked")
    drive.delivery(first, None, "sent", room_members=40)
    found = read(drive)
    assert (found.total("delivered_people"), found.total("blocks")) == (1, 1)
    assert found.outcomes(rooms=False)[DeliveryStatus.SENT] == found.outcomes(rooms=True)[DeliveryStatus.SENT] == 1
    before = everything(drive)
    assert recomputed(drive) == before
