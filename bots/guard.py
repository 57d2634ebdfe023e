"""The one place that catches everything: a broken update or part must not stop the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from enum import StrEnum
from typing import Any, TypeVar

from campaign_engine.domain.errors import ConfigurationError, GroundswellError

log = logging.getLogger("groundswell.bots")

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a part that stopped is started again; doubled each time it does not last."""

T = TypeVar("T")


class Health(StrEnum):
    """State of a part as /health shows it."""

    OFF = "off"
    STARTING = "starting"
    RUNNING = "running"
    STANDBY = "standby"
    RESTARTING = "restarting"
    MISCONFIGURED = "misconfigured"


def unknown_token(platform: str) -> ConfigurationError:
    """What an operator is told where the platform refuses our token."""
    return ConfigurationError(
        f"{platform} does not know this token.", f"Copy it again into GROUNDSWELL_{platform.upper()}_TOKEN."
    )


class HealthBoard:
    """States of all parts by name; `notes` say what to do where something is wrong."""

    def __init__(self) -> None:
        self.states: dict[str, Health] = {}
        self.notes: dict[str, str] = {}

    def set(self, name: str, state: Health, note: str = "") -> None:
        """Notes never carry a token or an address."""
        self.states[name] = state
        self.notes[name] = note


async def contained(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Finish one piece of work whatever it raises; only the error's type and code are logged."""
    try:
        await work()
    except GroundswellError as error:
        log.warning("%s: %s", what, error.code)
    except Exception as error:  # noqa: BLE001 - the next update must still be answered
        log.error("%s: %s", what, type(error).__name__)  # a traceback may carry message text


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work returns or raises; None when `stop` came first, and the work was cancelled."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([doing, stopped], return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, stopped):
            task.cancel()
        await asyncio.wait([doing, stopped])


async def supervise(
    name: str, run: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event, board: HealthBoard
) -> None:
    """Keep a part running until `stop`; restart it with growing pauses, give up on a wrong configuration."""
    pause = FIRST_PAUSE
    board.set(name, Health.STARTING)
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        ended = "ended by itself"
        try:
            await run(stop)
        except ConfigurationError as error:
            board.set(name, Health.MISCONFIGURED, str(error))
            log.error("%s is off: %s", name, error)  # the message says what to do
            return
        except Exception as error:  # noqa: BLE001 - one part must not stop the others
            ended = type(error).__name__
        if not stop.is_set():
            lasted = asyncio.get_running_loop().time() - started
            pause = FIRST_PAUSE if lasted > LONGEST_PAUSE else pause
            board.set(name, Health.RESTARTING, ended)
            log.error("%s stopped (%s), trying again in %.0f s", name, ended, pause)
            await unless_stopped(stop, asyncio.sleep(pause))
            pause = min(pause * 2, LONGEST_PAUSE)
    board.set(name, Health.OFF)
