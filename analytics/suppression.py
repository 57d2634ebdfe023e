"""Which counts of persons may be published (safety K1, K2): pure functions over a tree of cells.

A tree is one count and how it splits: city -> boroughs -> precincts, or city -> channels. The outsider that it holds
against knows every published cell, that parts add up to their whole, and that no count is negative.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analytics.editions import HIDDEN, ORGANIZER_K, PUBLIC_K, Figure
from analytics.refusal import ReleaseRefused
from campaign_engine.domain.area import CITY

__all__ = [
    "CITY",
    "HIDDEN",
    "ORGANIZER_K",
    "PUBLIC_K",
    "Cell",
    "Figure",
    "ReleaseRefused",
    "audit",
    "protect",
    "published",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of persons and the parts that add up to it. Keys are unique in a tree. Raises ValueError."""

    key: str
    count: int
    parts: tuple["Cell", ...] = ()

    def __post_init__(self) -> None:
        if self.count < 0 or (self.parts and self.count != sum(part.count for part in self.parts)):
            raise ValueError(f"the parts of {self.key} do not add up to it")

    def walk(self) -> Iterator["Cell"]:
        """This cell and everything under it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def whole(key: str, parts: Sequence[Cell]) -> Cell:
    """With the count that its parts add up to."""
    return Cell(key, sum(part.count for part in parts), tuple(parts))


def protect(total: Cell, k: int, also: Iterable[str] = ()) -> frozenset[str]:
    """Keys of the cells to hide: all below `k` and all in `also`, then the smallest others until nothing can be undone.

    Under every published total either nothing is hidden, or at least two cells that hold at least `k` persons together;
    a hidden total never follows from what is published under it or beside it.
    """
    wanted = frozenset(also)
    hidden = {cell.key for cell in total.walk() if cell.count < k or cell.key in wanted}
    while (key := _next_to_hide(total, k, hidden)) is not None:
        hidden.add(key)
    return frozenset(hidden)


def published(total: Cell, hidden: frozenset[str]) -> dict[str, Figure]:
    """Every cell of the tree as it is printed."""
    return {cell.key: HIDDEN if cell.key in hidden else cell.count for cell in total.walk()}


def audit(total: Cell, hidden: frozenset[str], k: int) -> None:
    """Raise ReleaseRefused unless each hidden cell could be any of at least `k` whole numbers (safety K2)."""
    for key, (least, most) in bounds(total, hidden, k).items():
        if key in hidden and most - least + 1 < k:
            raise ReleaseRefused(
                "This report would give a small number away.", "Nothing was published. Please report this as a fault."
            )


def bounds(total: Cell, hidden: frozenset[str], k: int) -> dict[str, tuple[float, float]]:
    """The least and most that an outsider can tell each cell to be.

    Exact, because the sums form a tree: one pass up and one pass down. A hidden whole is known to be below `k`.
    """
    known: dict[str, tuple[float, float]] = {}
    _from_parts(total, hidden, known)
    if total.key in hidden:
        known[total.key] = (known[total.key][0], min(known[total.key][1], k - 1))
    _from_wholes(total, known)
    return known


def _from_parts(cell: Cell, hidden: frozenset[str], known: dict[str, tuple[float, float]]) -> None:
    for part in cell.parts:
        _from_parts(part, hidden, known)
    least, most = (0.0, math.inf) if cell.key in hidden else (float(cell.count), float(cell.count))
    if cell.parts:
        least = max(least, sum(known[part.key][0] for part in cell.parts))
        most = min(most, sum(known[part.key][1] for part in cell.parts))
    known[cell.key] = (least, most)


def _from_wholes(cell: Cell, known: dict[str, tuple[float, float]]) -> None:
    least, most = known[cell.key]
    ranges = {part.key: known[part.key] for part in cell.parts}
    for part in cell.parts:
        others = [ranges[key] for key in ranges if key != part.key]
        low = max(ranges[part.key][0], least - sum(other[1] for other in others))
        high = min(ranges[part.key][1], most - sum(other[0] for other in others))
        known[part.key] = (low, high)
        _from_wholes(part, known)


def _next_to_hide(total: Cell, k: int, hidden: set[str]) -> str | None:
    for whole in total.walk():
        if whole.key in hidden or not whole.parts:
            continue
        leaves, shown, wholes = _frontier(whole, hidden)
        if not leaves and not wholes:
            continue
        if len(leaves) < 2 or sum(cell.count for cell in leaves) < k:
            return _smallest(shown, whole)
        for inner in wholes:
            inside, shown_inside, _ = _frontier(inner, hidden)
            if not inside:
                return _smallest(shown_inside, inner)
            if len(inside) == len(leaves):
                return _smallest([cell for cell in shown if cell not in shown_inside], whole)
    return None


def _frontier(whole: Cell, hidden: set[str]) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """What a whole is the sum of, seen from outside: hidden leaves and shown cells; and the hidden wholes between."""
    leaves: list[Cell] = []
    shown: list[Cell] = []
    wholes: list[Cell] = []
    for part in whole.parts:
        if part.key not in hidden:
            shown.append(part)
        elif not part.parts:
            leaves.append(part)
        else:
            inner = _frontier(part, hidden)
            leaves += inner[0]
            shown += inner[1]
            wholes += [part, *inner[2]]
    return leaves, shown, wholes


def _smallest(shown: list[Cell], whole: Cell) -> str:
    """The whole itself where nothing beside the hidden cells is left to hide."""
    return min(shown, key=lambda cell: (cell.count, cell.key)).key if shown else whole.key
