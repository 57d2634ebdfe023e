"""What is kept of weekly editions, and who makes one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

Cells = Mapping[str, Mapping[str, Any]]
"""Measure -> key -> [figure, whether it is new in this edition]."""


@dataclass(frozen=True, slots=True)
class NewEdition:
    """A campaign's figures as they are to be frozen. `counts` are the true ones, for the next to begin from.

    `week` is the Sunday it comes out; `public_week` and `organizer_week` are of the week that ended with it: what is
    shown, by measure. `corrects` is the number of the one in whose place it stands, `reason` why.
    """

    campaign_id: int
    week: date
    data_through: date
    made_at: datetime
    layout: Mapping[str, Any]
    public_cells: Cells
    organizer_cells: Cells
    loose: Mapping[str, Any]
    counts: Mapping[str, Any]
    public_week: Mapping[str, int] = field(default_factory=dict)
    organizer_week: Mapping[str, int] = field(default_factory=dict)
    public_rooms: Mapping[str, Any] = field(default_factory=dict)
    organizer_rooms: Mapping[str, Any] = field(default_factory=dict)
    number: int = 1
    corrects: int | None = None
    reason: str = ""


class EditionsRepository(Protocol):
    """Editions are never changed once they are there."""

    async def due(self, week: date) -> tuple[int, ...]:
        """Campaigns launched before this week that have no edition of it yet and may have changed since their last."""

    async def add(self, edition: NewEdition) -> bool:
        """False where another clock was quicker: its number is taken, or its week has one already."""


class EditionMaker(Protocol):
    """Counts and protects in a process of its own."""

    async def edition(self, campaign_id: int, week: date, reason: str = "") -> NewEdition:
        """The next one, not yet kept; with a `reason` a correction of the last. Raises NotFound, ReportFailed."""
