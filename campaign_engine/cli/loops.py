"""The event loop of a process that serves for days (ADR 16)."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_COLLECT_AFTER = (50_000, 20, 50)
"""New objects, and rounds, after which Python looks for cycles; by default it does so after 700 new objects, and then
walks through what a thousand messages on their way hold again and again.
"""


def run(work: Coroutine[Any, Any, T]) -> T:
    """To its end, as asyncio.run does, on the faster loop where there is one."""
    gc.set_threshold(*_COLLECT_AFTER)
    with asyncio.Runner(loop_factory=_factory()) as runner:
        return runner.run(work)


def leave_alone() -> None:
    """What was made so far stays for as long as the process does: no use in looking through it for cycles."""
    gc.collect()
    gc.freeze()


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop is made for Linux and macOS; elsewhere, and where it is missing, Python's own serves."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
