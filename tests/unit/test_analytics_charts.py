"""Charts as SVG: what is hidden has stripes, and a share at an end is a box where it may be (safety K1)."""

import re

import pytest

from analytics import charts
from analytics.content import Share
from analytics.document import Chart, Mark
from analytics.editions import HIDDEN, OVER, UNDER, Rate
from analytics.intervals import Interval
from analytics.sections_people import chart_of, share_mark
from analytics.words import Words
from campaign_engine.look import LIGHT

BOX = re.compile(rf'd="M([\d.]+),[\d.]+h([\d.]+)v[^"]*" fill="{LIGHT["foam"]}"')
POINT = re.compile(rf'transform="translate\(([\d.]+),[\d.]+\)" d="[^"]*" fill="{LIGHT["sea"]}"')
STRIPES = re.compile(r'd="M0,[\d.]+h360v[^"]*" fill="url\(#(\w+)-veil\)"')


@pytest.fixture(scope="module")
def funnel() -> Chart:
    say = Words("en")
    rates: dict[str, tuple[Rate, Interval | None]] = {
        "half": (0.5, Interval(0.4, 0.6)), "most": (OVER, None), "few": (UNDER, None), "none": (HIDDEN, None),
    }  # fmt: skip
    marks = [share_mark(name, Share(1, 1, rate, between), say) for name, (rate, between) in rates.items()]
    return chart_of("shares", "How far", "Shares.", marks, say)


def drawn(chart: Chart) -> str:
    return charts.draw("funnel", charts.asked({"funnel": chart})["funnel"], {})


def test_K1_every_share_of_a_funnel_has_a_mark_and_says_no_more_than_it_may(funnel: Chart) -> None:
    svg = drawn(funnel)
    boxes = [float(side) / 360 for box in BOX.findall(svg) for side in box]
    assert boxes == pytest.approx([0.95, 0.05, 0, 0.05]), "from 95 % on, and below 5 %"
    assert [float(at) / 360 for at in POINT.findall(svg)] == [pytest.approx(0.5)]
    assert STRIPES.findall(svg) == ["funnel"]
    assert svg.count('id="funnel-veil"') == 1
    for said in (
        "50\N{NO-BREAK SPACE}% (40–60\N{NO-BREAK SPACE}%)",
        "over 95\N{NO-BREAK SPACE}%",
        "under 5\N{NO-BREAK SPACE}%",
        "hidden",
    ):
        assert f">{said}</text>" in svg
        assert said in funnel.text, "a screen reader is told the same"
    assert [shade for shade, _ in funnel.legend] == ["veiled", "coded"]
    painted = charts.painted(svg)
    assert not set(re.findall(r'(?:fill|stroke)="(#\w+)"', painted)), "the page's style sheet has all colours"


@pytest.mark.parametrize("kind", ["bars", "columns"])
def test_K1_a_hidden_count_is_stripes_in_full_length_and_no_bar(kind: str) -> None:
    marks = (Mark("Page", 40.0, "40"), Mark("Telegram", None, "hidden"))
    svg = drawn(Chart("bars" if kind == "bars" else "columns", "By channel", "x", marks))
    assert svg.count('fill="url(#funnel-veil)"') == 1
    assert svg.count(f'fill="{LIGHT["sea"]}"') == 1
    assert ">hidden</text>" in svg


def test_columns_stand_in_the_order_of_time_whatever_is_hidden() -> None:
    weeks = ("Before", "Nov 22", "Nov 29", "Dec 6", "Dec 13")
    marks = tuple(Mark(week, None if at < 2 else 10.0, "hidden" if at < 2 else "10") for at, week in enumerate(weeks))
    svg = drawn(Chart("columns", "Weeks", "x", marks))
    at = {week: float(re.findall(rf'translate\(([\d.]+),[^)]*\)"[^>]*>{week}<', svg)[0]) for week in weeks}
    assert sorted(at, key=at.__getitem__) == list(weeks)


def test_a_long_name_stays_whole_and_many_weeks_become_rows() -> None:
    name = "Simulated center of the long name"
    assert f">{name}</text>" in drawn(Chart("bars", "Sites", "x", (Mark(name, 12.0, "12"),)))
    weeks = tuple(Mark(f"Dec {day}", float(day), str(day)) for day in range(1, 13))
    assert {f">{one.label}</text>" in drawn(Chart("columns", "Weeks", "x", weeks)) for one in weeks} == {True}
