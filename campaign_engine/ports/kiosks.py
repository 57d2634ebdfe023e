"""What services need to keep about kiosks; links and sessions are kept as keyed hashes only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.kiosk import Kiosk


class KiosksRepository(Protocol):
    """Tablets that their hosts opened."""

    async def make(self, site_id: int, link: str, until: datetime) -> None:
        """A link that opens one kiosk, until then."""

    async def site_of_link(self, link: str, now: datetime) -> int | None:
        """Id of the site that a link opens a kiosk for; None when it was used, is over or is not ours."""

    async def open(self, link: str, key: str, now: datetime, ends_at: datetime) -> bool:
        """Spend the link; False when somebody was faster."""

    async def find(self, key: str) -> Kiosk | None:
        """The kiosk of a tablet's session."""

    async def of_site(self, site_id: int, since: datetime) -> Sequence[Kiosk]:
        """Those that were open after that moment, newest first."""

    async def note(self, kiosk_id: int, key: str) -> bool:
        """Whether an entry is a new one; from now on it is not."""

    async def count_child(self, day: datetime) -> None:
        """One more "12 or under" on the New York day of this moment; nothing else is kept (safety C2)."""

    async def seen(self, kiosk_id: int, now: datetime, waiting: int, taken: int) -> None:
        """The tablet was heard of; `taken` more entries were counted."""

    async def end(self, site_id: int, kiosk_id: int, now: datetime) -> bool:
        """False when it is not one of the site's, or over."""

    async def forget_old(self, before: datetime) -> int:
        """Remove those that were over, or whose link was, before that moment; how many."""
