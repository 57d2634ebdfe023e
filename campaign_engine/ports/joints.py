"""What services need to keep about conditional pledges of an area."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.joint import Joint, JointStatus, NewJoint, Outcome


class JointsRepository(Protocol):
    """One row each, one per person who is in, and one per person who got its message."""

    async def add(self, new: NewJoint, author_id: int, now: datetime) -> int:
        """Submitted; its id."""

    async def get(self, joint_id: int) -> Joint:
        """Raises NotFound."""

    async def listed(self, precincts: Collection[int], *, waiting: bool = False) -> tuple[Joint, ...]:
        """Of these precincts, newest first, at most a page: those that are not dropped, or those that wait."""

    async def decide(self, joint_id: int, status: JointStatus, approver_id: int) -> bool:
        """The second person's word; False when it does not wait any more."""

    async def set_anyway(self, joint_id: int, *, anyway: bool) -> bool:
        """What becomes of it with fewer; False when it is over."""

    async def join(self, joint_id: int, contact_id: int, today: date) -> bool:
        """Once; False when it is not open, or for another area than the person's."""

    async def leave(self, joint_id: int, contact_id: int) -> None:
        """As if they had never joined."""

    async def open_ones(self) -> tuple[tuple[Joint, int, date | None], ...]:
        """Those that are open, how many are in each, and the day of what is seen of it."""

    async def freeze(self, joint_id: int, frozen: int, shown: int | None, today: date) -> None:
        """What is seen of it until tomorrow."""

    async def close(self, joint: Joint, outcome: Outcome, shown: int | None, now: datetime) -> bool:
        """`shown` is what is said of it from now on. False when another clock closed it."""

    async def free(self, now: datetime) -> int:
        """Messages of the last days that never left become due again; how many."""

    async def untold(self, now: datetime) -> tuple[Joint, ...]:
        """Closed lately, with somebody in it who may get its message now (safety C6, S5, I1)."""

    async def post(self, content: PostContent, now: datetime) -> int:
        """The post of this content, made where there is none yet. Raises Conflict when another clock just made it."""

    async def send(self, post_id: int, joint_id: int, now: datetime, stale_at: datetime) -> int:
        """Queue it for whoever is in and was not told, at most a bounded number; how many."""

    async def forget_joins(self, closed_before: datetime) -> int:
        """Who was in, and who was told; how many rows."""

    async def forget(self, closed_before: datetime) -> int:
        """How many."""
