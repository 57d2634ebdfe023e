"""A second attacker of our own, who imports nothing of ours either: of how sure R is, printed edition by edition.

What they know: how such a range is made, with every random draw; that its ends are rounded outward to a multiple of
one of four steps; and all pledgers of all sites, but for how those of one step are divided between two sites.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

Pledgers = Mapping[int, tuple[int, int]]
"""Of the next step and of this one, by site."""

STEPS = (0.05, 0.1, 0.25, 0.5)


def spread(pledgers: Pledgers, seed: int) -> tuple[float, float] | None:
    """Between what R lies when sites are drawn again and again; None where it cannot be told."""
    above, below = (_drawn(len(pledgers), seed) @ np.array([*pledgers.values()], dtype=float)).T
    if (below == 0).mean() > 1 / 40:
        return None
    low, high = np.quantile((above / np.maximum(below, 1))[below > 0], (0.025, 0.975))
    return float(low), float(high)


@lru_cache(maxsize=4)
def _drawn(sites: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(sites, [1 / sites] * sites, size=4000).astype(float)


def reads(pledgers: Pledgers, seed: int, printed: tuple[float, float]) -> bool:
    """Whether these pledgers would be printed so."""
    found = spread(pledgers, seed)
    return found is not None and any(
        (round(math.floor(found[0] / step) * step, 2), round(math.ceil(found[1] / step) * step, 2)) == printed
        for step in STEPS
    )


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
