"""What a rehearsal reads."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.audience import Audience
from campaign_engine.domain.contact import ConsentKind
from campaign_engine.domain.rehearsal import Candidate


@dataclass(frozen=True, slots=True)
class Load:
    """Until when lanes wait, how many messages wait for them, by lane where there are any; the highest contact id."""

    hold_until: Mapping[str, datetime]
    waiting: Mapping[str, int]
    last: int


class RehearsalsRepository(Protocol):
    """Everybody the planner is asked about, also those who will not get it, and why not."""

    async def candidates(
        self, audience: Audience, now: datetime, after: int = 0, topics: Set[ConsentKind] = frozenset()
    ) -> tuple[tuple[Candidate, ...], int]:
        """Those of a range of contact ids, and the id to go on after; of `topics`, which each `asked` for."""

    async def load(self) -> Load:
        """Messages are those that `DeliveriesRepository.open_count` counts."""
