"""Posts that a lane stopped, because one message after another failed for no reason of its readers'."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class StoppedPostsRepository(Protocol):
    """At most one row per post; a new version of it is not stopped."""

    async def stop(self, post_id: int, version: int, reason: str, now: datetime) -> int | None:
        """Its campaign's id; None where it was stopped before, and for a campaign that does not run."""

    async def retry(self, campaign_id: int) -> int:
        """Lanes try all of its posts again; how many were stopped."""

    async def reasons(self, campaigns: Collection[int]) -> Mapping[int, tuple[str, ...]]:
        """By campaign, one for each post that is stopped in its current version."""
