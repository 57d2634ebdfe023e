"""Durable Telegram sends a second with the limits lifted, beside loops that only send.

The server has a core of its own and answers at once; every client has another core, 50 requests at once and a process
of its own. They take turns, so that what else the machine does hits all alike.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.rows import Row
from scripts.aiogram_environment import PYTHON

ROUNDS = 5
IN_FLIGHT = 50
COUNTS = {"library": 1500, "limited": 1500, "aiogram": 10_000, "bare": 20_000, "ours": 20_000}
"""Messages of each client, enough for a second or two."""

ROOT = Path(__file__).parents[1]


def run() -> list[Row]:
    """Four rows."""
    subprocess.run([sys.executable, "-m", "scripts.aiogram_environment"], check=True, cwd=ROOT)
    rates: dict[str, list[float]] = {name: [] for name in COUNTS}
    for _ in range(ROUNDS):
        for name, measured in rates.items():
            with fast_telegram() as root:
                measured.append(_rate(name, root))
    rate = {name: statistics.median(measured) for name, measured in rates.items()}
    what = "durable sends a second: claimed, checked, sent, recorded"
    return [
        Row(
            what, rate["ours"], "/s", "python-telegram-bot's own transport", rate["library"], None, 8 * rate["library"]
        ),
        Row(what, rate["ours"], "/s", "the same with AIORateLimiter, lifted", rate["limited"]),
        Row(what, rate["ours"], "/s", "bare aiogram loop on uvloop", rate["aiogram"], None, rate["aiogram"]),
        Row(what, rate["ours"], "/s", "bare aiohttp on uvloop", rate["bare"], None, 0.6 * rate["bare"]),
    ]


@contextmanager
def fast_telegram(*how: str) -> Iterator[str]:
    """Its root."""
    program = [sys.executable, "-m", "benchmarks.fast_telegram", str((os.cpu_count() or 1) - 1), *how]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("the server has no pipes")
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()


def _rate(name: str, root: str) -> float:
    arguments = [root, str(COUNTS[name]), str(IN_FLIGHT)]
    if name == "aiogram":
        program = [str(PYTHON), str(ROOT / "benchmarks" / "aiogram_sender.py"), *arguments]
    else:
        program = [sys.executable, "-m", "benchmarks.senders", name, *arguments]
    return float(subprocess.run(program, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
