"""`groundswell up` with a clock that begins where the test says: `python -m tests.support.shifted_up ISO-MOMENT`."""

import asyncio
import sys
import time
from datetime import datetime, timedelta

from campaign_engine.cli.up import serve
from campaign_engine.ports.clock import Time
from campaign_engine.settings import load_settings


def main() -> None:
    began, start = time.monotonic(), datetime.fromisoformat(sys.argv[1])
    asyncio.run(serve(load_settings(), Time(clock=lambda: start + timedelta(seconds=time.monotonic() - began))))


if __name__ == "__main__":
    main()
