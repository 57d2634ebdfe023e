"""How sure a figure is. Shrinkage over precincts and chances of a place: campaign_engine.opendata.shrinkage."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Drawn = np.ndarray[Any, np.dtype[Any]]

Z95 = 1.959963984540054
"""Normal quantile of 0.975."""

_RESAMPLES = 4000


@dataclass(frozen=True, slots=True)
class Interval:
    """Between `low` and `high` with 95 %."""

    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval:
    """95 % interval of a share by the score test (Wilson 1927; Brown, Cai and DasGupta 2001).

    Raises ValueError without trials, or when successes are not among them.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError("successes must be among the trials")
    share, square = successes / trials, Z95 * Z95 / trials
    middle = (share + square / 2) / (1 + square)
    half = Z95 / (1 + square) * math.sqrt(share * (1 - share) / trials + square / (4 * trials))
    # At 0 and at all the exact ends are 0 and 1, which rounding would miss.
    return Interval(0.0 if successes == 0 else middle - half, 1.0 if successes == trials else middle + half)


def ratio_over_sites(parts: Mapping[int, tuple[int, int]], seed: int = 0) -> Interval | None:
    """95 % interval of a sum over a sum, by bootstrap over the sites that both come from (Efron 1979, percentiles).

    `parts`: above and below the line by site. None with fewer than two sites, or where a resample has nothing
    below the line more than once in forty times: there is too little to say.
    """
    if len(parts) < 2:
        return None
    times = resamples(len(parts), seed)
    above, below = zip(*parts.values(), strict=True)
    return ratio_between(times @ above, times @ below)


def resamples(sites: int, seed: int) -> "Drawn":
    """How often each site (column) is drawn in each resample (row): as many draws as there are sites."""
    import numpy as np  # serving processes read shares alone

    return np.random.default_rng(seed).multinomial(sites, np.full(sites, 1 / sites), size=_RESAMPLES)


def ratio_between(above: "Drawn", below: "Drawn") -> Interval | None:
    """From both sums of each resample; None as `ratio_over_sites`."""
    import numpy as np

    if (below == 0).mean() > 1 / 40:
        return None
    low, high = np.quantile(above[below > 0] / below[below > 0], (0.025, 0.975)).tolist()
    return Interval(low, high)
