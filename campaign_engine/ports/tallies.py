"""Pledges on paper as a site's host counted them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from campaign_engine.domain.action import PledgeCode, Site
from campaign_engine.domain.tally import TallyRow


@dataclass(frozen=True, slots=True)
class TallyBatch:
    """What was added at once; `added_at` is UTC."""

    batch: str
    added_at: datetime
    first: date
    last: date
    count: int


class TalliesRepository(Protocol):
    """Each cell (site, day, pledge) once; each is also so many pledges without a person (measures)."""

    async def known(self, site_id: int) -> Mapping[tuple[date, PledgeCode], int]:
        """What was applied and not taken back."""

    async def add(self, site: Site, rows: Sequence[TallyRow], batch: str, now: datetime) -> None:
        """All rows. Raises Conflict, having to be rolled back, when one was applied by somebody else meanwhile."""

    async def batches(self, site_id: int, since: datetime) -> tuple[TallyBatch, ...]:
        """Newest first."""

    async def undo(self, site_id: int, batch: str, since: datetime) -> int:
        """Take back what was added at once; how many pledges, 0 when there is no such batch."""

    async def total(self, site_id: int) -> int:
        """Pledges on paper of a site."""
