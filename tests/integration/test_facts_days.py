"""Days and weeks of facts are New York's, on both sides of every change of its clocks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import tables as t
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.fact_rules import POSTGRES, SQLITE
from tests.support.books import everything, read, recomputed
from tests.support.counted import LAUNCH, CountedCampaign

HOUR, SPLIT_SECOND = timedelta(hours=1), timedelta(microseconds=1)


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, (44, 75))
    yield campaign
    campaign.engine.dispose()


def changes_of_the_clock(first: int, last: int) -> Iterator[datetime]:
    hours = (datetime(first, 1, 1, tzinfo=UTC) + number * HOUR for number in range(24 * 366 * (last + 1 - first)))
    for before, after in pairwise(hours):
        if to_wall(after) - to_wall(before) != HOUR:
            yield after


def hours_around(change: datetime) -> Iterator[datetime]:
    """Four days before it to four days after, to the hour and just before."""
    for number in range(-96, 97):
        yield change + number * HOUR
        yield change + number * HOUR - SPLIT_SECOND


def sunday_of(moment: datetime) -> datetime:
    day = to_wall(moment)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def test_days_are_new_yorks_over_every_change_of_its_clocks(drive: CountedCampaign) -> None:
    words = SQLITE if drive.engine.dialect.name == "sqlite" else POSTGRES
    changes = list(changes_of_the_clock(2020, 2045))
    assert len(changes) == 52
    moments = sa.Table("moments", sa.MetaData(), sa.Column("at", UtcDateTime), prefixes=["TEMPORARY"])
    day, week = (sa.literal_column(form.replace("$at", "moments.at"), sa.Date) for form in (words.day, words.week))
    found = sa.select(moments.c.at, day, week)
    with drive.engine.begin() as connection:
        moments.create(connection)
        connection.execute(moments.insert(), [{"at": at} for change in changes for at in hours_around(change)])
        rows = [tuple(row) for row in connection.execute(found)]
    assert len(rows) == 52 * 193 * 2
    assert rows == [(at, to_wall(at).date(), sunday_of(at).date()) for at, _, _ in rows]


@pytest.mark.parametrize("sunday", [datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 11, 7, tzinfo=UTC)])
def test_people_and_leavers_of_a_weekend_of_change_count_by_its_own_days(
    drive: CountedCampaign, sunday: datetime
) -> None:
    """Who came near midnight before the Sunday counts to the week that New York was in; a campaign ends by its day."""
    midnights = [sunday + timedelta(days=day, hours=hour) for day in (-6, 0, 1, 7, 8) for hour in (3, 4, 5)]
    for moment in midnights:
        contact = drive.person(44, days=(moment - LAUNCH) / timedelta(days=1))
        drive.action(contact, "tap", drive.id, day=to_wall(moment).date())
    weeks = [sunday_of(moment).date() for moment in midnights]
    assert read(drive).by("reached", "week") == {week: weeks.count(week) for week in weeks}
    end = sunday + timedelta(days=1, hours=4, minutes=30)
    with drive.engine.begin() as connection:
        connection.execute(t.campaigns.update().values(finished_at=end))
    last = to_wall(end).date()
    for day in (last, last + timedelta(days=1)):
        drive.action(drive.person(44), "opt_out", precinct=44, day=day)
    assert read(drive).total("opt_outs") == 1
    before = everything(drive)
    assert recomputed(drive) == before
