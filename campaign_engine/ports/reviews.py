"""What a second person compares with, and what they tell the author when something goes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.campaign import PostContent


@dataclass(frozen=True, slots=True)
class Returned:
    """Why a campaign came back; `words` are the approver's own and for its author only."""

    reason: str
    words: str
    at: datetime


class ReviewsRepository(Protocol):
    """Approved versions and the newest return of each campaign."""

    async def approved(self, *campaigns: int) -> Mapping[int, PostContent]:
        """The newest approved version of each of their posts that was ever approved, by post."""

    async def note_return(self, campaign_id: int, returned: Returned) -> None:
        """In the place of an earlier one."""

    async def returned(self, campaign_id: int) -> Returned | None:
        """None once it was approved, or 30 days later (safety A5)."""

    async def forget_return(self, campaign_id: int) -> None:
        """It was approved."""

    async def forget_returns(self, before: datetime) -> int:
        """How many were removed."""
