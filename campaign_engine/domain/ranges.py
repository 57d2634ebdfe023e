"""How many contacts are frozen in one transaction, from how long the last ones kept others waiting."""

from dataclasses import dataclass

WAIT_SECONDS = 0.1
"""What a range takes of the writer that SQLite has, far below the 200 ms that nobody is to wait for longer."""

MADE = 8
"""Times that a contact who gets a delivery takes as long as one who is passed over."""

GROWTH = 4
"""A longer one than so many times the last would rest on too little."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lengths of the first range, of the shortest and of the longest; a fixed one where all are the same."""

    first: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Range:
    """Contacts with `after` < id <= `last`."""

    after: int
    length: int

    @property
    def last(self) -> int:
        """Where the next one begins."""
        return self.after + self.length

    def then(self, made: int, seconds: float, bounds: Bounds) -> "Range":
        """The next one, after this one made so many deliveries in so long.

        As long as takes WAIT_SECONDS where everybody in it is chosen: who comes after a stretch where nobody was, keeps
        nobody waiting for longer.
        """
        worth = self.length + MADE * made
        fits = WAIT_SECONDS * worth / ((1 + MADE) * seconds) if seconds > 0 else bounds.most
        return Range(self.last, max(bounds.least, min(bounds.most, self.length * GROWTH, int(fits))))
