"""A clock that somebody moves: a week passes in seconds."""

import asyncio
from datetime import datetime, timedelta

from campaign_engine.ports.clock import Time


class DemoClock:
    """Callable like ports.clock.Clock; it stands still until it is moved, and never goes back."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._now = start

    def __call__(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self._now

    @property
    def time(self) -> Time:
        """All that passes, as an engine takes it."""
        return Time(clock=self, monotonic=self.monotonic, sleep=self.sleep)

    def advance(self, step: timedelta) -> None:
        """Move on."""
        self.advance_to(self._now + step)

    def advance_to(self, moment: datetime) -> None:
        """Be at this moment; one that has passed already changes nothing."""
        self._now = max(self._now, moment)

    async def sleep(self, seconds: float) -> None:
        """Let others run, then be `seconds` later; two who sleep at once wake at the later end, not after the sum."""
        until = self._now + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        self.advance_to(until)

    def monotonic(self) -> float:
        """Seconds since the start."""
        return (self._now - self._start).total_seconds()
