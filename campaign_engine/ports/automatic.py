"""What services need to keep about texts that the program sends by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.automatic_texts import TextKey


@dataclass(frozen=True, slots=True)
class TextApproval:
    """Who approved one text in one language, and when (UTC)."""

    key: TextKey
    handle: str
    at: datetime


class TextApprovalsRepository(Protocol):
    """Approvals of automatic texts; none is ever taken back, an edit is a new version (safety S1)."""

    async def all(self) -> tuple[TextApproval, ...]:
        """In order of name, language and time."""

    async def approved(self, names: Collection[str]) -> frozenset[TextKey]:
        """Of these texts; nothing is asked for none."""

    async def approve(self, keys: Collection[TextKey], contact_id: int | None, handle: str, now: datetime) -> bool:
        """False when each was approved already."""
