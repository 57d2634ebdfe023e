"""New York wall-clock time over both DST changes, weekly rules and windows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import Schedule, to_utc, to_wall
from campaign_engine.domain.windows import DEFAULT_HOURS


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall_time", "moment"),
    [
        ("2026-03-07T16:00", "2026-03-07T21:00"),
        ("2026-03-08T01:59", "2026-03-08T06:59"),
        ("2026-03-08T02:30", "2026-03-08T07:30"),  # skipped by the spring change: 3:30
        ("2026-03-08T16:00", "2026-03-08T20:00"),
        ("2026-10-31T16:00", "2026-10-31T20:00"),
        ("2026-11-01T01:30", "2026-11-01T05:30"),  # happens twice: the first time
        ("2026-11-01T16:00", "2026-11-01T21:00"),
    ],
)
def test_S4_wall_clock_times_are_right_over_both_changes(wall_time: str, moment: str) -> None:
    assert to_utc(wall(wall_time)) == utc(moment)


@given(st.datetimes(min_value=datetime.fromisoformat("2020-01-01"), max_value=datetime.fromisoformat("2035-01-01")))
def test_every_wall_clock_time_comes_back_except_in_the_skipped_hour(moment: datetime) -> None:
    back = to_wall(to_utc(moment))
    assert back == moment or (back - moment == timedelta(hours=1) and moment.month == 3 and moment.hour == 2)


def test_a_weekly_rule_keeps_its_hour_over_the_change() -> None:
    schedule = Schedule(wall("2026-10-27T16:00"), (1, 3), date(2026, 11, 5))
    due = list(schedule.due(utc("2026-10-27T00:00"), utc("2026-12-01T00:00")))
    assert [pair[0].day for pair in due] == [27, 29, 3, 5]
    assert {pair[0].hour for pair in due} == {16}
    assert [pair[1].hour for pair in due] == [20, 20, 21, 21]


def test_what_is_due_lies_after_the_one_bound_and_up_to_the_other() -> None:
    schedule = Schedule(wall("2026-12-01T16:00"))
    moment = to_utc(wall("2026-12-01T16:00"))
    assert list(schedule.due(moment - timedelta(seconds=1), moment)) == [(wall("2026-12-01T16:00"), moment)]
    assert not list(schedule.due(moment, moment + timedelta(days=9)))
    assert not list(schedule.due(moment - timedelta(days=1), moment - timedelta(seconds=1)))


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 60),
    st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 1, 1)),
)
def test_a_weekly_rule_fires_on_its_weekdays_only_in_order_and_comes_back_from_json(
    weekdays: set[int], days: int, first: date
) -> None:
    start = datetime.combine(first, datetime.min.time().replace(hour=16))
    try:
        schedule = Schedule(start, tuple(sorted(weekdays)), first + timedelta(days=days))
    except InvalidInput:
        assert not any((first + timedelta(days=step)).weekday() in weekdays for step in range(days + 1))
        return
    walls = list(schedule.walls())
    assert walls == sorted(set(walls))
    assert {one.weekday() for one in walls} <= weekdays
    assert len(walls) == sum((first + timedelta(days=step)).weekday() in weekdays for step in range(days + 1))
    assert Schedule.from_json(schedule.as_json()) == schedule


@pytest.mark.parametrize(
    ("first", "weekdays", "until"),
    [
        ("2026-12-01T16:00", (1,), None),
        ("2026-12-01T16:00", (1,), date(2026, 11, 30)),
        ("2026-12-01T16:00", (0,), date(2026, 12, 5)),
        ("2026-12-01T16:00", (7,), date(2026, 12, 30)),
        ("2026-12-01T16:00+00:00", (), None),
    ],
)
def test_a_rule_that_can_never_fire_is_refused(first: str, weekdays: tuple[int, ...], until: date | None) -> None:
    with pytest.raises(InvalidInput):
        Schedule(wall(first), weekdays, until)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [("2026-11-24", "15:00", "19:30"), ("2026-11-28", "11:00", "19:30"), ("2026-11-29", "11:00", "19:30")],
)
def test_S4_the_window_of_a_day(day: str, first: str, last: str) -> None:
    assert [time.isoformat("minutes") for time in DEFAULT_HOURS.window_for(date.fromisoformat(day))] == [first, last]


@given(st.datetimes(min_value=datetime.fromisoformat("2026-01-01"), max_value=datetime.fromisoformat("2028-01-01")))
def test_S4_nothing_leaves_between_midnight_and_six_on_any_day(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    if DEFAULT_HOURS.is_allowed(aware):
        assert 11 <= to_wall(aware).hour <= 19


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_S4_the_window_opens_and_closes_by_the_wall_clock_on_the_days_of_the_change(day: str) -> None:
    allowed = [to_utc(wall(f"{day}T{hour:02}:{minute:02}")) for hour in range(24) for minute in (0, 30)]
    walls = [to_wall(moment).strftime("%H:%M") for moment in allowed if DEFAULT_HOURS.is_allowed(moment)]
    assert (walls[0], walls[-1], len(walls)) == ("11:00", "19:00", 17)
