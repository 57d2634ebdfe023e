"""The clock is a plain callable that gives the present moment, aware, in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)
