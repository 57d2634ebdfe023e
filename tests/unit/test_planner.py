"""Every reason why one message may not leave at one moment, to the second."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.planner import LOOK_AGAIN, Facts, Priority, Reason, Verdict, priority_of, verdict
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.school_calendar import Days, SchoolCalendar
from campaign_engine.domain.windows import SendingHours
from tests.support.clock import START

R = Reason
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FACTS = Facts(stale_at=START + 3 * HOUR)
"""A campaign post at 4 pm on a school day, to somebody who got nothing for a week."""


def wall(text: str) -> datetime:
    """New York wall-clock time."""
    return datetime.fromisoformat(text)


def told(moment: datetime = START, hours: SendingHours | None = None, **changed: Any) -> Verdict:
    return verdict(replace(FACTS, **changed), moment, hours or SendingHours())


def waits(reason: Reason, again_at: datetime) -> Verdict:
    return Verdict(may=False, reason=reason, again_at=again_at)


def never(reason: Reason) -> Verdict:
    return Verdict(may=False, reason=reason, final=True)


def test_with_nothing_against_it_it_leaves() -> None:
    assert told() == Verdict(may=True)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"campaign_status": CampaignStatus.CANCELLED}, never(R.CANCELLED)),
        ({"campaign_status": CampaignStatus.FINISHED}, never(R.FINISHED)),
        ({"approved": False}, never(R.EDITED)),
        ({"opted_out": True}, never(R.OPTED_OUT)),
        ({"consented": False}, never(R.NO_CONSENT)),
        ({"reachable": False}, never(R.UNREACHABLE)),
        ({"paused_until": START + SECOND}, never(R.PAUSED)),
        ({"stale_at": START}, never(R.STALE)),
        ({"stopped": True}, waits(R.STOPPED, START + timedelta(minutes=1))),
        ({"campaign_status": CampaignStatus.PAUSED}, waits(R.CAMPAIGN_PAUSED, START + timedelta(minutes=1))),
        ({"held_until": START + HOUR}, waits(R.HELD, START + HOUR)),
        ({"approved_at": START}, waits(R.CANCEL_WINDOW, START + timedelta(minutes=10))),
        ({"sent": (START - DAY, START - 6 * DAY)}, never(R.CAPPED)),
        ({"sent": (START - HOUR,)}, never(R.CAPPED)),
        ({"sent": (START - 19 * HOUR,)}, waits(R.TOO_SOON, START + HOUR)),
        ({"sent": (START - DAY, START - 7 * DAY + HOUR)}, waits(R.CAPPED, START + HOUR)),
    ],
)
def test_C6_C7_S1_S3_S5_S6_each_reason(changed: dict[str, Any], expected: Verdict) -> None:
    assert told(**changed) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"paused_until": START},
        {"held_until": START},
        {"stale_at": START + SECOND},
        {"approved_at": START - timedelta(minutes=10)},
        {"sent": (START - 20 * HOUR,)},
        {"sent": (START - 7 * DAY, START - DAY)},
        {"sent": (START - DAY, START - 2 * DAY), "aftermath_near": True},
        {"sent": (START - HOUR, START - 2 * HOUR), "is_room": True},
    ],
)
def test_S3_S5_S6_what_is_just_over_keeps_nothing_back(changed: dict[str, Any]) -> None:
    assert told(**changed).may


@pytest.mark.parametrize(
    "changed",
    [
        {"approved_at": START - timedelta(minutes=10) + SECOND},
        {"sent": (START - 20 * HOUR + SECOND,)},
        {"sent": (START - 7 * DAY + SECOND, START - DAY)},
        {"sent": (START - DAY, START - 2 * DAY, START - 3 * DAY), "aftermath_near": True},
        {"sent": (START - HOUR,), "aftermath_near": True},
    ],
)
def test_S3_S5_one_second_before_it_still_does(changed: dict[str, Any]) -> None:
    assert not told(**changed).may


def test_S5_a_step_of_a_series_waits_where_a_campaign_post_is_suppressed() -> None:
    week = (START - DAY, START - 2 * DAY)
    assert told(sent=week) == never(R.CAPPED)
    again_at = START + 5 * DAY
    assert told(sent=week, priority=Priority.SERIES) == waits(R.CAPPED, again_at)
    assert told(again_at, sent=week, priority=Priority.SERIES, stale_at=again_at + HOUR).may


def test_S5_what_waits_for_the_cap_waits_for_the_window_too() -> None:
    evening = START + 3 * HOUR
    facts: dict[str, Any] = {"sent": (evening - 19 * HOUR,), "stale_at": evening + 3 * DAY}
    assert told(evening, **facts) == waits(R.TOO_SOON, to_utc(wall("2026-11-25T15:00")))


def test_S5_the_order_in_which_messages_compete() -> None:
    kinds = [CampaignKind.AFTERMATH, CampaignKind.AWARENESS, CampaignKind.SERIES, CampaignKind.FOLLOW_UP]
    of_kinds = [Priority.AFTERMATH, Priority.CAMPAIGN, Priority.SERIES, Priority.FOLLOW_UP]
    assert [priority_of(kind) for kind in kinds] == of_kinds
    assert sorted(Priority) == [
        Priority.CANCELLATION, Priority.AFTERMATH, Priority.CAMPAIGN, Priority.OWN_AREA, Priority.SERIES,
        Priority.FOLLOW_UP,
    ]  # fmt: skip


def test_nobody_is_asked_about_a_plan_while_their_area_grieves() -> None:
    assert told(priority=Priority.FOLLOW_UP, aftermath_near=True) == waits(R.HELD, START + LOOK_AGAIN)
    assert told(priority=Priority.FOLLOW_UP).may
    assert told(priority=Priority.SERIES, aftermath_near=True).may


def test_S9_a_cancelled_event_is_told_at_once_whatever_else_waits() -> None:
    night = to_utc(wall("2026-11-24T03:00"))
    urgent: dict[str, Any] = {
        "priority": Priority.CANCELLATION,
        "approved": False,
        "approved_at": night,
        "campaign_status": CampaignStatus.CANCELLED,
        "held_until": night + DAY,
        "sent": (night - HOUR, night - 2 * HOUR),
        "stopped": True,
    }
    assert told(night, **urgent).may
    assert told(night, **urgent, opted_out=True) == never(R.OPTED_OUT)


@pytest.mark.parametrize(
    ("wall", "may", "opens"),
    [
        ("2026-11-24T14:59:59", False, "2026-11-24T15:00"),
        ("2026-11-24T15:00:00", True, ""),
        ("2026-11-24T19:29:59", True, ""),
        ("2026-11-24T19:30:00", False, "2026-11-25T15:00"),
        ("2026-11-28T10:59:59", False, "2026-11-28T11:00"),
        ("2026-11-28T11:00:00", True, ""),
        ("2026-11-27T23:00:00", False, "2026-11-28T11:00"),
        ("2026-11-24T00:00:00", False, "2026-11-24T15:00"),
        ("2026-11-24T05:59:59", False, "2026-11-24T15:00"),
        ("2026-11-01T01:30:00", False, "2026-11-01T11:00"),
        ("2027-03-14T01:59:59", False, "2027-03-14T11:00"),
        ("2027-03-13T19:30:00", False, "2027-03-14T11:00"),
        ("2026-10-31T19:30:00", False, "2026-11-01T11:00"),
    ],
)
def test_S4_the_window_to_the_second_and_over_both_changes_of_the_clock(wall: str, may: bool, opens: str) -> None:
    moment = to_utc(datetime.fromisoformat(wall))
    found = told(moment, stale_at=moment + 30 * DAY)
    assert found.may is may
    if not may:
        assert found == waits(R.WINDOW, to_utc(datetime.fromisoformat(opens)))


MOMENTS = st.datetimes(wall("2026-01-01T00:00"), wall("2028-01-01T00:00")).map(lambda one: one.replace(tzinfo=UTC))


@given(MOMENTS, st.sampled_from([one for one in Priority if one is not Priority.CANCELLATION]), st.booleans())
def test_S4_nothing_leaves_at_night_whatever_it_is(moment: datetime, priority: Priority, is_room: bool) -> None:
    found = told(moment, priority=priority, is_room=is_room, stale_at=moment + 30 * DAY)
    if found.may:
        assert time(11) <= to_wall(moment).time() < time(19, 30)
    else:
        assert found.again_at is not None
        assert moment < found.again_at <= moment + 2 * DAY
        assert told(found.again_at, priority=priority, is_room=is_room, stale_at=moment + 30 * DAY).may


@given(st.lists(st.integers(0, 14 * 24 * 60), min_size=1, max_size=60), st.booleans())
def test_S5_at_most_two_in_any_seven_days_and_twenty_hours_apart(minutes: list[int], aftermath: bool) -> None:
    sent: list[datetime] = []
    for minute in sorted(minutes):
        moment = START + timedelta(minutes=minute)
        facts: dict[str, Any] = {"sent": tuple(sent), "aftermath_near": aftermath, "stale_at": moment + 3 * HOUR}
        if told(moment, **facts).may:
            sent.append(moment)
    most = 3 if aftermath else 2
    assert all(later - sooner >= 20 * HOUR for sooner, later in itertools.pairwise(sent))
    assert all(later - sooner >= 7 * DAY for sooner, later in zip(sent, sent[most:], strict=False))


RECESS = SchoolCalendar(
    terms=(
        Days("2026-27", date(2026, 9, 10), date(2027, 6, 25)),
        Days("2027-28", date(2027, 9, 9), date(2028, 6, 26)),
    ),
    days_off=(Days("Recess", date(2026, 12, 24), date(2027, 1, 1)),),
)


@pytest.mark.parametrize(
    ("day", "is_school_day"),
    [
        ("2026-11-24", True),
        ("2026-11-28", False),
        ("2026-12-23", True),
        ("2026-12-24", False),
        ("2027-01-01", False),
        ("2027-01-04", True),
        ("2027-06-25", True),
        ("2027-06-28", False),
        ("2027-09-08", False),
        ("2027-09-09", True),
        ("2028-07-03", True),
        ("2026-08-03", True),
    ],
)
def test_S4_a_weekday_that_no_calendar_takes_off_is_a_school_day(day: str, is_school_day: bool) -> None:
    assert RECESS.is_school_day(date.fromisoformat(day)) is is_school_day


def test_S4_a_day_off_opens_at_eleven() -> None:
    morning = to_utc(wall("2026-12-28T11:00"))
    facts: dict[str, Any] = {"stale_at": morning + DAY}
    assert told(morning, SendingHours(RECESS), **facts).may
    assert told(morning, SendingHours(), **facts).reason is R.WINDOW


def test_S4_hours_can_be_made_fewer_and_not_more() -> None:
    narrow = SendingHours(school_day=(time(16), time(18)))
    assert told(START - SECOND, narrow) == waits(R.WINDOW, START)
    assert told(START, narrow).may
    for wider in ({"school_day": (time(14, 59), time(18))}, {"other_day": (time(11), time(19, 31))},
                  {"other_day": (time(12), time(12))}):  # fmt: skip
        with pytest.raises(InvalidInput, match="at most"):
            SendingHours(**wider)  # type: ignore[arg-type]  # one of two fields


def test_S5_who_asked_for_one_a_week_gets_one_also_near_an_aftermath() -> None:
    once = Facts(stale_at=START + timedelta(days=30), sent=(START - timedelta(days=2),), once_a_week=True)
    for facts in (once, replace(once, aftermath_near=True)):
        assert verdict(facts, START).reason is Reason.CAPPED
    assert verdict(replace(once, once_a_week=False), START).reason is not Reason.CAPPED
