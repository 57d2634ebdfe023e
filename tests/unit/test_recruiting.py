"""What is printed of how sure R is: right, and the same whatever k - 1 people of one site did."""

from datetime import date

import pytest

from analytics.counting import Counts
from analytics.editions import ORGANIZER_K, PUBLIC_K
from analytics.facts import Cell
from analytics.intervals import ratio_over_sites
from analytics.recruiting import COARSE, LEAST_SITES, ranges, steady

TOWN = {site: (11 + site % 4, 20 + site % 7) for site in range(40)}


@pytest.mark.parametrize("k", [ORGANIZER_K, PUBLIC_K])
def test_K1_a_range_gives_no_few_people_away(k: int) -> None:
    """Nothing but the same range would be read with up to k - 1 more or fewer at any site: no cell can be told."""
    said, exact = steady(TOWN, k, 7), ratio_over_sites(TOWN, 7)
    assert said is not None
    assert exact is not None
    assert said.low <= exact.low < exact.high <= said.high
    assert exact.low - said.low < COARSE[-1]
    for site in (0, 17, 39):
        for change in (1 - k, -1, 1, k - 1):
            more, fewer = TOWN[site]
            for moved in ((max(0, more + change), fewer), (more, max(0, fewer + change))):
                other = ratio_over_sites({**TOWN, site: moved}, 7)
                assert other is not None
                assert said.low <= other.low < other.high <= said.high
    joined = ratio_over_sites({**TOWN, 99: (k - 1, 0)}, 7)
    assert joined is not None
    assert said.low <= joined.low < joined.high <= said.high


def test_where_few_people_would_move_it_there_is_none() -> None:
    few = {site: TOWN[site] for site in range(LEAST_SITES - 1)}
    assert steady(few, 2, 0) is None
    assert steady(dict.fromkeys(range(30), (1, 2)), PUBLIC_K, 0) is None
    assert steady(dict.fromkeys(range(30), (1, 0)), ORGANIZER_K, 0) is None


def test_only_what_an_edition_shows_has_a_range() -> None:
    counts: Counts = {"pledged": {}}
    for site, (following, pledgers) in TOWN.items():
        for generation, people in ((0, pledgers), (1, following)):
            counts["pledged"][Cell(44, site, "web", generation, date(2026, 9, 6))] = people
    assert ranges(counts, {"generation:0", "generation:1"}, PUBLIC_K, 7).keys() == {"generation:0"}
    assert ranges(counts, {"generation:1"}, PUBLIC_K, 7) == {}
    assert ranges(counts, {"generation:0"}, PUBLIC_K, 7) == {}
    assert ranges({}, {"generation:0", "generation:1"}, PUBLIC_K, 7) == {}
