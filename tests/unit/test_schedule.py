"""New York wall-clock time over both DST changes, weekly rules, series of an event and windows."""

import itertools
import os
import time as machine
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import NEW_YORK, Around, Schedule, to_utc, to_wall
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


ZONES = (
    *("America/New_York", "America/St_Johns", "America/Santiago", "Europe/London", "Africa/Casablanca"),
    *("Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland"),
)
"""Changes of an hour and of half an hour, in both halves of the earth, at midnight, and none at all."""

walls = st.datetimes(min_value=datetime.fromisoformat("2024-01-01"), max_value=datetime.fromisoformat("2030-01-01"))


def near_a_change(zone: ZoneInfo) -> list[datetime]:
    """Wall-clock times around each change of these years."""
    hours = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=step) for step in range(24 * 366 * 3)]
    changes = [
        one.astimezone(zone).replace(tzinfo=None)
        for one, after in itertools.pairwise(hours)
        if one.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]
    return [change + timedelta(minutes=15 * step) for change in changes for step in range(-8, 13)]


def check(wall_time: datetime, zone: ZoneInfo) -> None:
    """Against every moment of two days that a clock of the zone could show it at."""
    moment = to_utc(wall_time, zone)
    around = [wall_time.replace(tzinfo=UTC) + timedelta(minutes=15 * step) for step in range(-96, 97)]
    shown = [one for one in around if to_wall(one, zone) == wall_time]
    if shown:
        assert moment == shown[0], "the first time, where it is shown twice"
        return
    before, after = (to_wall(moment + step, zone) for step in (-timedelta(hours=3), timedelta()))
    gap = after - wall_time
    assert timedelta() < gap <= timedelta(hours=1), "moved on by what was skipped"
    assert after - before > timedelta(hours=3)


@pytest.mark.parametrize("name", ZONES)
def test_S4_every_quarter_around_every_change_of_every_zone_is_one_moment(name: str) -> None:
    for wall_time in near_a_change(ZoneInfo(name)):
        check(wall_time, ZoneInfo(name))


@given(walls, st.sampled_from(ZONES))
def test_S4_a_wall_clock_time_of_any_zone_is_one_moment(wall_time: datetime, name: str) -> None:
    check(wall_time.replace(minute=wall_time.minute // 15 * 15, second=0, microsecond=0), ZoneInfo(name))


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    machine.tzset()
    try:
        yield
    finally:
        del os.environ["TZ"]
        if before is not None:
            os.environ["TZ"] = before
        machine.tzset()


@given(walls, st.sampled_from(ZONES))
def test_S4_the_zone_of_the_machine_does_not_matter(wall_time: datetime, name: str) -> None:
    schedule = Schedule(wall_time, tuple(range(7)), wall_time.date() + timedelta(days=9))
    bounds = (to_utc(wall_time) - timedelta(days=1), to_utc(wall_time) + timedelta(days=20))
    here = list(schedule.due(*bounds))
    with machine_in(name):
        assert list(schedule.due(*bounds)) == here
        assert [to_wall(moment) == wall for wall, moment in here] == [to_wall(to_utc(wall)) == wall for wall, _ in here]
        assert all(DEFAULT_HOURS.opens(moment) >= moment for _, moment in here)
    assert NEW_YORK.key == "America/New_York"


EVENT = wall("2026-12-05T17:00")
"""A Saturday."""


def test_F10_a_series_writes_on_days_around_its_event_and_comes_back_from_json() -> None:
    schedule = Schedule.of_event(Around(12, EVENT, (-3, 1, 0)), time(16))
    assert [one.isoformat() for one in schedule.walls()] == [
        "2026-12-02T16:00:00",
        "2026-12-05T16:00:00",
        "2026-12-06T16:00:00",
    ]
    assert Schedule.from_json(schedule.as_json()) == Schedule.of_event(Around(12, EVENT, (-3, 0, 1)), time(16))
    assert "around" not in Schedule(EVENT).as_json(), "older contents keep the hash that was approved"


@pytest.mark.parametrize(
    ("days", "at", "code"), [((0,), 17, "after_event"), ((), 16, "no_series_day"), ((-31,), 16, "no_series_day")]
)
def test_a_series_that_cannot_be_is_refused(days: tuple[int, ...], at: int, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Schedule.of_event(Around(12, EVENT, days), time(at))
    assert refused.value.code == code


def moved(schedule: Schedule, to: str, now: str) -> list[str]:
    fits = lambda one: DEFAULT_HOURS.is_allowed(to_utc(one))  # noqa: E731
    after = schedule.moved(wall(to), to_utc(wall(now)), fits, DEFAULT_HOURS.school_day[0])
    return [] if after is None else [one.isoformat(timespec="minutes") for one in after.walls()]


def test_F10_a_moved_event_takes_along_what_has_not_fired() -> None:
    schedule = Schedule.of_event(Around(12, EVENT, (-3, 0, 1)), time(16))
    assert moved(schedule, "2026-12-12T18:00", "2026-12-01T12:00") == [
        "2026-12-09T16:00", "2026-12-12T16:00", "2026-12-13T16:00"
    ]  # fmt: skip
    assert moved(schedule, "2026-12-12T18:00", "2026-12-03T12:00") == ["2026-12-12T16:00", "2026-12-13T16:00"], (
        "what fired three days before the old day does not fire again"
    )
    assert moved(schedule, "2026-12-05T15:00", "2026-12-03T12:00") == ["2026-12-06T16:00"], "the event began before it"
    assert moved(schedule, "2026-12-04T18:00", "2026-12-03T12:00") == ["2026-12-04T16:00", "2026-12-05T16:00"]
    assert moved(schedule, "2026-12-12T18:00", "2026-12-07T12:00") == []
    assert moved(Schedule(EVENT), "2026-12-12T18:00", "2026-12-01T12:00") == []
    early = Schedule.of_event(Around(12, EVENT, (0, 1)), time(11, 30))
    assert moved(early, "2026-12-11T18:00", "2026-12-01T12:00") == ["2026-12-11T15:00", "2026-12-12T15:00"], (
        "not in school hours"
    )


@given(
    st.sets(st.integers(-30, 14), min_size=1, max_size=5), st.integers(11, 19), walls, walls, walls,
)  # fmt: skip
def test_F10_moving_never_brings_back_what_fired_and_nothing_is_in_the_past(
    days: set[int], hour: int, event: datetime, to: datetime, now: datetime
) -> None:
    try:
        schedule = Schedule.of_event(Around(1, event, tuple(days)), time(hour))
    except InvalidInput:
        return
    fits = lambda one: DEFAULT_HOURS.is_allowed(to_utc(one))  # noqa: E731
    after = schedule.moved(to, to_utc(now), fits, DEFAULT_HOURS.school_day[0])
    if after is None:
        return
    assert after.around is not None
    assert schedule.around is not None
    fired = {day for day, one in schedule.around.walls(schedule.at) if to_utc(one) <= to_utc(now)}
    assert not fired.intersection(after.around.days)
    assert all(to_utc(one) > to_utc(now) for one in after.walls())
    assert list(after.walls()) == sorted(after.walls())
