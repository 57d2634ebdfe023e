"""How campaigns stand: messages by status, and who got which card on a Sunday."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from campaign_engine.domain.delivery import DeliveryStatus


@dataclass(frozen=True, slots=True)
class SundayCard:
    """A reach card that one of the team is to get; `contact_id` is its author's, `sunday` the New York day."""

    campaign_id: int
    contact_id: int
    sunday: date


class BoardsRepository(Protocol):
    """Counts over rows that are there and rows that were counted and removed."""

    async def messages(self, campaigns: Collection[int]) -> Mapping[int, Mapping[DeliveryStatus, int]]:
        """Exact, to people and rooms; who shows them rounds them (safety K3)."""

    async def sunday_cards(self, since: datetime, until: datetime, sunday: date) -> tuple[SundayCard, ...]:
        """Authors of campaigns of which something went out in this time and who got no card of this Sunday."""

    async def note_sunday(self, card: SundayCard) -> int:
        """That it is handed on now; how many of its author's cards of that Sunday are by now.

        None where another process handed it on, or its author has left the team.
        """

    async def forget_sundays(self, before: date) -> int:
        """How many were removed."""
