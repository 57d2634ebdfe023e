"""Facts and editions where a campaign has nobody, or one, where a precinct split, and where clocks were wrong."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics import content, editions, measures
from analytics.content import Asked
from analytics.editions import HIDDEN
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.store import facts
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, read, recomputed, weeks
from tests.support.counted import LAUNCH, NOW, CountedCampaign

WEEK = timedelta(weeks=1)


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, (103, 105))
    yield campaign
    campaign.engine.dispose()


def test_nobody_yet_and_then_one_person(drive: CountedCampaign) -> None:
    for people in (0, 1):
        found = read(drive)
        assert [sum(one(found).values()) for one in (measures.reached, measures.pledged)] == [people, people]
        assert measures.delivered(found) == sum(measures.outcomes(found, rooms=False).values()) == 0
        assert measures.reproduction(found, 0, NOW.date() + 9 * WEEK).ratio == (0 if people else None)
        assert [*measures.funnel(found).values()] == [*measures.funnel(found).values()][:people]
        drive.freeze(NOW + people * WEEK)
        with drive.engine.connect() as connection:
            report = content.read(connection, Asked(drive.id, "organizer", NOW + people * WEEK))
        assert report.edition is not None
        cells = [figure for table in report.edition.tables.values() for figure in table.cells.values()]
        assert set(cells) == {HIDDEN}
        assert report.harm_rises() == ()
        drive.joined_and_pledged(105, 1, 1)
    assert recomputed(drive) == everything(drive)


def test_a_precinct_that_split_moves_people_and_no_figure_down(drive: CountedCampaign) -> None:
    """Part of 105 became 116 in 2024: whoever says so now counts there, and what was published stays true."""
    drive.joined_and_pledged(105, 40, 30)
    drive.joined_and_pledged(103, 40, 30)
    drive.freeze()
    now_in_116 = sa.select(t.contacts.c.id).where(t.contacts.c.precinct == 105).limit(15)
    change(drive, t.contacts.update().where(t.contacts.c.id.in_(now_in_116)).values(precinct=116))
    found = read(drive)
    assert found.by("reached", "precinct") == {103: 40, 105: 25, 116: 15}
    assert recomputed(drive) == everything(drive)
    drive.freeze(NOW + WEEK)
    with drive.engine.connect() as connection:
        both = [editions.by_number(connection, drive.id, number, "organizer") for number in (1, 2)]
    figures = [[one.figure("reached", key) for key in ("city", "precinct:105")] for one in both]
    assert figures == [[80, 40], [80, 40]]


def test_rows_of_a_clock_that_was_wrong_count_once_and_by_their_own_day(drive: CountedCampaign) -> None:
    """A day ahead, a year ahead, and before the campaign; set right again, the same person is no second one."""
    early, late = drive.person(105, days=-400), drive.person(105, days=400)
    for day in (-30, 0, 1, 365):
        moment = LAUNCH + timedelta(days=day)
        occurrence = drive.occurrence(moment)
        for contact in (early, late):
            drive.action(contact, "tap", drive.id, day=moment.date())
            drive.delivery(occurrence, contact)
    drive.pledge(early, 105, pledged_at=LAUNCH + timedelta(days=365))
    drive.action(early, "opt_out", precinct=105, day=(LAUNCH - timedelta(days=30)).date())
    found, of_weeks = read(drive), weeks(drive)
    assert [found.total(name) for name in ("reached", "delivered_people", "pledged", "opt_outs")] == [2, 2, 1, 0]
    assert measures.delivered(found) == 8
    assert measures.closed_week(of_weeks, LAUNCH.date()) == {}
    assert measures.closed_week(of_weeks, LAUNCH.date() + WEEK)["engaged"] == 2
    assert measures.closed_week(of_weeks, LAUNCH.date() + timedelta(days=372))["engaged"] == 2
    assert recomputed(drive) == everything(drive)


async def test_a_rebuild_that_the_database_ends_says_so_and_can_be_run_again(
    drive: CountedCampaign, store: SqlStore
) -> None:
    """One error, whichever of the steps side by side it was."""
    drive.joined_and_pledged(105, 3, 2)
    before = everything(drive)
    seen: list[tuple[int, int]] = []
    with drive.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE pledges RENAME TO away")
    with pytest.raises((StoreUnavailable, sa.exc.ProgrammingError)):
        await facts.rebuild(store.database, lambda done, total: seen.append((done, total)))
    with drive.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO pledges")
    total = await facts.rebuild(store.database, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (total, total)
    assert everything(drive) == before
