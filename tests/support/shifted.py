"""Any command of the program with a clock that a test turns: `python -m tests.support.shifted [--pace N] DIAL up`.

All processes of one installation read the same dial, a file that is mapped into memory, so that their clocks agree
and a test can move all of them at once.
"""

import argparse
import mmap
import struct
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign_engine.domain import pacing
from campaign_engine.domain.pacing import Limit
from campaign_engine.ports import clock
from campaign_engine.ports.clock import Time

_SECONDS = struct.Struct("d")


class Dial:
    """What is added to the machine's monotonic seconds, in seconds since the epoch."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SECONDS.size)

    @classmethod
    def set_to(cls, file: Path, moment: datetime) -> "Dial":
        """A new one, or an old one that shows another moment."""
        if not file.exists():
            file.write_bytes(_SECONDS.pack(0.0))
        dial = cls(file)
        dial._write(moment.timestamp() - time.monotonic())
        return dial

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.monotonic() + self._read(), UTC)

    def advance(self, step: timedelta) -> None:
        """For every process at once; back too."""
        self._write(self._read() + step.total_seconds())

    def _read(self) -> float:
        return float(_SECONDS.unpack_from(self._shared)[0])

    def _write(self, seconds: float) -> None:
        _SECONDS.pack_into(self._shared, 0, seconds)


def lift_limits(times: float) -> None:
    """Let every account send so many times as much as its platform allows."""

    def lifted(limit: Limit | None) -> Limit | None:
        return None if limit is None else replace(limit, count=round(limit.count * times))

    lanes = {name: replace(one, overall=lifted(one.overall)) for name, one in pacing.LIMITS.items()}
    vars(pacing)["LIMITS"] = lanes


def main() -> None:
    """`--pace` N lifts the limits; nothing else goes faster."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("dial", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    vars(clock)["SYSTEM_TIME"] = Time(clock=Dial(given.dial))
    lift_limits(given.pace)
    from campaign_engine.cli.main import app  # takes both as they are now

    sys.argv[1:] = given.command
    app()


if __name__ == "__main__":
    main()
