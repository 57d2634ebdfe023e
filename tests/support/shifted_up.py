"""`groundswell up` with a clock that begins where the test says, or goes so many seconds ahead of the machine's.

`python -m tests.support.shifted_up ISO-MOMENT|SECONDS [--roles ROLES --port PORT]`
"""

import asyncio
import sys
import time
from datetime import datetime, timedelta

from campaign_engine.cli.up import ROLES, serve
from campaign_engine.ports.clock import Clock, Time, system_clock
from campaign_engine.settings import load_settings


def clock_of(said: str) -> Clock:
    if "T" not in said:
        ahead = timedelta(seconds=float(said))
        return lambda: system_clock() + ahead
    began, start = time.monotonic(), datetime.fromisoformat(said)
    return lambda: start + timedelta(seconds=time.monotonic() - began)


def main() -> None:
    roles, port = (sys.argv[3], int(sys.argv[5])) if len(sys.argv) > 2 else (ROLES, None)
    asyncio.run(serve(load_settings(), Time(clock=clock_of(sys.argv[1])), roles, port))


if __name__ == "__main__":
    main()
