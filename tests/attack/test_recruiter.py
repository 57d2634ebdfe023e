"""How sure R is gives no few people away, over weeks and in both views together (safety K1, K4)."""

import math
from random import Random

from analytics.recruiting import steady
from tests.attack.recruiter import left, rule, spread, ways_to_swap

K = {"organizer": 5, "public": 10}
WEEKS = 3

Told = list[tuple[dict[int, tuple[int, int]], tuple[float, float]]]


def grown(seed: int, sites: int, people: int) -> list[dict[int, tuple[int, int]]]:
    """Pledgers of two steps by site, week by week."""
    dice, now, weeks = Random(seed), dict.fromkeys(range(sites), (0, 0)), []
    for _ in range(WEEKS):
        now = {
            site: (more + dice.randint(0, people // 2 + 1), fewer + dice.randint(0, people))
            for site, (more, fewer) in now.items()
        }
        weeks.append(now)
    return weeks


def ways(told: Told, seed: int, k: int) -> list[tuple[int, int]]:
    """Shares of the smallest site and of one in the middle with the largest, and how many there must be."""
    found = []
    for part in (0, 1):
        order = sorted(told[-1][0], key=lambda site: told[-1][0][site][part])
        for site in (order[0], order[len(order) // 2]):
            both = min(pledgers[site][part] + pledgers[order[-1]][part] for pledgers, _ in told)
            found.append((left(told, seed, (site, order[-1]), part), min(k, both + 1)))
    return found


def test_K4_an_attacker_with_all_ranges_of_both_views_tells_no_site_apart() -> None:
    """Whoever sees the public's range beside their own must be left five ways, and the public ten."""
    printed = 0
    for seed, (sites, people) in enumerate(((10, 60), (40, 20), (20, 20)), 1):
        told: dict[str, Told] = {view: [] for view in K}
        for pledgers in grown(seed, sites, people):
            for view, k in K.items():
                said = steady(pledgers, k, seed)
                told[view] += [(pledgers, (said.low, said.high))] if said else []
        told["organizer"] += told["public"]
        for view, k in K.items():
            printed += len(told[view])
            for possible, wanted in ways(told[view], seed, k) if told[view] else ():
                assert possible >= wanted, (seed, view)
    assert printed >= 8


def test_K4_a_range_tells_nothing_more_than_its_published_parts_to_whoever_knows_the_rule() -> None:
    """Of all tables with the same totals of sites and steps: R itself is a quotient of two of these totals."""
    for seed, (sites, people), view in ((1, (10, 60), "public"), (3, (20, 20), "organizer")):
        told: Told = []
        for pledgers in grown(seed, sites, people):
            said = rule(pledgers, K[view], seed)
            between = steady(pledgers, K[view], seed)
            assert said == (between and (between.low, between.high)), "the attacker knows the rule"
            told += [(pledgers, said)] if said else []
        site = min(told[-1][0], key=lambda site: sum(told[-1][0][site]))
        found, possible = ways_to_swap(told, seed, site, K[view])
        assert found >= possible, (seed, view)


def test_K4_the_attacker_breaks_ranges_that_are_only_rounded() -> None:
    pledgers = grown(1, 6, 8)[-1]
    exact = spread(pledgers, 1)
    assert exact is not None
    rounded = (round(math.floor(exact[0] / 0.05) * 0.05, 2), round(math.ceil(exact[1] / 0.05) * 0.05, 2))
    assert any(possible < wanted for possible, wanted in ways([(pledgers, rounded)], 1, K["public"]))
