"""Schedules as organizers say them, in English and Spanish."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import Schedule
from campaign_engine.domain.schedule_words import parse_schedule

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("December 1 at 4 pm", "2026-12-01T16:00"),
        ("Dec. 1, 4:30 PM", "2026-12-01T16:30"),
        ("1 de diciembre a las 4 pm", "2026-12-01T16:00"),
        ("el 1 de diciembre a las 4 p. m.", "2026-12-01T16:00"),
        ("2026-12-01 16:00", "2026-12-01T16:00"),
        ("tomorrow at 4pm", "2026-11-25T16:00"),
        ("mañana a las 16:15", "2026-11-25T16:15"),
        ("hoy a las 5 pm", "2026-11-24T17:00"),
        ("today at 12 pm", "2026-11-24T12:00"),
        ("March 3 at 4 pm", "2027-03-03T16:00"),
        ("3 de marzo a las 4 pm", "2027-03-03T16:00"),
        ("January 5 at 12 am", "2027-01-05T00:00"),
    ],
)
def test_a_single_day(said: str, first: str) -> None:
    schedule = parse_schedule(said, TODAY)
    assert schedule.as_json() == {"first": first, "weekdays": [], "until": None}


@pytest.mark.parametrize(
    ("said", "first", "weekdays"),
    [
        ("Tuesdays and Thursdays at 4 pm until December 18", "2026-11-26T16:00", (1, 3)),
        ("martes y jueves a las 4 pm hasta el 18 de diciembre", "2026-11-26T16:00", (1, 3)),
        ("every Saturday 11:30 am through Dec 18", "2026-11-28T11:30", (5,)),
        ("cada sábado a las 11:30 am hasta el 18 de diciembre", "2026-11-28T11:30", (5,)),
        ("Mon, Wed, Fri at 15:30 till 2026-12-18", "2026-11-25T15:30", (0, 2, 4)),
        ("domingos a las 12:00 hasta 18 de diciembre", "2026-11-29T12:00", (6,)),
    ],
)
def test_a_weekly_rule(said: str, first: str, weekdays: tuple[int, ...]) -> None:
    schedule = parse_schedule(said, TODAY)
    assert schedule.first.isoformat("T", "minutes") == first
    assert (schedule.weekdays, schedule.until) == (weekdays, date(2026, 12, 18))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("December 1", "no_time"),
        ("soon", "no_time"),
        ("4 pm", "no_day"),
        ("Tuesdays at 4 pm", "no_last_day"),
        ("Tuesdays at 4 pm until later", "no_last_day"),
        ("December 1 at 25:00", "no_such_time"),
        ("December 1 at 13 pm", "no_such_time"),
        ("November 31 at 4 pm", "no_such_day"),
        ("2026-13-01 at 4 pm", "no_such_day"),
        ("Mondays at 4 pm until November 25", "never_fires"),
    ],
)
def test_what_is_missing_or_wrong_is_said(said: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_schedule(said, TODAY)
    assert caught.value.code == code
    assert caught.value.hint


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_schedule_or_a_kind_refusal(said: str) -> None:
    with suppress(InvalidInput):
        assert isinstance(parse_schedule(said, TODAY), Schedule)
