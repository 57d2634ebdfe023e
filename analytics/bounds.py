"""Quick bounds of every cell of every edition: what each row of cells that add up tells, again and again.

Wider than what the auditor's program tells, but for any number of editions: for those too old to be part of it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.auditor import Rules
from analytics.cells import Name, Place, Printed, Sum
from analytics.programs import ALMOST

_SWEEPS = 3

Floats = NDArray[np.float64]
Bound = dict[Name, Floats]
"""By cell, one value for each edition."""


def narrow(editions: Sequence[Printed], rules: Rules, first: int) -> frozenset[Place]:
    """Hidden cells of editions before the `first` that these bounds alone leave fewer than k whole numbers."""
    if not first:
        return frozenset()
    low, high = _printed(editions, rules)
    since = max((number for number, one in enumerate(editions) if one.corrects), default=0)
    names = [frozenset(one.tables.names) for one in editions]
    rows = [(each, _where(each, names)) for each in editions[-1].tables.sums]
    for _ in range(_SWEEPS):
        for part, whole in editions[-1].tables.within:
            np.minimum(high[part], high[whole], out=high[part])
            np.maximum(low[whole], low[part], out=low[whole])
        for each, there in rows:
            _add_up(each, there, low, high)
        for name in low:
            low[name][since:] = np.maximum.accumulate(low[name][since:])
            high[name][since:] = np.minimum.accumulate(high[name][since:][::-1])[::-1]
    widths = {name: np.floor(high[name] + ALMOST) - np.ceil(low[name] - ALMOST) + 1 for name in low}
    return frozenset(
        (number, name)
        for number, one in enumerate(editions[:first])
        for name in one.tables.names
        if name not in one.shown and widths[name][number] < rules.k
    )


def _printed(editions: Sequence[Printed], rules: Rules) -> tuple[Bound, Bound]:
    """A cell that an edition did not have yet had nobody in it."""
    low = {name: np.zeros(len(editions)) for one in editions for name in one.tables.names}
    high = {name: np.zeros(len(editions)) for name in low}
    for number, one in enumerate(editions):
        tops = one.tables.tops()
        for name in one.tables.names:
            low[name][number], high[name][number] = _alone(one, name, rules, is_top=name in tops)
    return low, high


def _alone(one: Printed, name: Name, rules: Rules, *, is_top: bool) -> tuple[float, float]:
    figure = one.shown.get(name)
    if figure is None:
        return 0.0, rules.k - 1.0 if is_top and name not in one.loose else np.inf
    if name in one.exact:
        return float(figure), float(figure)
    return 0.0 if name in one.below else float(figure), np.inf if name in one.loose else float(figure + rules.slack)


def _where(each: Sum, editions: Sequence[frozenset[Name]]) -> NDArray[np.bool_]:
    """Editions that had such a row; there is none of channels while there is one channel."""
    return np.array([any(part in names for part in each.parts) for names in editions])


def _add_up(each: Sum, there: NDArray[np.bool_], low: Mapping[Name, Floats], high: Mapping[Name, Floats]) -> None:
    least, most = (np.array([bound[part] for part in each.parts]) for bound in (low, high))
    low[each.whole][there] = np.maximum(low[each.whole], least.sum(axis=0))[there]
    high[each.whole][there] = np.minimum(high[each.whole], most.sum(axis=0))[there]
    endless = np.isinf(most).sum(axis=0)
    finite = np.where(np.isinf(most), 0.0, most)
    for row, part in enumerate(each.parts):
        others = np.where(endless - np.isinf(most[row]) > 0, np.inf, finite.sum(axis=0) - finite[row])
        low[part][there] = np.maximum(low[part], low[each.whole] - others)[there]
        high[part][there] = np.minimum(high[part], high[each.whole] - (least.sum(axis=0) - least[row]))[there]
