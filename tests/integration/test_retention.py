"""The nightly clean-up on both databases, with a clock that the test moves (safety A5)."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from analytics import content, frames, metrics
from campaign_engine.domain.contact import Role
from campaign_engine.domain.retention import MONTH, RULES, overdue
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.services import retention
from campaign_engine.services.retention import Retention
from campaign_engine.store import tables as t
from campaign_engine.store.database import Database
from campaign_engine.store.tables import metadata
from campaign_engine.store.unit_of_work import SqlStore
from campaign_engine.store.uploads import SqlFileIds
from tests.support import FakeClock
from tests.support.counted import LAUNCH, NOW, CountedCampaign
from tests.support.engine import House

DAY = timedelta(days=1)
AGE = re.compile(r"(\d+) (hours|days|months)")
UNITS = {"hours": timedelta(hours=1), "days": DAY, "months": MONTH}
TARGETS = (44, 73, 75)


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, TARGETS)
    yield campaign
    campaign.engine.dispose()


def test_A5_every_column_with_a_time_is_covered_by_a_rule_with_its_words() -> None:
    covered = {(table, rule.keep) for rule in RULES for table in rule.tables}
    for table in metadata.sorted_tables:
        # What hangs on a row goes with it.
        above = {key.column.table.name for key in table.foreign_keys if key.ondelete == "CASCADE"}
        covered |= {(table.name, keep) for name, keep in covered if name in above}
    left = {
        (table.name, column.info["keep"])
        for table in metadata.sorted_tables
        for column in table.columns
        if AGE.search(column.info["keep"])
    }
    assert left - covered == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_A5_a_rules_words_say_its_period(rule: Any) -> None:
    found = AGE.search(rule.keep)
    assert found is not None
    said = int(found[1]) * UNITS[found[2]]
    assert rule.period in (said, timedelta())
    known = {table for table in metadata.tables if any(c.info["keep"] == rule.keep for c in metadata.tables[table].c)}
    assert rule.tables & known


def test_A5_every_rule_has_its_work() -> None:
    assert set(retention._APPLY) == {rule.name for rule in RULES}


def figures(url: str, campaign_id: int, now: datetime) -> dict[str, Any]:
    rows = frames.read(url, campaign_id, now)
    with frames.snapshot(url) as connection:
        made = content.as_json(content.read(connection, content.Asked(campaign_id, "organizer", now)))
    people = {name: len(measure(rows)) for name, measure in metrics.PEOPLE.items()}
    harm = {name: sorted(rows["area"].fillna(0)) for name, rows in ((n, m(rows)) for n, m in metrics.HARM.items())}
    return {
        **{name: made[name] for name in ("figures", "made", "outcomes", "rooms", "sites")},
        "people": people,
        "harm": harm,
        "without": metrics.pledges_without_person(rows),
    }


def busy(drive: CountedCampaign) -> None:
    """Everything that a report counts, in people enough that some of it is shown."""
    first, second, room = drive.occurrence(), drive.occurrence(LAUNCH + 2 * DAY), drive.room()
    site, elsewhere = drive.site(75), drive.campaign((1,), title="another")
    for number in range(24):
        person = drive.person(75 if number % 3 else 73, channel="telegram" if number % 2 else "web", site_id=site)
        drive.delivery(first, person, precinct=75)
        if number % 2:
            drive.delivery(second, person, precinct=75)
            drive.action(person, "tap", drive.id)
        if number % 4 == 0:
            drive.pledge(person, 75, room_id=room)
        if number % 5 == 0:
            drive.action(person, "join", drive.id)
    written, blocking, elsewhere_from = drive.person(1), drive.person(75), drive.person(75)
    drive.delivery(first, written)
    drive.delivery(first, blocking, "failed", reason="blocked")
    drive.delivery(first, drive.person(44), "suppressed", reason="capped")
    drive.delivery(first, drive.person(44), "unconfirmed")
    drive.delivery(first, None, room_id=room, lane="telegram", room_members=40)
    drive.action(written, "opt_out", precinct=1)
    drive.action(blocking, "opt_out", precinct=75)
    drive.action(blocking, "opt_out", precinct=75, day=NOW.date() - DAY)
    drive.action(blocking, "pause", precinct=75)
    drive.action(elsewhere_from, "join", elsewhere)
    drive.action(None, "delete", precinct=44)
    drive.action(None, "delete", precinct=1)
    staff = drive.staff(75)
    drive.delivery(first, staff)
    drive.action(staff, "tap", drive.id)
    drive.action(staff, "opt_out", precinct=75)
    drive.pledge(None, 75)


def finish(drive: CountedCampaign, at: datetime) -> None:
    with drive.engine.begin() as connection:
        mine = t.campaigns.c.id == drive.id
        connection.execute(t.campaigns.update().where(mine).values(status="finished", finished_at=at))


def count(drive: CountedCampaign, table: sa.Table, where: Any = None) -> int:
    wanted = sa.select(sa.func.count()).select_from(table)
    with drive.engine.connect() as connection:
        return int(connection.scalar(wanted if where is None else wanted.where(where)) or 0)


@pytest.mark.parametrize("batch", [2000, 7])
async def test_A5_the_log_goes_after_30_days_and_the_figures_stay(
    drive: CountedCampaign, database_url: str, store: SqlStore, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", batch)
    busy(drive)
    finish(drive, NOW)
    before = figures(database_url, drive.id, NOW + DAY)
    assert before["people"]["delivered_people"] == 25
    assert before["harm"]["deletes"] == [44.0]
    clean = Retention(store)
    await clean.run(NOW + 29 * DAY)
    assert count(drive, t.deliveries) > 1
    await clean.run(NOW + 31 * DAY)
    assert count(drive, t.deliveries, ~t.deliveries.c.is_room) == count(drive, t.actions) == 0
    assert count(drive, t.deliveries) == 1
    assert count(drive, t.first_times, t.first_times.c.campaign_id == drive.id) == 0
    assert count(drive, t.closings) == 1
    assert figures(database_url, drive.id, NOW + DAY) == before
    assert await clean.run(NOW + 31 * DAY) == 0
    assert figures(database_url, drive.id, NOW + DAY) == before


async def test_A5_while_a_campaign_runs_first_times_carry_its_people(
    drive: CountedCampaign, database_url: str, store: SqlStore
) -> None:
    busy(drive)
    before = figures(database_url, drive.id, NOW)
    await Retention(store).run(NOW + 31 * DAY)
    assert (
        count(drive, t.deliveries, ~t.deliveries.c.is_room) == count(drive, t.actions) == count(drive, t.closings) == 0
    )
    assert count(drive, t.first_times) > 0
    assert figures(database_url, drive.id, NOW) == before


async def test_A5_who_leaves_after_a_campaign_was_closed_changes_no_figure(
    drive: CountedCampaign, database_url: str, store: SqlStore
) -> None:
    busy(drive)
    finish(drive, NOW)
    before = figures(database_url, drive.id, NOW + DAY)
    await Retention(store).run(NOW + 31 * DAY)
    with drive.engine.begin() as connection:
        connection.execute(t.contacts.delete())
    assert figures(database_url, drive.id, NOW + DAY) == before


async def test_A5_what_may_still_be_sent_is_not_counted_away(drive: CountedCampaign, store: SqlStore) -> None:
    first = drive.occurrence()
    for status in ("queued", "held", "sending", "retrying"):
        drive.delivery(first, drive.person(75), status)
    await Retention(store).run(NOW + 100 * DAY)
    assert count(drive, t.deliveries) == 4


async def test_A5_inactive_people_go_without_a_mark_and_staff_stay(house: House) -> None:
    ally, staff = await house.person("1").join(), await house.staff("river", Role.ORGANIZER)
    await house.person("2").start()
    house.clock.advance(timedelta(days=179))
    await house.retention.run(house.clock())
    assert (await ally.known()).contact_id is not None
    house.clock.advance(timedelta(days=2))
    assert await house.retention.run(house.clock()) > 0
    assert (await ally.known()).contact_id is None
    assert (await staff.known()).handle == "river"
    assert not await house.rows(t.do_not_contact)
    assert len(await house.rows(t.addresses)) == 1
    (pledge,) = await house.rows(t.pledges)
    assert pledge.contact_id is None
    assert "How old are you?" in await ally.start()


async def test_A5_a_stop_outlives_the_person(house: House) -> None:
    ally = await house.person("1").join()
    await ally.say("STOP")
    house.clock.advance(timedelta(days=181))
    await house.retention.run(house.clock())
    assert not await house.rows(t.contacts)
    assert len(await house.rows(t.do_not_contact)) == 1


async def test_A5_invites_that_ended_or_were_used_go(house: House) -> None:
    await house.staff("river", Role.ORGANIZER)
    await house.invite(Role.APPROVER)
    await house.retention.run(house.clock())
    assert len(await house.rows(t.role_invites)) == 1
    house.clock.advance(timedelta(days=29))
    await house.retention.run(house.clock())
    assert not await house.rows(t.role_invites)


async def test_A5_R3_the_audit_log_is_cut_at_its_beginning_and_still_verified(
    store: SqlStore, clock: FakeClock
) -> None:
    async with store.write() as work:
        for number in range(3):
            await work.audit.append(AuditEntry("river", "approve", f"post {number}"), clock() + number * 300 * DAY)
        head = await work.audit.head()
    await Retention(store).run(clock() + 24 * MONTH + 301 * DAY)
    async with store.write() as work:
        assert await work.audit.verify() is None
        assert await work.audit.head() == head
    await Retention(store).run(clock() + 3000 * DAY)
    async with store.write() as work:
        assert await work.audit.head() == head
        await work.audit.append(AuditEntry("river", "approve", "post 4"), clock() + 3000 * DAY)
        assert await work.audit.verify() is None
    async with store.database.write() as connection:
        await connection.execute(t.audit_entries.update().values(actor="brook"))
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() is not None


async def test_A5_a_cut_log_with_another_first_entry_is_found_out(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        for number in range(3):
            await work.audit.append(AuditEntry("river", "approve", f"post {number}"), clock() + number * 300 * DAY)
    await Retention(store).run(clock() + 24 * MONTH + DAY)
    async with store.database.write() as connection:
        first = await connection.scalar(sa.select(sa.func.min(t.audit_entries.c.id)))
        await connection.execute(t.audit_entries.delete().where(t.audit_entries.c.id == first))
    async with store.read(in_transaction=True) as work:
        assert await work.audit.verify() is not None


async def test_A5_posts_of_old_campaigns_go_and_their_report_stays(
    drive: CountedCampaign, database_url: str, store: SqlStore
) -> None:
    busy(drive)
    finish(drive, NOW)
    drive.add(t.holds, precinct=75, started_at=NOW, renewed_at=NOW, handle="river", asked_handle="", ended_at=NOW)
    with drive.engine.begin() as connection:
        connection.execute(t.counters.insert().values(name="refused_age", day=date(2026, 11, 25), count=1))
    people = figures(database_url, drive.id, NOW + DAY)["people"]
    await Retention(store).run(NOW + 727 * DAY)
    assert count(drive, t.holds) == count(drive, t.counters) == 1
    await Retention(store).run(NOW + 732 * DAY)
    assert count(drive, t.holds) == count(drive, t.counters) == 0
    assert count(drive, t.posts, t.posts.c.campaign_id == drive.id) == 0
    assert count(drive, t.posts) == 1
    rows = frames.read(database_url, drive.id, NOW + DAY)
    assert {name: len(measure(rows)) for name, measure in metrics.PEOPLE.items()} == people


async def test_A5_numbers_of_a_linked_room_go_two_years_after_their_last_change(
    drive: CountedCampaign, store: SqlStore
) -> None:
    room = drive.room()
    for subject, at in (("post 1", NOW), ("post 2", NOW + 700 * DAY)):
        row = {"room_id": room, "figure": "reactions", "subject": subject, "count": 3, "counted_at": at}
        with drive.engine.begin() as connection:
            connection.execute(t.room_figures.insert().values(row))
    await Retention(store).run(NOW + 727 * DAY)
    assert count(drive, t.room_figures) == 2
    await Retention(store).run(NOW + 732 * DAY)
    assert count(drive, t.room_figures) == 1
    assert count(drive, t.rooms) == 1


async def test_A5_what_was_uploaded_is_forgotten_after_180_days_without_a_new_upload(
    store: SqlStore, clock: FakeClock, drive: CountedCampaign
) -> None:
    await SqlFileIds(store.database, 1, clock).keep("a" * 64, "file")
    await Retention(store).run(clock() + 179 * DAY)
    assert count(drive, t.uploads) == 1
    await Retention(store).run(clock() + 181 * DAY)
    assert count(drive, t.uploads) == 0


async def test_A5_it_says_when_it_ran_and_what_is_overdue(store: SqlStore, clock: FakeClock) -> None:
    await Retention(store).run(clock())
    async with store.read() as work:
        ran = {rule: at for rule, (at, _) in (await work.retention.last_runs()).items()}
    assert overdue(ran, clock() + timedelta(hours=25)) == ()
    assert overdue(ran, clock() + timedelta(hours=27)) == tuple(rule.name for rule in RULES)
    assert overdue({**ran, "audit": clock() - 3 * DAY}, clock()) == ("audit",)
    assert overdue({}, clock()) == tuple(rule.name for rule in RULES)


async def test_A5_stopped_in_the_middle_it_goes_on_where_it_was(
    drive: CountedCampaign, database_url: str, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 5)
    busy(drive)
    before = figures(database_url, drive.id, NOW)
    turns = 0
    # Each rule before takes two, its work and its note; one batch of messages more.
    last = 2 * [rule.name for rule in RULES].index("deliveries") + 2
    real = Database.write

    def stopping(database: Database, **options: Any) -> Any:
        nonlocal turns
        turns += 1
        if turns == last:
            raise KeyboardInterrupt
        return real(database, **options)

    monkeypatch.setattr(Database, "write", stopping)
    with pytest.raises(KeyboardInterrupt):
        await Retention(store).run(NOW + 31 * DAY)
    assert 0 < count(drive, t.deliveries, ~t.deliveries.c.is_room) < 40
    assert figures(database_url, drive.id, NOW) == before
    await Retention(store).run(NOW + 31 * DAY)
    assert count(drive, t.deliveries, ~t.deliveries.c.is_room) == 0
    assert figures(database_url, drive.id, NOW) == before
