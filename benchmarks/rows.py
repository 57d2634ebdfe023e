"""What a bench gives: one row of the table, each beside a real alternative measured in the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """`other` is the value of the alternative that `beside` names, in the same unit; the last two are promises."""

    what: str
    value: float
    unit: str
    beside: str
    other: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        """Nothing was promised, or the promise is kept."""
        low, high = self.at_least, self.at_most
        return (low is None or self.value >= low) and (high is None or self.value <= high)

    @property
    def promise(self) -> str:
        """As it is printed; empty without one."""
        words = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {value:,.4g} {self.unit}".rstrip() for word, value in words if value is not None)


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds; one run before that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
