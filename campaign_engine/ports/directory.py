"""The support directory: entries from files, looks from the store."""

from collections.abc import Mapping
from typing import Protocol

from campaign_engine.domain.support import Look, SupportEntry


class SupportEntries(Protocol):
    """What ships with the program and what the operator added."""

    def entries(self) -> tuple[SupportEntry, ...]:
        """In the order in which they are shown."""


class DirectoryRepository(Protocol):
    """Who looked at which entry, and until when that is good."""

    async def looks(self) -> Mapping[str, Look]:
        """The newest of each, by the entry's name."""

    async def keep(self, name: str, look: Look) -> None:
        """In place of an earlier one."""
