"""Does a lane use what a strict platform allows, and never more? Beside python-telegram-bot's AIORateLimiter.

Each client has a server of its own, and runs for 70 seconds, or for ten minutes with BENCH_FULL=1. The one that uses
the whole limit runs alone: what another program takes of the processor is a share of the rate.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import Any
from urllib.request import urlopen

from benchmarks.bench_delivery import ROOT, fast_telegram
from benchmarks.pacers import A_MINUTE, A_SECOND
from benchmarks.rows import Row

SECONDS = 600 if os.environ.get("BENCH_FULL") else 70
REPLY_MILLISECONDS = 300


def run() -> list[Row]:
    """Five rows."""
    said: dict[str, str] = {}
    seen: dict[str, Any] = {}
    for names in (("people",), ("replies", "rooms"), ("limiter", "limiter_rooms")):
        more_said, more_seen = _together(names)
        said |= more_said
        seen |= more_seen
    waited = float(said["replies"])
    rate = {name: min(found["rates"].values()) for name, found in seen.items()}
    rooms, their_rooms = 60 * rate["rooms"], 60 * rate["limiter_rooms"]
    refused = {name: found["refused"] for name, found in seen.items()}
    ours, theirs = refused["people"] + refused["replies"], "AIORateLimiter, the same limits"
    what = f"people, {SECONDS} s at {A_SECOND}/s allowed"
    return [
        Row(what, rate["people"], "/s", theirs, rate["limiter"], None, 0.99 * A_SECOND),
        Row("people: refused by the platform (429)", ours, "", theirs, refused["limiter"], 0),
        Row("groups at 20/min allowed, the slowest", rooms, "/min", theirs, their_rooms, None, 0.99 * A_MINUTE),
        Row("groups: refused by the platform (429)", refused["rooms"], "", theirs, refused["limiter_rooms"], 0),
        Row("replies during a broadcast, p95", waited, "ms", "promised", REPLY_MILLISECONDS, REPLY_MILLISECONDS),
    ]


def _together(names: tuple[str, ...]) -> tuple[dict[str, str], dict[str, Any]]:
    """What these clients printed and what their servers saw."""
    with ExitStack() as stack:
        roots = {name: stack.enter_context(fast_telegram("strict")) for name in names}
        clients = {
            name: subprocess.Popen(
                [sys.executable, "-m", "benchmarks.pacers", name, root, str(SECONDS)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # the library logs every 429 with a traceback
                text=True,
                cwd=ROOT,
                env={**os.environ, "PTB_TIMEDELTA": "true"},
            )
            for name, root in roots.items()
        }
        said = {name: client.communicate()[0] for name, client in clients.items()}
        return said, {name: _report(root) for name, root in roots.items()}


def _report(root: str) -> dict[str, Any]:
    with urlopen(f"{root}/report") as answer:  # noqa: S310 - our own server
        return dict(json.load(answer)["result"])
