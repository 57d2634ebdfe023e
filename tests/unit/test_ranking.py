from datetime import date
from math import comb

import numpy as np
import pytest

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import (
    PRECINCT_NUMBERS,
    Boundaries,
    Measure,
    PrecinctCounts,
    Ranker,
    Ranking,
    RankingRule,
)
from campaign_engine.opendata import figures, ranking, shrinkage

THROUGH = date(2025, 12, 31)
TOP_30 = (
    *(23, 25, 28, 32, 34, 40, 41, 42, 43, 44, 46, 47, 48, 49, 52, 67, 69, 70, 71, 73, 75, 77, 79, 81, 83),
    *(101, 103, 113, 114, 120),
)
rank: Ranker = ranking.rank


def ranked(rule: RankingRule) -> Ranking:
    return rank(rule, figures.counts(rule))


def p_top(result: Ranking) -> dict[int, float]:
    return {place.precinct: place.p_top for place in result.precincts}


@pytest.mark.parametrize("first_year", [2021, 2023])
def test_the_top_30_of_five_and_of_three_years_is_the_known_set(first_year: int) -> None:
    result = ranked(RankingRule(first_year, 2025))
    assert tuple(sorted(result.top)) == TOP_30
    assert (result.data_through, result.boundaries) == (THROUGH, "y76i-bdw7 4f8e265402d1")


def test_by_the_code_of_the_file_the_first_ten_are_the_known_counts() -> None:
    result = ranked(RankingRule(2021, 2025, boundaries=Boundaries.CODE))
    assert [(place.precinct, place.incidents) for place in result.precincts[:10]] == [
        *((75, 292), (73, 270), (44, 240), (40, 225), (42, 204)),
        *((46, 199), (47, 198), (48, 196), (67, 188), (43, 177)),
    ]
    everywhere = sum(place.incidents for place in result.precincts)
    assert sum(place.incidents for place in result.precincts[:30]) / everywhere == pytest.approx(0.775, abs=0.0005)
    assert result.boundaries == "code"


def test_every_precinct_has_one_place_and_the_probabilities_add_up_to_the_top() -> None:
    result = ranked(RankingRule(2021, 2025))
    assert [place.rank for place in result.precincts] == list(range(1, 79))
    assert sorted(place.precinct for place in result.precincts) == list(PRECINCT_NUMBERS)
    assert sum(p_top(result).values()) == pytest.approx(30)


@pytest.mark.parametrize(
    "rule", [RankingRule(2021, 2025), RankingRule(2025, 2025), RankingRule(2021, 2025, 40, Measure.RATE)]
)
def test_two_seeds_agree_within_two_hundredths_for_every_precinct(rule: RankingRule) -> None:
    one, other = (p_top(ranking.rank(rule, figures.counts(rule), seed)) for seed in (1, 2))
    assert one != other
    assert max(abs(one[number] - other[number]) for number in PRECINCT_NUMBERS) <= 0.02


def test_the_same_input_gives_the_same_figures() -> None:
    assert ranked(RankingRule(2021, 2025)) == ranked(RankingRule(2021, 2025))


@pytest.mark.parametrize("top", [1, 30, 78])
def test_equal_counts_leave_every_precinct_the_same_chance(top: int) -> None:
    counts = PrecinctCounts(dict.fromkeys(PRECINCT_NUMBERS, 12), THROUGH, "code")
    result = rank(RankingRule(2021, 2025, top), counts)
    assert list(p_top(result).values()) == pytest.approx([top / 78] * 78)
    assert [place.precinct for place in result.precincts] == list(PRECINCT_NUMBERS)


def test_the_ties_of_2025_get_nearly_equal_probabilities_far_from_certainty() -> None:
    result = ranked(RankingRule(2025, 2025, boundaries=Boundaries.CODE))
    tied = result.precincts[29:34]
    assert {place.incidents for place in tied} == {8}
    chances = [place.p_top for place in tied]
    assert max(chances) - min(chances) <= 0.02
    assert 0.2 < min(chances) <= max(chances) < 0.8


def test_more_incidents_never_give_less_chance() -> None:
    chances = [place.p_top for place in ranked(RankingRule(2021, 2025)).precincts]
    assert chances == pytest.approx(sorted(chances, reverse=True), abs=0.005)


def test_the_chance_of_leading_is_that_of_the_gamma_race() -> None:
    # The 3rd arrival of one Poisson process comes before the 5th of an equal one: a negative binomial sum.
    exact = sum(comb(2 + k, k) / 2 ** (3 + k) for k in range(5))
    chances = shrinkage.chances(shrinkage.Gamma(np.array([5.0, 3.0]), np.ones(2)), 1, seed=7)
    assert chances.tolist() == pytest.approx([exact, 1 - exact], abs=0.01)


def test_a_rate_is_per_thousand_residents_and_one_incident_in_the_park_does_not_lead() -> None:
    result = ranked(RankingRule(2021, 2025, by=Measure.RATE))
    places = {place.precinct: place for place in result.precincts}
    assert places[73].rate == pytest.approx(1000 * 272 / 98506)
    assert places[22].rate == pytest.approx(1000 / 129)
    assert (result.precincts[0].precinct, places[22].incidents) == (73, 1)
    assert places[22].rank > 10
    assert {number for number, place in places.items() if place.few_residents} == {1, 14, 18, 22}
    assert sum(p_top(result).values()) == pytest.approx(30)


def test_years_past_the_data_are_refused_with_the_last_year_there_is() -> None:
    with pytest.raises(InvalidInput, match="end on 2025-12-31") as caught:
        ranked(RankingRule(2024, 2026))
    assert "2025" in caught.value.hint


def test_years_without_an_incident_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no shooting"):
        rank(RankingRule(2021, 2025), PrecinctCounts({}, THROUGH, "code"))


def test_the_incidents_of_each_year_are_the_citys_on_both_boundaries() -> None:
    expected = (
        *(1566, 1442, 1520, 1420, 1473, 1510, 1373, 1103, 1172, 1138),
        *(997, 789, 754, 777, 1532, 1562, 1294, 974, 904, 688),
    )
    for boundaries in Boundaries:
        rules = [RankingRule(year, year, boundaries=boundaries) for year in range(2006, 2026)]
        assert tuple(sum(figures.counts(rule).incidents.values()) for rule in rules) == expected
