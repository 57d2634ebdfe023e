"""An attacker of our own who imports nothing of ours: only what was printed, and how such tables are made.

What they know: rows of cells that add up, counts that are whole, never negative and never go down, parts of people
within others, and that a figure which did not move was fewer than a step short. What they do: put every edition of both
views into one system, and ask how small and how large each hidden cell can be.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

Cell = tuple[str, str]


@dataclass
class Paper:
    """One printed edition. `new` are figures that a reader sees for the first time."""

    rows: Sequence[tuple[Cell, Sequence[Cell]]]
    within: Sequence[tuple[Cell, Cell]]
    cells: Sequence[Cell]
    figures: Mapping[Cell, int]
    new: frozenset[Cell] = field(default_factory=frozenset)
    lag: int = 0
    """How far behind an unmoved figure can be."""

    few: int = 0
    """A hidden total of everything counts fewer than this."""

    late: frozenset[Cell] = field(default_factory=frozenset)
    """Cells whose figure stayed for another reason; the attacker would be wrong about them, so they are told."""


class System:
    """Bounds by propagation first, by linear programming for what is left."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.names = [(number, cell) for number, paper in enumerate(papers) for cell in paper.cells]
        self.index = {name: column for column, name in enumerate(self.names)}
        most = 3.0 * max([40, *(figure for paper in papers for figure in paper.figures.values())])
        self.low, self.high = np.zeros(len(self.names)), np.full(len(self.names), most)
        self.equal: list[list[tuple[int, float]]] = []
        self.order: list[tuple[int, int]] = []
        for number, paper in enumerate(papers):
            self._read(number, paper)
        for number, paper in enumerate(papers[1:], 1):
            for cell in paper.cells:
                if (number - 1, cell) in self.index:
                    self.order.append((self.index[number - 1, cell], self.index[number, cell]))

    def _read(self, number: int, paper: Paper) -> None:
        inner = {part for _, parts in paper.rows for part in parts}
        for cell in paper.cells:
            column, figure = self.index[number, cell], paper.figures.get(cell)
            if figure is not None:
                self.low[column] = figure
                if cell in paper.new:
                    self.high[column] = figure
                elif cell not in paper.late:
                    self.high[column] = figure + paper.lag
            elif cell not in inner and cell not in paper.late:
                self.high[column] = paper.few - 1
        for whole, parts in paper.rows:
            terms = [(self.index[number, part], 1.0) for part in parts]
            self.equal.append([*terms, (self.index[number, whole], -1.0)])
        self.order += [(self.index[number, part], self.index[number, whole]) for part, whole in paper.within]

    def solver(self) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]  # the library leaves it without types
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("simplex_strategy", 4)  # primal: begins where the last question ended
        rows = [*self.equal, *([(more, 1.0), (less, -1.0)] for less, more in self.order)]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.names), len(rows)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.zeros(len(self.names)), self.low, self.high
        lp.row_lower_ = np.zeros(len(rows))
        lp.row_upper_ = np.array([0.0] * len(self.equal) + [highspy.kHighsInf] * len(self.order))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(row) for row in rows)])
        lp.a_matrix_.index_ = np.array([column for row in rows for column, _ in row], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([factor for row in rows for _, factor in row])
        highs.passModel(lp)
        return highs


def recovered(papers: Sequence[Paper], k: int) -> Iterable[tuple[int, Cell]]:
    """Hidden cells that can be fewer than `k` whole numbers, each with the number of its edition."""
    system = System(papers)
    hidden = [column for column, (number, cell) in enumerate(system.names) if cell not in papers[number].figures]
    least, most = np.full(len(system.names), np.inf), np.full(len(system.names), -np.inf)
    solver, size = system.solver(), len(system.names)
    dice = np.random.default_rng(size)
    lines = [key.partition("|")[0] for _, (_, key) in system.names]

    def ask(cost: np.ndarray) -> bool:
        solver.changeColsCost(size, np.arange(size, dtype=np.int32), cost)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        found = np.array(solver.getSolution().col_value)
        np.minimum(least, found, out=least)
        np.maximum(most, found, out=most)
        return True

    def left() -> list[int]:
        return [
            column for column in hidden if math.floor(most[column] + 1e-6) - math.ceil(least[column] - 1e-6) < k - 1
        ]

    if hidden and not ask(np.zeros(size)):
        return []
    open_ones, before = left(), size + 1
    while open_ones and len(open_ones) < before:
        before = len(open_ones)
        ways = {line: dice.choice((-1.0, 1.0)) for line in dict.fromkeys(lines[column] for column in open_ones)}
        cost = np.zeros(size)
        cost[open_ones] = [ways[lines[column]] * dice.uniform(0.5, 1.0) for column in open_ones]
        ask(cost)
        ask(-cost)
        open_ones = left()
    for column in left():
        cost = np.zeros(size)
        cost[column] = 1.0
        ask(cost)
        ask(-cost)
    return [system.names[column] for column in left()]
