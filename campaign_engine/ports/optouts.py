"""What is needed to carry opt-outs from one system to another, as keyed hashes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OptOutImport:
    """One import: when (UTC), how many opt-outs it added, how many of them nobody has touched since."""

    at: datetime
    added: int
    untouched: int


class OptOutsRepository(Protocol):
    """Keyed hashes of those who must not be written to."""

    @property
    def fingerprint(self) -> str:
        """Of the key that these hashes are made with."""

    def hash(self, channel: str, address: str) -> str:
        """The keyed hash of a plain address, which is kept nowhere."""

    async def count(self) -> int:
        """How many there are."""

    def each(self) -> AsyncIterator[str]:
        """All of them, in an order that says nothing about when they came."""

    async def add(self, hashes: Sequence[str], now: datetime) -> int:
        """Keep those not known yet as one import at `now`, and stop writing to all of them; how many were new.

        Consents stay as they were, so that `undo` leaves things as they had been.
        """

    async def last_import(self) -> OptOutImport | None:
        """The newest one that was not undone."""

    async def undo(self, at: datetime) -> int:
        """Take back what the import at this moment added, save who said STOP or was deleted since; how many."""
