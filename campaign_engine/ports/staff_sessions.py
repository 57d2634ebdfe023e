"""One-time links and sessions of the team's pages; only keyed hashes of both are kept (safety R2)."""

from datetime import datetime
from typing import Protocol

from campaign_engine.domain.contact import RoleGrant
from campaign_engine.domain.staff_session import LinkState


class StaffSessionsRepository(Protocol):
    """Every token is hashed with its purpose before it is looked up (safety A4)."""

    async def keep_link(self, token: str, contact_id: int, until: datetime) -> None:
        """Earlier links of the same person that were not used stop working."""

    async def look(self, token: str, now: datetime) -> LinkState:
        """Spends nothing; `over` for one that is not there any more."""

    async def spend(self, token: str, now: datetime) -> int | None:
        """Contact id of whoever it was made for, once."""

    async def begin(self, token: str, contact_id: int, until: datetime) -> None:
        """A new session."""

    async def find(self, token: str, now: datetime) -> tuple[str, tuple[RoleGrant, ...]] | None:
        """Handle and grants as they are now; None without any, and after the session's end."""

    async def end(self, token: str) -> bool:
        """Sign out; False when there was no such session."""

    async def contact_of(self, handle: str) -> int | None:
        """Of a member of the team, by their stored handle."""

    async def forget(self, before: datetime) -> int:
        """Remove links and sessions that ended before; how many."""
