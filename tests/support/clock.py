"""A clock that tests move."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
"""Tuesday, 4 pm in New York: a school day inside the default window."""


class FakeClock:
    """Callable like ports.clock.Clock; `sleep` lets its time pass at once."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        """Move on."""
        self.now += step

    async def sleep(self, seconds: float) -> None:
        """Let others run, then be `seconds` later."""
        await asyncio.sleep(0)
        self.now += timedelta(seconds=seconds)
