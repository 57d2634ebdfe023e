"""What services need to keep about the question that comes two weeks after a pledge."""

from datetime import datetime
from typing import Protocol

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.follow_up import FollowThrough


class FollowUpsRepository(Protocol):
    """One row for each pledge that was asked about, whatever number of clocks tick."""

    async def free(self, now: datetime) -> int:
        """Questions of the last days that never left become due again; how many."""

    async def close(self, now: datetime) -> int:
        """Questions whose time is over count as unanswered, or as nothing where they did not arrive; how many."""

    async def is_due(self, now: datetime) -> bool:
        """Whether somebody may be asked now: by their own yes, with a plan that is two weeks old and counts to a
        campaign, whose caps leave room, in no held precinct and none with an aftermath campaign (safety C6, S5, I1).
        """

    async def post(self, content: PostContent, now: datetime) -> int:
        """The post of this content, made where there is none yet. Raises Conflict when another clock just made it."""

    async def send(self, post_id: int, now: datetime, stale_at: datetime) -> int:
        """Queue the question for whoever is due, at most a bounded number; how many."""

    async def ask(self, contact_id: int, pledge_id: int, now: datetime) -> None:
        """It is asked in the conversation; nothing where it was asked before, or the pledge is somebody else's."""

    async def answer(self, contact_id: int, pledge_id: int, outcome: FollowThrough, now: datetime) -> None:
        """Only the first answer in time is kept."""

    async def forget(self, asked_before: datetime) -> int:
        """What was said becomes "over"; how many. Its count stays."""
