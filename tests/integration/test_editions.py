"""Weekly editions: made once, frozen, corrected in the open (safety K3)."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics import editions
from analytics.desk import ReportDesk
from analytics.editions import HIDDEN, coded
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
        second, first = editions.listed(connection, drive.id)
        assert (first.corrected_by, second.corrects, second.reason) == (2, 1, "A school was counted twice.")
        newest = editions.latest(connection, drive.id, "organizer")
    assert newest is not None
    assert newest.week == first.week
    drive.freeze(NOW + WEEK)


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
