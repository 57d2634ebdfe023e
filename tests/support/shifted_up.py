"""`groundswell up` with a clock that begins where the test says.

`python -m tests.support.shifted_up ISO-MOMENT [--roles ROLES --port PORT]`
"""

import asyncio
import sys
import time
from datetime import datetime, timedelta

from campaign_engine.cli.up import ROLES, serve
from campaign_engine.ports.clock import Time
from campaign_engine.settings import load_settings


def main() -> None:
    began, start = time.monotonic(), datetime.fromisoformat(sys.argv[1])
    clock = Time(clock=lambda: start + timedelta(seconds=time.monotonic() - began))
    roles, port = (sys.argv[3], int(sys.argv[5])) if len(sys.argv) > 2 else (ROLES, None)
    asyncio.run(serve(load_settings(), clock, roles, port))


if __name__ == "__main__":
    main()
