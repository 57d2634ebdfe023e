"""A second attacker of our own, who imports nothing of ours either: of how sure R is, printed edition by edition.

What they know: how such a range is made, with every random draw; that its ends are rounded outward to a multiple of
one of four steps; and all pledgers of all sites, but for how those of one step are divided between two sites.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random

import numpy as np

Pledgers = Mapping[int, tuple[int, int]]
"""Of the next step and of this one, by site."""

_TRIES = 500

STEPS = (0.05, 0.1, 0.25, 0.5)


def spread(pledgers: Pledgers, seed: int) -> tuple[float, float] | None:
    """Between what R lies when sites are drawn again and again; None where it cannot be told."""
    return _ends(_drawn(len(pledgers), seed) @ np.array([*pledgers.values()], dtype=float))


@lru_cache(maxsize=4)
def _drawn(sites: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(sites, [1 / sites] * sites, size=4000).astype(float)


def reads(pledgers: Pledgers, seed: int, printed: tuple[float, float]) -> bool:
    """Whether these pledgers would be printed so."""
    found = spread(pledgers, seed)
    return found is not None and any(_outward(found, step) == printed for step in STEPS)


def left(told: Sequence[tuple[Pledgers, tuple[float, float]]], seed: int, pair: tuple[int, int], part: int) -> int:
    """In how many ways the two sites could share their pledgers of `part`, given all that was printed.

    By how many each has more or fewer than it has; the same in every edition.
    """
    one, other = pair
    fewest = min(pledgers[one][part] for pledgers, _ in told)
    most = min(pledgers[other][part] for pledgers, _ in told)

    def moved(pledgers: Pledgers, people: int) -> Pledgers:
        found = {site: [*both] for site, both in pledgers.items()}
        found[one][part] += people
        found[other][part] -= people
        return {site: (above, below) for site, (above, below) in found.items()}

    return sum(
        all(reads(moved(pledgers, people), seed, printed) for pledgers, printed in told)
        for people in range(-min(fewest, 9), min(most, 9) + 1)
    )


def rule(pledgers: Pledgers, k: int, seed: int) -> tuple[float, float] | None:
    """What is printed of them, as the docs say it: the finest step at which k - 1 more or fewer anywhere read alike."""
    sites, times = len(pledgers), _drawn(len(pledgers), seed)
    counts = np.array([*pledgers.values()], dtype=float)
    around = [_ends(times @ counts)]
    for column, both in enumerate(counts):
        for part in (0, 1):
            for change in (k - 1, -min(k - 1, both[part])):
                moved = times @ counts
                moved[:, part] += change * times[:, column]
                around.append(_ends(moved))
    around += [_ends(_drawn(sites + 1, seed) @ np.vstack([counts, new])) for new in ((k - 1, 0), (0, k - 1))]
    few = {tuple(both): column for column, both in enumerate(counts.tolist()) if sum(both) <= k - 1}
    around += [_ends(_drawn(sites - 1, seed) @ np.delete(counts, column, axis=0)) for column in few.values()]
    for step in STEPS:
        said = {None if one is None else _outward(one, step) for one in around}
        if len(said) == 1:
            return said.pop()
    return None


def ways_to_swap(told: Sequence[tuple[Pledgers, tuple[float, float]]], seed: int, site: int, k: int) -> tuple[int, int]:
    """By how many people a site's steps could be swapped, others swapping back; and by how many without any range.

    Every site and every step keeps its total, which is all that is published of them. Whoever asks knows the rule and
    tries it on every table that they think of; ways that are more than k do not count.
    """
    dice, others = Random(site), [one for one in told[0][0] if one != site]
    possible = found = 0
    for people in sorted(range(1 - k, k), key=abs):
        fits = reads_alike = False
        for _ in range(_TRIES):
            swap = {site: people, **_back(others, people, dice)}
            tables = [(_swapped(pledgers, swap), said) for pledgers, said in told]
            if all(min(both) >= 0 for table, _ in tables for both in table.values()):
                fits = True
                if all(rule(table, k, seed) == said for table, said in tables):
                    reads_alike = True
                    break
        possible, found = possible + fits, found + reads_alike
        if found == k:
            break
    return found, min(k, possible)


def _back(others: Sequence[int], people: int, dice: Random) -> dict[int, int]:
    """One by one at sites that chance chooses, and some more between pairs of them."""
    found = dict.fromkeys(others, 0)
    for _ in range(abs(people)):
        found[dice.choice(others)] -= 1 if people > 0 else -1
    for _ in range(dice.randint(0, 4)):
        (one, other), many = dice.sample(others, 2), dice.randint(1, 4)
        found[one] += many
        found[other] -= many
    return found


def _swapped(pledgers: Pledgers, swap: Mapping[int, int]) -> Pledgers:
    return {site: (more - swap[site], fewer + swap[site]) for site, (more, fewer) in pledgers.items()}


def _ends(sums: np.ndarray) -> tuple[float, float] | None:
    above, below = sums.T
    if (below == 0).mean() > 1 / 40:
        return None
    low, high = np.quantile(above[below > 0] / below[below > 0], (0.025, 0.975))
    return float(low), float(high)


def _outward(ends: tuple[float, float], step: float) -> tuple[float, float]:
    return round(math.floor(ends[0] / step) * step, 2), round(math.ceil(ends[1] / step) * step, 2)
