"""What services need to move somebody from the page to a chat (safety N5)."""

from datetime import datetime
from typing import Protocol

from campaign_engine.domain.message import Destination


class MovesRepository(Protocol):
    """One-time codes; only keyed hashes of them are kept."""

    async def offer(self, contact_id: int, code: str, until: datetime) -> None:
        """The person's one code from now on."""

    async def move(self, code_hash: str, who: Destination, now: datetime) -> int | None:
        """The code's person has this address from now on and no other; their contact id.

        None, with nothing done, for a code that was used or has ended. What they were waiting for goes to the new
        address, and the old one only tells where they went.
        """

    async def merge(self, code_hash: str, who: Destination, contact_id: int, now: datetime) -> bool | None:
        """The code's person turns out to be this contact, who stays, with what both did and the stricter of each yes.

        Whether the code's person had said STOP, which is a STOP here; None, with nothing done, for a code that was
        used or has ended, is the contact's own, or where one of the two is of the team.
        """

    async def lock(self, who: Destination, nobodys: str) -> None:
        """Give the contact at this address `nobodys`, so that no copy of the old one opens anything any more."""

    async def forget(self, now: datetime) -> int:
        """Remove codes that have ended; how many."""
