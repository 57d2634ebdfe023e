"""Schedules as organizers say them, in English and Spanish."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import Schedule
from campaign_engine.domain.schedule_words import parse_schedule
from campaign_engine.domain.school_calendar import Days, SchoolCalendar

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
        ("November 20 at 4 pm", "2026-11-20T16:00"),  # has just passed, and is told so
        ("June 1 at 4 pm", "2027-06-01T16:00"),
        ("March 3 at 4 pm", "2027-03-03T16:00"),
        ("3 de marzo a las 4 pm", "2027-03-03T16:00"),
        ("January 5 at 12 am", "2027-01-05T00:00"),
        ("tomorrow 4pm", "2026-11-25T16:00"),
        ("March 3, 2028 at 4 pm", "2028-03-03T16:00"),
        ("el 3 de marzo de 2028 a las 4 pm", "2028-03-03T16:00"),
        ("mañana a las 4 de la tarde", "2026-11-25T16:00"),
        ("mañana a las 11 de la mañana", "2026-11-25T11:00"),
        ("the day after tomorrow at 3:30", "2026-11-26T15:30"),
        ("pasado mañana al mediodía", "2026-11-26T12:00"),
        ("on Friday at 5", "2026-11-27T17:00"),
        ("el viernes a las 5", "2026-11-27T17:00"),
        ("Tuesday, December 1 at noon", "2026-12-01T12:00"),
        ("12/1 at 4 pm", "2026-12-01T16:00"),
        ("December 1st, 4 in the afternoon", "2026-12-01T16:00"),
        ("in 3 days at 4 pm", "2026-11-27T16:00"),
        ("en dos días a las 16:00", "2026-11-26T16:00"),
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
    ("said", "first", "weekdays", "until"),
    [
        ("weekdays at 4 until next Friday", "2026-11-25T16:00", (0, 1, 2, 3, 4), "2026-11-27"),
        ("Monday to Friday at 4 pm until December 4", "2026-11-25T16:00", (0, 1, 2, 3, 4), "2026-12-04"),
        ("de lunes a viernes a las 4 hasta el 4 de diciembre", "2026-11-25T16:00", (0, 1, 2, 3, 4), "2026-12-04"),
        ("every day at 3:30 until Sunday", "2026-11-25T15:30", (0, 1, 2, 3, 4, 5, 6), "2026-11-29"),
        ("todos los días a las 3:30 hasta el domingo", "2026-11-25T15:30", (0, 1, 2, 3, 4, 5, 6), "2026-11-29"),
        ("weekends at noon for two weeks", "2026-11-28T12:00", (5, 6), "2026-12-08"),
        ("fines de semana al mediodía por 2 semanas", "2026-11-28T12:00", (5, 6), "2026-12-08"),
        ("every Tuesday from December 8 at 4 pm until 12/22", "2026-12-08T16:00", (1,), "2026-12-22"),
    ],
)
def test_F10_days_as_people_say_them(said: str, first: str, weekdays: tuple[int, ...], until: str) -> None:
    schedule = parse_schedule(said, TODAY)
    assert schedule.first.isoformat("T", "minutes") == first
    assert (schedule.weekdays, schedule.until) == (weekdays, date.fromisoformat(until))


def test_F10_days_of_the_week_from_one_to_another() -> None:
    end = " until December 18"
    working = (
        *("Monday through Thursday at 4 pm", "Mondays to Thursdays at 4 pm", "Mon-Thu 4pm", "Mon. \u2013 Thu. 4 p.m."),
        *(
            "between Monday and Thursday at 4",
            "Monday until Thursday at 4 pm",
            "every day, Monday to Thursday, at 4 pm",
        ),
        *("lunes a jueves a las 4 pm", "de lunes hasta el jueves a las 4", "entre lunes y jueves a las 4 de la tarde"),
    )
    expected: dict[str, tuple[tuple[int, ...], str]] = {
        **{said + end: ((0, 1, 2, 3), "2026-11-25T16:00") for said in working},
        "Monday to Friday and Sundays at 4 pm" + end: ((0, 1, 2, 3, 4, 6), "2026-11-25T16:00"),
        "weekdays and Saturdays at 4 pm" + end: ((0, 1, 2, 3, 4, 5), "2026-11-25T16:00"),
        "viernes a lunes a las 4 y media" + end: ((0, 4, 5, 6), "2026-11-27T16:30"),
        "Tuesdays through Friday, December 18 at 4 pm": ((1,), "2026-12-01T16:00"),
        "cada martes al viernes 18 de diciembre a las 4 pm": ((1,), "2026-12-01T16:00"),
        "martes hasta el viernes 18 de diciembre a las 4 pm": ((1,), "2026-12-01T16:00"),
        "Tuesdays at 4 pm and Thursdays at 4 pm" + end: ((1, 3), "2026-11-26T16:00"),
    }
    for said, (weekdays, first) in expected.items():
        schedule = parse_schedule(said, TODAY)
        assert (schedule.weekdays, schedule.until) == (weekdays, date(2026, 12, 18)), said
        assert schedule.first.isoformat("T", "minutes") == first, said
    assert parse_schedule("el martes 15 de diciembre a las 4 pm", TODAY).first.isoformat() == "2026-12-15T16:00:00"
    assert parse_schedule("December 1st, Tuesday, more or less at 4 pm", TODAY).first.isoformat() == (
        "2026-12-01T16:00:00"
    )


def test_F10_what_only_half_is_understood_is_refused_and_never_planned_otherwise() -> None:
    end, hasta = " until December 18", " hasta el 18 de diciembre"
    refused = (
        *("every other Tuesday at 4 pm", "Tuesdays at 4 pm every two weeks", "every 2nd Tuesday at 4 pm"),
        *("first Tuesday of the month at 4 pm", "the last Friday at 4 pm", "monthly on Tuesday at 4 pm"),
        *("Mondays except December 7 at 4 pm", "every day but Thursday at 4 pm", "not on Mondays, Tuesdays at 4 pm"),
        *("Tuesdays at 4 pm and Thursdays at 5 pm", "Tuesdays at 3 pm and 5 pm", "Tuesdays at 3 and 5 pm"),
        *("Tuesdays at 3 and 5", "Tuesdays 3-5 pm", "Tuesdays from 3 pm to 5 pm", "Tuesdays at 15:30 and 17:00"),
    )
    nada = (
        *("cada dos semanas el martes a las 4 pm", "un martes si y otro no a las 4 pm", "cada 2 martes a las 4 pm"),
        *("primer martes del mes a las 4 pm", "todos los días menos jueves a las 4 pm", "lunes salvo el 7 a las 4 pm"),
        *("diario excepto domingos a las 4 pm", "martes a las 4 y jueves a las 5 pm", "martes a las 4 o 5 pm"),
    )
    either = ("Tuesday through Friday, December 18 at 4 pm", "martes a viernes 18 de diciembre a las 4 pm")
    for said in (*(one + end for one in refused), *(one + hasta for one in nada), *either):
        with pytest.raises(InvalidInput) as caught:
            parse_schedule(said, TODAY)
        assert caught.value.code == "unplanned", said
    with pytest.raises(InvalidInput) as caught:
        parse_schedule("Wednesday through Friday at 4 pm", TODAY)
    assert caught.value.code == "no_last_day"


@pytest.mark.parametrize(
    "said", ["every school day at 3:30 until Friday", "cada día escolar a las 3:30 hasta el viernes"]
)
def test_F10_every_school_day_leaves_out_days_without_school(said: str) -> None:
    thanksgiving = SchoolCalendar(days_off=(Days("Thanksgiving", date(2026, 11, 26), date(2026, 11, 27)),))
    schedule = parse_schedule(said, TODAY, thanksgiving.is_school_day)
    assert [wall.isoformat() for wall in schedule.walls()] == ["2026-11-25T15:30:00"]
    assert Schedule.from_json(schedule.as_json()) == schedule
    assert len(list(parse_schedule(said, TODAY).walls())) == 3


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
        ("Monday, December 1 at 4 pm", "not_that_day"),
        ("December 1 and 8 at 4 pm", "several_days"),
        ("el 1 y el 8 de diciembre a las 4 pm", "several_days"),
        ("12/1 at 4 pm, 12/8 at 4 pm", "several_days"),
        ("Tuesday, December 1 and Tuesday, December 8 at 4 pm", "several_days"),
        ("December 1 to 8 at 4 pm", "several_days"),
        ("every school day at 3:30", "no_last_day"),
        ("cada viernes a las 4", "no_last_day"),
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
