"""The clock is a plain callable that gives the present moment, aware, in UTC; waiting goes through the same seam."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]

_GOES_ON = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux's own kind; elsewhere the plain one counts the machine's sleep too."""


def system_clock() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds that never go back and go on while the machine sleeps, unlike those of Python's `time.monotonic`.

    A laptop that is opened the next morning must not send what it looked at in the evening.
    """
    return time.clock_gettime(_GOES_ON)


@dataclass(frozen=True, slots=True)
class Time:
    """All that passes: the wall clock, seconds that never jump, and waiting; a demo or a test moves all three."""

    clock: Clock = system_clock
    monotonic: Callable[[], float] = steady
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


SYSTEM_TIME = Time()
"""The machine's own."""
