"""Days around an event as organizers say them, in English and Spanish."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.series_words import days_around

FOUR = time(16)


@pytest.mark.parametrize(
    ("said", "days", "at"),
    [
        ("3 days before, on the day, the day after", (-3, 0, 1), None),
        ("3 days before, on the day and the day after at 4 pm", (-3, 0, 1), FOUR),
        ("the day before at 4", (-1,), FOUR),
        ("a week before and 2 days before, 3:30", (-7, -2), time(15, 30)),
        ("5, 3 and 1 days before at 4 pm", (-5, -3, -1), FOUR),
        ("two days after at 4 pm", (2,), FOUR),
        ("on the same day at 4 pm", (0,), FOUR),
        ("3 días antes, el mismo día y el día después a las 4", (-3, 0, 1), FOUR),
        ("tres días antes y el día anterior a las 4 de la tarde", (-3, -1), FOUR),
        ("una semana antes a las 4 pm", (-7,), FOUR),
        ("la semana antes y el día a las 4 pm", (-7, 0), FOUR),
        ("un día después a las 16:00", (1,), FOUR),
        ("the day after tomorrow at 4 pm", (), None),
        ("December 1 at 4 pm", (), None),
        ("Tuesdays and Thursdays at 4 pm until December 18", (), None),
        ("every day at 4 until Sunday", (), None),
        ("todos los días a las 4 hasta el domingo", (), None),
        ("el 1 de diciembre a las 4 pm", (), None),
    ],
)
def test_F10_days_around_an_event(said: str, days: tuple[int, ...], at: time | None) -> None:
    assert days_around(said) == (days, at)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_kindly_refused(said: str) -> None:
    try:
        days, _ = days_around(said)
    except InvalidInput:
        return
    assert list(days) == sorted(set(days))
