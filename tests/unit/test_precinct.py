import json
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.precinct import (
    PRECINCT_NUMBERS,
    Borough,
    Boundaries,
    Measure,
    RankedPrecinct,
    Ranking,
    RankingRule,
    TargetKind,
    TargetRule,
    borough_of,
)

THROUGH = date(2025, 12, 31)
RULE = RankingRule(2021, 2025, top=3)
ORDER = (75, 73, 44, 40, 120, 116)
RANKING = Ranking(
    RULE,
    "code",
    THROUGH,
    tuple(
        RankedPrecinct(number, 100 - place, place, 1 / place, None if number == 40 else 0.5, number == 44)
        for place, number in enumerate(ORDER, 1)
    ),
)


@pytest.mark.parametrize(
    ("first", "last", "borough"),
    [
        (1, 34, Borough.MANHATTAN),
        (40, 52, Borough.BRONX),
        (60, 94, Borough.BROOKLYN),
        (100, 116, Borough.QUEENS),
        (120, 123, Borough.STATEN_ISLAND),
    ],
)
def test_the_borough_follows_from_the_number(first: int, last: int, borough: Borough) -> None:
    assert {borough_of(number) for number in PRECINCT_NUMBERS if first <= number <= last} == {borough}


@pytest.mark.parametrize("number", [0, 2, 35, 51, 64, 95, 117, 124, -1])
def test_a_number_without_a_precinct_is_not_found(number: int) -> None:
    with pytest.raises(NotFound, match=f"no precinct {number}"):
        borough_of(number)


@pytest.mark.parametrize(
    ("through", "first", "last"),
    [
        (date(2025, 12, 31), 2021, 2025),
        (date(2025, 12, 29), 2021, 2025),
        (date(2026, 6, 30), 2021, 2025),
        (date(2025, 9, 30), 2020, 2024),
        (date(2008, 3, 31), 2006, 2007),
    ],
)
def test_the_default_rule_is_the_top_30_of_the_last_five_full_years(through: date, first: int, last: int) -> None:
    assert RankingRule.default(through) == RankingRule(first, last, 30, Measure.COUNT, Boundaries.TODAY)


@pytest.mark.parametrize(
    ("first", "last", "top"), [(2005, 2010, 30), (2022, 2021, 30), (2021, 2025, 0), (2021, 2025, 79)]
)
def test_a_rule_that_cannot_be_ranked_is_refused(first: int, last: int, top: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        RankingRule(first, last, top)
    assert caught.value.hint


def test_the_top_of_a_ranking_is_its_first_places() -> None:
    assert RANKING.top == (75, 73, 44)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (TargetRule(), (44, 73, 75)),
        (TargetRule(without=(73, 120)), (44, 75)),
        (TargetRule(TargetKind.BOROUGHS, boroughs=(Borough.STATEN_ISLAND,)), (120, 121, 122, 123)),
        (TargetRule(TargetKind.BOROUGHS, boroughs=(Borough.STATEN_ISLAND,), without=(122,)), (120, 121, 123)),
        (TargetRule(TargetKind.PRECINCTS, precincts=(114, 23, 114)), (23, 114)),
    ],
)
def test_a_target_resolves_to_ascending_precincts_without_those_taken_out(
    rule: TargetRule, expected: tuple[int, ...]
) -> None:
    assert rule.resolve(RANKING) == expected


def test_a_target_with_no_precinct_left_is_refused() -> None:
    with pytest.raises(InvalidInput, match="No precinct is left"):
        TargetRule(without=RANKING.top).resolve(RANKING)


@pytest.mark.parametrize(
    ("kind", "boroughs", "precincts"),
    [
        (TargetKind.BOROUGHS, (), ()),
        (TargetKind.PRECINCTS, (), ()),
        (TargetKind.TOP, (Borough.BRONX,), ()),
        (TargetKind.TOP, (), (75,)),
        (TargetKind.BOROUGHS, (Borough.BRONX,), (75,)),
    ],
)
def test_a_target_rule_names_exactly_what_its_kind_needs(
    kind: TargetKind, boroughs: tuple[Borough, ...], precincts: tuple[int, ...]
) -> None:
    with pytest.raises(InvalidInput):
        TargetRule(kind, boroughs, precincts)


def test_a_target_rule_with_a_number_that_is_no_precinct_is_refused() -> None:
    with pytest.raises(NotFound):
        TargetRule(without=(74,))


@pytest.mark.parametrize(
    "rule",
    [
        TargetRule(without=(22,)),
        TargetRule(TargetKind.BOROUGHS, boroughs=(Borough.BRONX, Borough.STATEN_ISLAND)),
        TargetRule(TargetKind.PRECINCTS, precincts=(75, 73), without=(73,)),
    ],
)
def test_a_target_rule_comes_back_from_json(rule: TargetRule) -> None:
    assert TargetRule.from_json(json.loads(json.dumps(rule.as_json()))) == rule


def test_a_ranking_and_its_rule_come_back_from_json() -> None:
    rated = replace(RANKING, rule=RankingRule(2020, 2024, 2, Measure.RATE, Boundaries.CODE))
    for ranking in (RANKING, rated):
        assert Ranking.from_json(json.loads(json.dumps(ranking.as_json()))) == ranking


def test_the_json_of_a_ranking_names_rule_boundaries_date_and_places() -> None:
    data = RANKING.as_json()
    assert list(data) == ["rule", "boundaries", "data_through", "precincts"]
    assert data["data_through"] == "2025-12-31"
    assert (
        data["precincts"][4].items()
        >= {"precinct": 120, "borough": "Staten Island", "rank": 5, "incidents": 95}.items()
    )


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "everyone"), ("boroughs", ["Hoboken"]), ("without", ["x"]), ("precincts", None)]
)
def test_a_target_rule_that_was_edited_by_hand_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidInput, match="target rule"):
        TargetRule.from_json({**TargetRule().as_json(), field: value})


def test_a_ranking_without_its_date_is_refused() -> None:
    data = RANKING.as_json()
    del data["data_through"]
    with pytest.raises(InvalidInput, match="ranking"):
        Ranking.from_json(data)
    with pytest.raises(InvalidInput, match="ranking rule"):
        RankingRule.from_json({"first_year": 2021})


def test_precincts_and_tables_are_read_without_numpy() -> None:
    program = (
        "import sys, campaign_engine.opendata.places as places, campaign_engine.opendata.figures as figures;"
        "places.by_zip('11212'); figures.data_through();"
        "print(*({'numpy', 'shapely', 'pyproj', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
