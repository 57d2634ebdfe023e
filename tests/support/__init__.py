"""Parts that tests of all kinds use."""

from tests.support.clock import FakeClock

__all__ = ["FakeClock"]
