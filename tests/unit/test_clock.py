"""The clocks of the machine itself."""

import time

import pytest

from campaign_engine.ports.clock import SYSTEM_TIME


def test_S6_the_time_that_a_machine_sleeps_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked at before a laptop was closed is old when it is opened."""
    asleep = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    before = SYSTEM_TIME.monotonic()
    assert before == pytest.approx(time.clock_gettime(asleep), abs=1)
    real = time.clock_gettime
    monkeypatch.setattr(time, "clock_gettime", lambda kind: real(kind) + 8 * 3600 * (kind == asleep))
    assert SYSTEM_TIME.monotonic() - before >= 8 * 3600
