"""The next free time for a post that missed its own."""

from datetime import date, datetime, time, timedelta

import pytest

from campaign_engine.domain.schedule import Schedule, to_utc
from campaign_engine.domain.slots import DAYS_AHEAD, busy_days, has_passed, next_free_slot
from campaign_engine.domain.windows import DEFAULT_HOURS

FIRST = datetime.fromisoformat("2026-12-01T16:30")  # a Tuesday
SCHEDULE = Schedule(FIRST)


def slot(now: str, *taken: str, schedule: Schedule = SCHEDULE) -> datetime | None:
    days = {date.fromisoformat(day) for day in taken}
    return next_free_slot(schedule, days, to_utc(datetime.fromisoformat(now)))


@pytest.mark.parametrize(
    ("now", "taken", "expected"),
    [
        ("2026-12-01T16:31", (), "2026-12-01T17:45"),
        ("2026-12-01T18:16", (), "2026-12-02T16:30"),
        ("2026-12-01T18:50", (), "2026-12-02T16:30"),
        ("2026-12-01T16:31", ("2026-12-01", "2026-12-02"), "2026-12-03T16:30"),
        ("2026-12-05T02:00", (), "2026-12-05T16:30"),
        ("2026-12-01T22:59", ("2026-12-02",), "2026-12-03T16:30"),
    ],
)
def test_S1_the_next_free_time_leaves_time_to_read_and_lies_in_the_window(
    now: str, taken: tuple[str, ...], expected: str
) -> None:
    found = slot(now, *taken)
    assert found is not None
    assert found == datetime.fromisoformat(expected)
    assert DEFAULT_HOURS.is_allowed(to_utc(found))
    assert to_utc(found) - to_utc(datetime.fromisoformat(now)) >= timedelta(hours=1)


def test_S1_a_time_of_day_that_no_window_has_becomes_its_first_moment() -> None:
    early = Schedule(datetime.fromisoformat("2026-12-05T11:00"))  # a Saturday, when the window begins earlier
    assert slot("2026-12-07T08:00", schedule=early) == datetime.fromisoformat("2026-12-07T15:00")


def test_S1_nothing_is_offered_when_every_day_is_taken() -> None:
    every = [str(date(2026, 12, 1) + timedelta(days=ahead)) for ahead in range(DAYS_AHEAD)]
    assert slot("2026-12-01T17:00", *every) is None


def test_a_weekly_post_has_passed_only_after_its_last_time() -> None:
    weekly = Schedule(FIRST, (1,), date(2026, 12, 8))
    assert not has_passed(weekly, to_utc(datetime.combine(date(2026, 12, 8), time(16, 29))))
    assert has_passed(weekly, to_utc(datetime.combine(date(2026, 12, 8), time(16, 30))))
    assert busy_days([weekly], to_utc(datetime.fromisoformat("2026-12-02T00:00"))) == {date(2026, 12, 8)}
