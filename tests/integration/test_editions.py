"""Weekly editions: made once, frozen, corrected in the open (safety K3)."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics import closed_week, editions
from analytics.closed_week import ToDate
from analytics.desk import ReportDesk
from analytics.editions import HIDDEN, coded
from analytics.rooms import RoomTables
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.services.editions import WeeklyEditions
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.counted import NOW, CountedCampaign

WEEK = timedelta(weeks=1)


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, (44, 73, 75))
    yield campaign
    campaign.engine.dispose()


def pledged(drive: CountedCampaign, number: int, key: str = "city") -> editions.Figure:
    with drive.engine.connect() as connection:
        return editions.by_number(connection, drive.id, number, "public").figure("pledged", key)


def test_K3_an_edition_stays_and_a_figure_moves_by_ten_or_more(drive: CountedCampaign) -> None:
    drive.joined_and_pledged(75, 30, 20)
    drive.freeze()
    drive.joined_and_pledged(75, 9, 9)
    drive.freeze(NOW + WEEK)
    drive.joined_and_pledged(75, 5, 5)
    drive.freeze(NOW + 2 * WEEK)
    assert [pledged(drive, number) for number in (1, 2, 3)] == [20, 20, 34]
    with pytest.raises(NotFound):
        drive.freeze(NOW + 2 * WEEK)
    with pytest.raises(NotFound):
        pledged(drive, 4)


def test_K3_whoever_is_deleted_changes_no_edition(drive: CountedCampaign) -> None:
    drive.joined_and_pledged(75, 30, 20)
    drive.joined_and_pledged(73, 1, 1)
    drive.freeze()
    with drive.engine.begin() as connection:
        people = sa.select(t.pledges.c.contact_id).limit(15)
        connection.execute(t.contacts.delete().where(t.contacts.c.id.in_(people)))
    drive.freeze(NOW + WEEK)
    assert pledged(drive, 1) == pledged(drive, 2)
    assert pledged(drive, 2, "precinct:73") == HIDDEN


def test_K3_a_correction_stands_beside_the_edition_it_corrects(drive: CountedCampaign) -> None:
    drive.joined_and_pledged(75, 60, 50)
    drive.freeze()
    with drive.engine.begin() as connection:
        connection.execute(t.people_facts.update().values(people=t.people_facts.c.people - 25))
    drive.freeze(NOW + timedelta(days=1), "A school was counted twice.")
    assert (pledged(drive, 1), pledged(drive, 2)) == (50, 25)
    with drive.engine.connect() as connection:
        second, first = editions.listed(connection, drive.id, "public")
        assert (first.corrected_by, second.corrects, second.reason) == (2, 1, "A school was counted twice.")
        newest = editions.latest(connection, drive.id, "organizer")
    assert newest is not None
    assert newest.week == first.week
    drive.freeze(NOW + WEEK)


def test_K3_a_clock_that_is_behind_makes_no_edition_in_place_of_a_later_one(drive: CountedCampaign) -> None:
    drive.joined_and_pledged(75, 60, 50)
    drive.freeze(NOW + WEEK)
    with pytest.raises(InvalidInput) as refused:
        drive.freeze(NOW, "A school was counted twice.")
    assert refused.value.code == "clock_behind"
    with drive.engine.connect() as connection:
        assert [one.number for one in editions.listed(connection, drive.id, "public")] == [1]


def test_P3_a_site_has_the_editions_from_its_first_on(drive: CountedCampaign) -> None:
    first = drive.site(75)
    drive.joined_and_pledged(75, 40, 30, first)
    drive.freeze()
    later = drive.site(73, "Newer High")
    drive.joined_and_pledged(73, 40, 30, later)
    drive.freeze(NOW + WEEK)
    with drive.engine.connect() as connection:
        links = editions.listed(connection, drive.id, "site")
        assert [one.number for one in links if one.has(first)] == [2, 1]
        assert [one.number for one in links if one.has(later)] == [2]
        assert all(one.has(None) for one in editions.listed(connection, drive.id, "public"))


def test_K3_the_closed_week_and_the_rooms_are_frozen_with_it(drive: CountedCampaign) -> None:
    """Forty come in a week of thirty; twenty of these act again, twice each."""
    sundays = [datetime(2026, 11, 29, 6, tzinfo=UTC) + number * WEEK for number in range(3)]
    earlier = [drive.person(75) for _ in range(30)]
    for contact in earlier:
        drive.action(contact, "join", drive.id, day=date(2026, 11, 28), precinct=75)
    drive.came_back(drive.room(), "reactions", 34)
    first = drive.freeze(sundays[0])
    assert first.public_week == {}, "of how many it is the growth is not known yet"
    for number in range(40):
        drive.action(
            drive.person(75, days=7), "join", drive.id, day=date(2026, 11, 29 if number % 2 else 30), precinct=75
        )
    for contact in earlier[:20]:
        for day in (1, 5):
            drive.action(contact, "tap", drive.id, day=date(2026, 12, day), precinct=75)
    drive.action(earlier[29], "tap", drive.id, day=date(2026, 12, 6), precinct=75)
    second = drive.freeze(sundays[1])
    assert second.public_week == second.organizer_week == {"reached": 60}
    drive.freeze(sundays[2])
    with drive.engine.connect() as connection:
        read = [editions.by_number(connection, drive.id, number, "public") for number in (1, 2, 3)]
    assert [one.closed_week["reached"] for one in read] == [HIDDEN, 60, HIDDEN]
    rooms = RoomTables.from_json(read[0].rooms)
    assert rooms is not None
    assert rooms.figure("room_reactions", "city") == 30
    assert RoomTables.from_json({}) is None


def test_K2_a_closed_week_is_shown_only_where_its_difference_to_date_tells_of_nobody() -> None:
    def to_date(**grown: int) -> dict[str, ToDate]:
        return {measure: ToDate(True, count) for measure, count in grown.items()}

    week = {"reached": 50, "engaged": 40, "joined": 30, "pledged": 25}
    grown = to_date(reached=30, engaged=20, joined=15, pledged=12)
    assert closed_week.shown(week, grown, 10) == week
    assert closed_week.shown(week, {**grown, "reached": ToDate(False, 30)}, 10) == {}
    few_came_again = {**grown, **to_date(engaged=31)}
    assert closed_week.shown(week, few_came_again, 10) == {"reached": 50, "joined": 30}
    hidden = {**week, "reached": 40, "engaged": 39}
    assert closed_week.shown(hidden, few_came_again, 10) == {"reached": 40, "joined": 30}, "engaged may be 31 to 40"
    hidden["reached"] = 39
    assert closed_week.shown(hidden, {**few_came_again, **to_date(reached=29)}, 10) == {}, "it would be 31 to 39"


async def test_two_clocks_make_one_edition_and_a_reason_is_needed(
    drive: CountedCampaign, database_url: str, store: SqlStore, tmp_path: Path
) -> None:
    clock = FakeClock(NOW + WEEK)
    drive.joined_and_pledged(75, 30, 20)
    two = [WeeklyEditions(store, clock, ReportDesk(database_url, tmp_path, clock, store)) for _ in range(2)]
    assert sorted(await asyncio.gather(*(one.tick() for one in two))) == [0, 1]
    assert pledged(drive, 1) == 20
    assert await two[0].tick() == 0
    with pytest.raises(InvalidInput):
        await two[0].correct(drive.id, "  ")
    corrected = await two[0].correct(drive.id, "A test.")
    assert (corrected.number, corrected.corrects) == (2, 1)


def test_K1_rates_of_hidden_cells_are_hidden_and_extremes_are_coded() -> None:
    assert coded(HIDDEN, 20) == coded(10, HIDDEN) == HIDDEN
    assert coded(96, 100) == "over 95 %"
    assert coded(10, 1000) == "under 5 %"
    assert (coded(95, 100), coded(5, 100)) == (0.95, 0.05)
