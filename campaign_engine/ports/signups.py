"""What services need to keep about sign-ups on the open web (threats T10)."""

from datetime import date, datetime
from typing import Protocol


class SignupsRepository(Protocol):
    """Which sign-ups count."""

    async def settle(self, now: datetime) -> int:
        """Let those count whose clock hour was no burst; how many. What came in a burst waits for its person."""

    async def forget(self, closed_before: datetime) -> int:
        """Remove windows that closed before; how many."""

    async def forget_sources(self, before: date) -> int:
        """Remove the counts of networks of earlier days; how many."""
