"""Facts follow whatever is written, and are what a recomputation of all rows would give."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from analytics import facts as reading
from analytics import measures
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.services.retention import Retention
from campaign_engine.store import facts
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, read, recomputed, weeks
from tests.support.counted import LAUNCH, NOW, CountedCampaign


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


async def test_people_of_a_week_are_distinct_and_stay_when_they_go(drive: CountedCampaign) -> None:
    """Each in the week of the act, however often and whether or not it is their first; the closed week stands still."""
    ana, ben, cleo, staff = drive.person(44), drive.person(44), drive.person(75), drive.staff(44)
    first, later = LAUNCH.date(), LAUNCH.date() + timedelta(days=8)
    for due in (LAUNCH, LAUNCH + timedelta(hours=1), LAUNCH + timedelta(days=8)):
        occurrence = drive.occurrence(due)
        for contact in (ana, ben, cleo, staff):
            drive.delivery(occurrence, contact)
    for day in (first, first + timedelta(days=1), later):
        drive.action(ana, "tap", drive.id, day=day)
    drive.action(ben, "tap", drive.id, day=later)
    drive.pledge(ben, 44, pledged_at=LAUNCH + timedelta(days=8))
    drive.action(cleo, "opt_out", precinct=75, day=later)
    drive.action(cleo, "delete", precinct=75, day=later)
    two_weeks = {
        date(2026, 11, 22): {"delivered_people": 3, "reached": 1, "engaged": 1},
        date(2026, 11, 29): {
            "delivered_people": 3, "reached": 2, "engaged": 2, "pledged": 1, "opt_outs": 1, "deletes": 1,
        },
    }  # fmt: skip
    assert weeks(drive) == two_weeks
    kept = everything(drive)
    assert recomputed(drive) == kept
    with drive.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.execute(t.contacts.delete().where(t.contacts.c.id == cleo))
    assert weeks(drive) == two_weeks
    assert measures.closed_week(weeks(drive), date(2026, 12, 5)) == two_weeks[date(2026, 11, 22)]
    assert measures.closed_week(weeks(drive), date(2026, 12, 6)) == two_weeks[date(2026, 11, 29)]
    assert measures.closed_week(weeks(drive), date(2026, 12, 13)) == {}


async def test_A5_weeks_become_counts_when_a_campaign_is_closed(drive: CountedCampaign, store: SqlStore) -> None:
    contact = drive.person(44)
    drive.delivery(drive.occurrence(), contact)
    drive.action(contact, "tap", drive.id)
    change(drive, t.campaigns.update().values(status="finished", finished_at=NOW))
    before = weeks(drive)
    assert before
    await Retention(store).run(NOW + timedelta(days=31))
    with drive.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.week_times)) == 0
    change(drive, t.contacts.delete())
    assert weeks(drive) == before
