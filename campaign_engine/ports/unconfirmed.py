"""What services need to keep about messages that may or may not have left (ADR 3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.delivery import Decision


@dataclass(frozen=True, slots=True)
class Unsure:
    """So many messages of one post on one channel, to people or to rooms, wait for a decision.

    `until` they may be sent again; None when they are too late, or nothing of their post leaves any more (safety S6).
    """

    campaign_id: int
    post_id: int
    lane: str
    is_room: bool
    messages: int
    until: datetime | None


class UnconfirmedRepository(Protocol):
    """Decided by post, never by person: whose message it was stays unknown to whoever decides."""

    async def groups(self, now: datetime, campaign_id: int | None = None) -> tuple[Unsure, ...]:
        """Of one campaign or of all, by campaign and post."""

    async def decide(self, post_id: int, decision: Decision, now: datetime, not_before: datetime) -> int:
        """How many; 0 when somebody decided first. What can be sent again leaves from `not_before` on, as if queued."""

    async def undo(self, post_id: int, decision: Decision, now: datetime) -> int:
        """How many became unconfirmed again: of a resend only what no lane has taken yet."""

    async def untold(self, now: datetime) -> tuple[int, ...]:
        """Campaigns whose author is to hear that there are some; each new one is given to one of any number of askers.

        Texts of the program's own have no author.
        """
