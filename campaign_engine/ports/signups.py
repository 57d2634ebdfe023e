"""What services need to keep about sign-ups on the open web (threats T10)."""

from datetime import date, datetime
from typing import Protocol

from campaign_engine.domain.confirming import SiteWindow


class SignupsRepository(Protocol):
    """Windows of hosts, and what is remembered to tell a burst."""

    async def is_open(self, site_id: int, now: datetime) -> bool:
        """A host's window for sign-ups."""

    async def window(self, site_id: int, now: datetime) -> SiteWindow | None:
        """The one that is open."""

    async def open_window(self, site_id: int, now: datetime, closes_at: datetime, headcount: int) -> bool:
        """False where one is open already."""

    async def close_window(self, site_id: int, now: datetime) -> bool:
        """False where none is open."""

    async def is_old(self, code: str) -> bool:
        """A code that stood on a poster of a site and was replaced."""

    async def forget_counted(self, before: datetime) -> int:
        """Forget that those came by a page who count anyway and came before; how many."""

    async def forget(self, closed_before: datetime) -> int:
        """Remove windows that closed before; how many."""

    async def forget_sources(self, before: date) -> int:
        """Remove the counts of networks of earlier days; how many."""
