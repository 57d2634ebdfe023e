"""All that an outsider knows as one linear program, and parts of it in which the rest stays as it truly is."""

from collections.abc import Collection, Mapping, Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from analytics.cells import Place, Printed

ALMOST = 1e-6

_DUAL, _PRIMAL = 1, 4
"""Ways of the solver; by the primal one the last corner stays a table when another question is asked."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Programs:
    """Columns are the cells that are not known exactly; what is known is a number on the right hand side.

    A hidden whole that is part of nothing is known to be below `k`; an unmoved figure lags by `slack` at most.
    """

    def __init__(self, editions: Sequence[Printed], k: int, slack: int) -> None:
        self.places: list[Place] = []
        self.columns: dict[Place, int] = {}
        self._editions = editions
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._rows: list[tuple[float, float, list[tuple[int, float]]]] = []
        for number, printed in enumerate(editions):
            self._cells(number, printed, k, slack)
        for number in range(len(editions)):
            self._known(number)
        self._pack()

    def _cells(self, number: int, printed: Printed, k: int, slack: int) -> None:
        tops, most = printed.tables.tops(), float(2 * max([0, *printed.true.values()]) + 10 * k)
        for name in printed.tables.names:
            shown = printed.shown.get(name)
            if shown is None:
                low, high = 0.0, k - 1.0 if name in tops and name not in printed.loose else most
            elif name in printed.exact:
                continue
            else:
                low = 0.0 if name in printed.below else float(shown)
                high = most if name in printed.loose else float(shown + slack)
            self.columns[number, name] = len(self.places)
            self.places.append((number, name))
            self._lower.append(low)
            self._upper.append(high)

    def _known(self, number: int) -> None:
        printed = self._editions[number]
        for each in printed.tables.sums:
            self._sum((number, each.whole), [(number, part) for part in each.parts])
        for part, whole in printed.tables.within:
            self._at_most((number, part), (number, whole))
        if number and not printed.corrects:
            before = self._editions[number - 1].tables
            edges = printed.tables.leaves() | before.leaves()
            for name in before.names:
                if name in edges and name in printed.true:
                    self._at_most((number - 1, name), (number, name))

    def _sum(self, whole: Place, parts: Sequence[Place]) -> None:
        known, terms = 0.0, []
        for place, factor in ((whole, -1.0), *((part, 1.0) for part in parts)):
            column = self.columns.get(place)
            if column is None:
                known -= factor * self._shown(place)
            else:
                terms.append((column, factor))
        if terms:
            self._rows.append((known, known, terms))

    def _at_most(self, less: Place, more: Place) -> None:
        low, high = self.columns.get(less), self.columns.get(more)
        if low is not None and high is not None:
            self._rows.append((0.0, highspy.kHighsInf, [(high, 1.0), (low, -1.0)]))
        elif low is not None:
            self._upper[low] = min(self._upper[low], self._shown(more))
        elif high is not None:
            self._lower[high] = max(self._lower[high], self._shown(less))

    def _shown(self, place: Place) -> float:
        return float(self._editions[place[0]].shown[place[1]])

    def _pack(self) -> None:
        sizes = [len(terms) for _, _, terms in self._rows]
        self.lower, self.upper = np.array(self._lower), np.array(self._upper)
        self.least, self.most = (np.array([row[side] for row in self._rows], dtype=float) for side in (0, 1))
        self.row_of = np.repeat(np.arange(len(sizes)), sizes)
        self.column_of = np.array([column for row in self._rows for column, _ in row[2]], dtype=np.int64)
        self.factors = np.array([factor for row in self._rows for _, factor in row[2]], dtype=float)
        self.true = np.array([self._editions[number].true[name] for number, name in self.places], dtype=float)

    def fits(self) -> bool:
        """Whether the true counts would be printed like this."""
        sums = np.bincount(self.row_of, self.factors * self.true[self.column_of], len(self.least))
        inside = (self.true >= self.lower - ALMOST) & (self.true <= self.upper + ALMOST)
        return bool(inside.all() and (sums >= self.least - ALMOST).all() and (sums <= self.most + ALMOST).all())

    def whole(self) -> "Program":
        """Nothing stays as it is."""
        return Program(self, np.arange(len(self.places)))

    def part(self, places: Collection[Place]) -> "Program":
        """All other cells stay as they truly are."""
        return Program(self, np.array(sorted(self.columns[place] for place in places), dtype=np.int64))


class Program:
    """Keeps its last corner, so that the next question begins there."""

    def __init__(self, whole: Programs, chosen: Integers) -> None:
        self._places = [whole.places[column] for column in chosen]
        self._columns = {place: column for column, place in enumerate(self._places)}
        new = np.full(len(whole.places), -1, dtype=np.int64)
        new[chosen] = np.arange(len(chosen))
        mine = new[whole.column_of] >= 0
        rows, row_of = np.unique(whole.row_of[mine], return_inverse=True)
        fixed = np.where(mine, 0.0, whole.factors * whole.true[whole.column_of])
        known = np.bincount(whole.row_of, fixed, len(whole.least))[rows]
        self._highs = _silent()
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(chosen), len(rows)
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = np.zeros(len(chosen))
        program.col_lower_, program.col_upper_ = whole.lower[chosen], whole.upper[chosen]
        program.row_lower_, program.row_upper_ = whole.least[rows] - known, whole.most[rows] - known
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.concatenate(([0], np.cumsum(np.bincount(row_of, minlength=len(rows)))))
        program.a_matrix_.index_ = new[whole.column_of[mine]]
        program.a_matrix_.value_ = whole.factors[mine]
        self._highs.passModel(program)

    def best(self, weights: Mapping[Place, float]) -> Mapping[Place, float]:
        """The table with the largest weighted sum of cells."""
        cost = np.zeros(len(self._places))
        for place, weight in weights.items():
            cost[self._columns[place]] = weight
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        if not self._solved() and not self._begun_again():
            raise ArithmeticError("the solver found no table although there is one")
        return dict(zip(self._places, self._highs.getSolution().col_value, strict=True))

    def _solved(self) -> bool:
        self._highs.run()
        return bool(self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _begun_again(self) -> bool:
        """From a corner that many questions led to rounding may leave no way on: from none, and the other way round."""
        self._highs.clearSolver()
        self._highs.setOptionValue("simplex_strategy", _DUAL)
        solved = self._solved()
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)
        return solved


def _silent() -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # the library leaves it without types
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("simplex_strategy", _PRIMAL)
    return highs
