"""Precincts beside each other without a raw league table: shares pulled together as far as chance explains them.

From the published figures of one edition alone, so that nothing is told of a precinct that is hidden (safety K2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analytics.content import Report
from analytics.editions import HIDDEN, Rate, coded, of_share
from analytics.intervals import Interval

FEWEST = 3
"""Precincts that say something of each other."""

LOWEST = 5
_ENOUGH = 2 * LOWEST
"""Of fewer precincts most would be among the lowest five."""

_DRAWS = 4_000
"""Ends of a range are right to half a point of a hundred, chances to one; a page waits some 10 ms."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`counted` is the share as it is, `likely` what it is given all of them; `lowest` the chance of the lowest five.

    Without an interval where `likely` is coded (safety K1), without a chance where precincts are few.
    """

    precinct: int
    reached: int
    pledged: int
    counted: Rate
    likely: Rate
    interval: Interval | None
    lowest: float | None


def compared(report: Report) -> tuple[Compared, ...]:
    """Pledged of the reached, of precincts that show both, in order of number; nothing where they are too few."""
    shown = [
        (number, reached, pledged)
        for number in report.layout.precincts()
        if (reached := report.figure("reached", f"precinct:{number}")) != HIDDEN
        and (pledged := report.figure("pledged", f"precinct:{number}")) != HIDDEN
        and pledged <= reached
    ]
    if len(shown) < FEWEST:
        return ()
    worked_out = _posterior(tuple((pledged, reached) for _, reached, pledged in shown))
    return tuple(
        Compared(number, reached, pledged, coded(pledged, reached), *each)
        for (number, reached, pledged), each in zip(shown, worked_out, strict=True)
    )


@lru_cache(maxsize=64)
def _posterior(pairs: Sequence[tuple[int, int]]) -> tuple[tuple[Rate, Interval | None, float | None], ...]:
    """Of successes and trials: beta-binomial, prior by moments (Kleinman 1973; Gelman and Price 1999)."""
    import numpy as np

    from campaign_engine.opendata import shrinkage  # pages without a comparison do without numpy

    successes, trials = np.array(pairs, dtype=np.float64).T
    posterior = shrinkage.beta_binomial(successes, trials)
    ranges = shrinkage.intervals(posterior, draws=_DRAWS)
    few = len(pairs) < _ENOUGH
    lowest = [None] * len(pairs) if few else shrinkage.chances(posterior, LOWEST, lowest=True, draws=_DRAWS).tolist()
    rates = [of_share(float(mean)) for mean in posterior.mean]
    return tuple(
        (rate, Interval(*ends) if isinstance(rate, float) else None, chance)
        for rate, ends, chance in zip(rates, ranges, lowest, strict=True)
    )
