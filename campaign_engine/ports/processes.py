"""Processes of the program that work with one database, on this machine or another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

ANSWERS = "bots"
"""The role of those that answer people by chat."""


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """`roles` are joined by commas; `seen_at` is its last sign of life."""

    id: str
    machine: str
    roles: str
    started_at: datetime
    seen_at: datetime

    @property
    def answers(self) -> bool:
        """Whether it has that role."""
        return ANSWERS in self.roles.split(",")


class ProcessesRepository(Protocol):
    """Those that gave a sign in the last hour."""

    async def beat(self, process: ProcessSeen) -> None:
        """A sign of life; whoever has been silent for an hour is forgotten."""

    async def leave(self, process_id: str) -> None:
        """It stopped as it should."""

    async def seen(self, since: datetime) -> tuple[ProcessSeen, ...]:
        """Who gave a sign since, by machine."""
