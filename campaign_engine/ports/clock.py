"""The clock is a plain callable that gives the present moment, aware, in UTC; waiting goes through the same seam."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Time:
    """All that passes: the wall clock, seconds that never jump, and waiting; a demo or a test moves all three."""

    clock: Clock = system_clock
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


SYSTEM_TIME = Time()
"""The machine's own."""
