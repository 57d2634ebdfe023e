"""What a bench gives: one row of the table, each beside a real alternative measured in the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """`other` is the value of the alternative that `beside` names, in the same unit; `at_most` is a promise, if any."""

    what: str
    value: float
    unit: str
    beside: str
    other: float
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Nothing was promised, or the promise is kept."""
        return self.at_most is None or self.value <= self.at_most


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds; one run before that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
