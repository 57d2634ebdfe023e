"""Posts that a lane stopped, because one message after another failed for no reason of its readers'."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """How messages of one post ended on a lane, one after another.

    `failed` in a row until the first that left, and so many in a row after the `last` one that did; None: none left.
    """

    post_id: int
    version: int
    failed: int
    last: int | None = None


class StoppedPostsRepository(Protocol):
    """At most one row per post; a new version of it is not stopped."""

    async def count(self, lane: str, run: Run) -> int:
        """The longest run of failures of this post that has now come to be, on the lane or over all of them.

        One that leaves ends both. Many posts are to be counted in their order, so that two lanes never wait for each
        other.
        """

    async def stop(self, post_id: int, version: int, reason: str, now: datetime) -> int | None:
        """Its campaign's id; None where it was stopped before, and for a campaign that does not run."""

    async def retry(self, campaign_id: int) -> int:
        """Lanes try all of its posts again, and count their failures from the beginning; how many were stopped."""

    async def reasons(self, campaigns: Collection[int]) -> Mapping[int, tuple[str, ...]]:
        """By campaign, one for each post that is stopped in its current version."""
