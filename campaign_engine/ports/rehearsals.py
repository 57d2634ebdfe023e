"""What a rehearsal reads."""

from collections import Counter
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.audience import Audience
from campaign_engine.domain.rehearsal import Candidate


class RehearsalsRepository(Protocol):
    """Everybody the planner is asked about, also those who will not get it, and why not."""

    async def candidates(
        self, audience: Audience, now: datetime, after: int = 0
    ) -> tuple[tuple[Candidate, ...], int | None]:
        """Those of a range of contact ids and the id to go on after, None at the end."""

    async def last(self) -> int:
        """The highest contact id: how far `candidates` has to go."""

    async def rooms(self, audience: Audience) -> Counter[str]:
        """Linked rooms that it would go to, by channel."""
