"""Coarse work in the background: put by whoever finds that it is due, done by any process that does such work."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """Doing it twice does no more than doing it once; there is never one for a single message.

    `about` is the row it is about, 0 for none. `turn` counts the periods of work that comes again and again: of any
    number of clocks one puts it in each.
    """

    name: str
    about: int = 0
    turn: int = 0

    @property
    def key(self) -> str:
        """Jobs of one key are never done at the same time."""
        return f"{self.name}:{self.about}" if self.about else self.name


class TryAgain(Exception):
    """A job failed, that is noted, and it is to be done again after so many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


Work = Callable[[Job], Awaitable[None]]
"""Raises TryAgain and nothing else."""


class JobQueue(Protocol):
    """Implemented in queueing."""

    async def put(self, job: Job) -> None:
        """Have it done; nothing while one of its key waits or is being done. Raises StoreUnavailable."""

    async def run(self, stop: asyncio.Event, work: Work) -> None:
        """Do what was put until `stop`, and finish what was begun. Raises StoreUnavailable."""

    async def close(self) -> None:
        """Give back what was opened."""


@dataclass(frozen=True, slots=True)
class FailingJob:
    """`code` is an error's code or type; it is done again at `next_at`."""

    name: str
    about: int
    attempts: int
    code: str
    failed_at: datetime
    next_at: datetime


class JobsRepository(Protocol):
    """Jobs that failed and did not succeed since."""

    async def attempts(self, job: Job) -> int:
        """How often in a row it failed."""

    async def note(self, failing: FailingJob) -> None:
        """In place of what was noted before."""

    async def clear(self, job: Job) -> None:
        """It succeeded."""

    async def failing(self) -> tuple[FailingJob, ...]:
        """Those that fail now, the longest first."""
