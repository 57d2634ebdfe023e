"""How sure R is: a bootstrap over sites at the moment of an edition, said so coarsely that it gives nobody away.

How many pledgers of each step a site has is printed nowhere. The range is made of those numbers, so it is printed only
where any one site could have k - 1 more or fewer of them and it would read the same (safety K1).
"""

import math
from collections import Counter
from collections.abc import Container, Iterator, Mapping

import numpy as np

from analytics.counting import Counts
from analytics.intervals import Interval, ratio_between, resamples

LEAST_SITES = 5
"""People of no site being one."""

COARSE = (0.05, 0.1, 0.25, 0.5)
"""Ends are rounded away from R to a multiple of the first of these that serves."""

Parts = Mapping[int, tuple[int, int]]
"""Pledgers of the next step and of this one by site."""


def ranges(counts: Counts, shown: Container[str], k: int, seed: int) -> dict[str, list[float]]:
    """Low and high by the key of each step whose R a view prints; nothing for those it would say too much of.

    All of an edition that is 28 days old: `shown` are the keys of its pledged, each of `k` persons or more.
    """
    found = {}
    for step in range(_steps(counts)):
        key, following = f"generation:{step}", f"generation:{step + 1}"
        if key not in shown or following not in shown:
            continue
        these, those = _by_site(counts, step), _by_site(counts, step + 1)
        between = steady({site: (those[site], these[site]) for site in {*these, *those}}, k, seed)
        if between is not None:
            found[key] = [between.low, between.high]
    return found


def steady(parts: Parts, k: int, seed: int) -> Interval | None:
    """The range over sites as it may be printed; None where there are too few, or too few people for any rounding."""
    if len(parts) < LEAST_SITES:
        return None
    others = [*_others(parts, k - 1, seed)]
    for step in COARSE:
        said = {None if one is None else _rounded(one, step) for one in others}
        if None in said:
            return None
        if len(said) == 1:
            return said.pop()
    return None


def _others(parts: Parts, most: int, seed: int) -> Iterator[Interval | None]:
    """It, and what it would be with so many more or fewer at one site, or a new one; what lies between is between.

    Of sites that are alike one stands for all when it goes.
    """
    times = resamples(len(parts), seed)
    counts = np.array([*parts.values()])
    above, below = (times @ counts).T
    yield ratio_between(above, below)
    for column, (more, fewer) in enumerate(counts):
        for change in (most, -min(most, more)):
            yield ratio_between(above + change * times[:, column], below)
        for change in (most, -min(most, fewer)):
            yield ratio_between(above, below + change * times[:, column])
    more_sites, fewer_sites = (resamples(len(parts) + change, seed) for change in (1, -1))
    for came in ((most, 0), (0, most)):
        yield ratio_between(*(more_sites @ np.vstack([counts, came])).T)
    alike = {tuple(both): column for column, both in enumerate(counts.tolist()) if sum(both) <= most}
    for column in alike.values():
        yield ratio_between(*(fewer_sites @ np.delete(counts, column, axis=0)).T)


def _rounded(one: Interval, step: float) -> Interval:
    return Interval(round(math.floor(one.low / step) * step, 2), round(math.ceil(one.high / step) * step, 2))


def _by_site(counts: Counts, generation: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for cell, count in counts.get("pledged", {}).items():
        if cell.generation == generation and count:
            found[cell.site] += count
    return found


def _steps(counts: Counts) -> int:
    return max((cell.generation for cell in counts.get("pledged", {})), default=0)
