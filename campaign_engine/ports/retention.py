"""Removing what has been kept long enough (safety A5). Each call is one batch: 0 means that nothing is left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class RetentionRepository(Protocol):
    """What no other repository removes by itself; every `before` is UTC."""

    async def count_deliveries(self, before: datetime, limit: int) -> int:
        """Messages to people that were last changed before: their counts and first times stay; how many went.

        Those that may still be sent stay. Rooms are no persons: their rows stay with their campaign.
        """

    async def count_actions(self, before: datetime, limit: int) -> int:
        """Acts of days before; what a report still needs of them stays as first times and counts; how many went."""

    async def close_campaigns(self, ended_before: datetime, now: datetime) -> int:
        """Campaigns that ended before become counts: nothing links a person to them but a pledge; how many."""

    async def forget_inactive(self, seen_before: datetime, limit: int) -> int:
        """People as by /delete but without a do-not-contact mark; staff stay; how many."""

    async def forget_invites(self, now: datetime) -> int:
        """Role invites that ended or were used; of allies' invites the counters and marks that are over."""

    async def forget_counters(self, before: datetime) -> int:
        """Counts of days before."""

    async def forget_campaign_work(self, ended_before: datetime) -> int:
        """Posts of campaigns that ended before, with all that hangs on them, and who planned them; how many posts."""

    async def forget_holds(self, ended_before: datetime) -> int:
        """Holds and incidents."""

    async def forget_rooms(self, linked_before: datetime) -> int:
        """Rooms that are not linked any more."""

    async def forget_room_figures(self, counted_before: datetime) -> int:
        """Reactions and joins that nothing was added to since, also of rooms that are still linked."""

    async def forget_uploads(self, uploaded_before: datetime) -> int:
        """Ids that a platform gave to what was uploaded to it; it is uploaded anew when it is sent again."""

    async def cut_audit(self, before: datetime) -> int:
        """The oldest entries, whose last hash is kept so that the chain can still be verified."""

    async def note_run(self, rule: str, now: datetime, removed: int) -> None:
        """When a rule was applied to its end, and what it removed."""

    async def last_runs(self) -> Mapping[str, tuple[datetime, int]]:
        """The newest run of each rule and what it removed."""
