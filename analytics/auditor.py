"""The auditor: the least and most that each hidden cell can be, from all that was ever published (safety K2).

A linear program over every edition of one group of tables. The outsider it stands for knows which cells add up to
which, that no count is negative or goes down, that pledged are among reached, and when a figure stays or moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from analytics.cells import Name, Printed
from campaign_engine.domain.errors import GroundswellError

Place = tuple[int, Name]
"""A cell of one of the editions, by its position."""

ALMOST = 1e-6
_WILD_GUESSES = 25
_WORTH_IT = 0.93
_SEED = 11
_ENOUGH = 12


class ReleaseRefused(GroundswellError):
    """A hidden cell could be worked out from what would be published."""

    code = "release_refused"


@dataclass(frozen=True, slots=True)
class Rules:
    """`k`: how many whole numbers a hidden cell must be able to be. `slack`: how far an unmoved figure may lag."""

    k: int
    slack: int


@dataclass(slots=True)
class Seen:
    """Least and most of each cell over all tables that would have been printed alike and were found so far.

    It holds on when less is published, because each of those tables would then be printed alike too.
    """

    least: dict[Place, float] = field(default_factory=dict)
    most: dict[Place, float] = field(default_factory=dict)

    def width(self, place: Place) -> int:
        """How many whole numbers lie between, 0 before anything was found."""
        if place not in self.least:
            return 0
        return int(np.floor(self.most[place] + ALMOST) - np.ceil(self.least[place] - ALMOST)) + 1

    def add(self, place: Place, value: float) -> None:
        """One more table."""
        self.least[place] = min(self.least.get(place, value), value)
        self.most[place] = max(self.most.get(place, value), value)


def weak_cells(editions: Sequence[Printed], rules: Rules, most: int, seen: Seen | None = None) -> tuple[Place, ...]:
    """Hidden cells of any edition that could be fewer than k whole numbers; `most` is more than any cell can count."""
    seen = seen or Seen()
    wanted = [
        (number, name)
        for number, printed in enumerate(editions)
        for name in printed.tables.names
        if name not in printed.shown and seen.width((number, name)) < rules.k
    ]
    if not wanted:
        return ()
    model = _Model(editions, rules, most)
    return tuple(_pinned(model, wanted, rules.k, seen))


def _pinned(model: "_Model", wanted: list[Place], k: int, seen: Seen) -> Iterable[Place]:
    """First tables at random corners, which settle most cells at once, then exactly what is left."""
    random = np.random.default_rng(_SEED)
    solver = model.solver()
    for _ in range(_WILD_GUESSES):
        columns = [model.columns[place] for place in wanted]
        weights = random.uniform(0.5, 1.0, len(columns)) * random.choice((-1.0, 0.0, 1.0), len(columns))
        for side in (weights, -weights):
            found = solver.best(dict(zip(columns, side, strict=True)))
            for place, column in zip(wanted, columns, strict=True):
                seen.add(place, found[column])
        before = len(wanted)
        wanted = [place for place in wanted if seen.width(place) < k]
        if len(wanted) > _WORTH_IT * before or not wanted:
            break
    found_weak = 0
    while wanted:
        place = wanted.pop()
        for direction in (1.0, -1.0):
            found = solver.best({model.columns[place]: direction})
            for each in (place, *wanted):
                seen.add(each, found[model.columns[each]])
        if seen.width(place) < k:
            yield place
            found_weak += 1
            if found_weak == _ENOUGH:
                return
        wanted = [each for each in wanted if seen.width(each) < k]


class _Model:
    """Columns are the cells that are not known exactly; what is known is a number on the right hand side."""

    def __init__(self, editions: Sequence[Printed], rules: Rules, most: int) -> None:
        self.columns: dict[Place, int] = {}
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: list[tuple[float, float, list[int], list[float]]] = []
        self._editions = editions
        for number, printed in enumerate(editions):
            self._cells(number, printed, rules, float(most))
        for number, printed in enumerate(editions):
            for each in printed.tables.sums:
                terms = [((number, part), 1.0) for part in each.parts]
                self._row([*terms, ((number, each.whole), -1.0)], 0.0)
            leaves = printed.tables.leaves()
            for part, whole in printed.tables.within:
                if part in leaves:
                    self._at_most((number, part), (number, whole))
            if number and not printed.corrects:
                before = editions[number - 1].tables
                for name in set(before.names) & set(printed.tables.names):
                    if name in leaves or name in before.leaves():
                        self._at_most((number - 1, name), (number, name))

    def _cells(self, number: int, printed: Printed, rules: Rules, most: float) -> None:
        tops = printed.tables.tops()
        for name in printed.tables.names:
            shown = printed.shown.get(name)
            if shown is None:
                low, high = 0.0, rules.k - 1.0 if name in tops and name not in printed.loose else most
            elif name in printed.exact:
                continue
            else:
                low, high = float(shown), most if name in printed.loose else float(shown + rules.slack)
            self.columns[number, name] = len(self.lower)
            self.lower.append(low)
            self.upper.append(high)

    def _row(self, terms: Sequence[tuple[Place, float]], known: float) -> None:
        columns, factors = [], []
        for (number, name), factor in terms:
            column = self.columns.get((number, name))
            if column is None:
                known -= factor * self._editions[number].shown[name]
            else:
                columns.append(column)
                factors.append(factor)
        if columns:
            self.rows.append((known, known, columns, factors))

    def _at_most(self, less: Place, more: Place) -> None:
        low, high = self.columns.get(less), self.columns.get(more)
        if low is not None and high is not None:
            self.rows.append((0.0, highspy.kHighsInf, [high, low], [1.0, -1.0]))
        elif low is not None:
            self.upper[low] = min(self.upper[low], float(self._editions[more[0]].shown[more[1]]))
        elif high is not None:
            self.lower[high] = max(self.lower[high], float(self._editions[less[0]].shown[less[1]]))

    def solver(self) -> "_Solver":
        return _Solver(self)


class _Solver:
    """Keeps its last corner, so that the next question begins there."""

    def __init__(self, model: _Model) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]  # the library leaves it without types
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(model.lower), len(model.rows)
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = np.zeros(len(model.lower))
        program.col_lower_, program.col_upper_ = np.array(model.lower), np.array(model.upper)
        program.row_lower_ = np.array([row[0] for row in model.rows])
        program.row_upper_ = np.array([row[1] for row in model.rows])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(row[2]) for row in model.rows)])
        program.a_matrix_.index_ = np.array([column for row in model.rows for column in row[2]], dtype=np.int32)
        program.a_matrix_.value_ = np.array([factor for row in model.rows for factor in row[3]])
        self._highs.passModel(program)
        self._size = len(model.lower)

    def best(self, weights: Mapping[int, float]) -> np.ndarray:
        """The table with the largest weighted sum. Raises ReleaseRefused where no table fits what is published."""
        cost = np.zeros(self._size)
        cost[list(weights)] = list(weights.values())
        self._highs.changeColsCost(self._size, np.arange(self._size, dtype=np.int32), cost)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ReleaseRefused(
                "The figures of this edition do not fit the earlier ones.", "Nothing was published. Please report this."
            )
        return np.array(self._highs.getSolution().col_value)
