"""The one place that catches everything: a broken update or part must not stop the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum

from campaign_engine.domain.errors import ConfigurationError, GroundswellError

log = logging.getLogger("groundswell.bots")

LONGEST_PAUSE = 60.0


class Health(StrEnum):
    """State of a part as /health shows it."""

    OFF = "off"
    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    MISCONFIGURED = "misconfigured"


class HealthBoard:
    """States of all parts by name; `notes` say what to do where something is wrong."""

    def __init__(self) -> None:
        self.states: dict[str, Health] = {}
        self.notes: dict[str, str] = {}

    def set(self, name: str, state: Health, note: str = "") -> None:
        """Notes never carry a token or an address."""
        self.states[name] = state
        self.notes[name] = note


async def contained(what: str, work: Awaitable[None]) -> None:
    """Finish one piece of work whatever it raises; only the error's type and code are logged."""
    try:
        await work
    except GroundswellError as error:
        log.warning("%s: %s", what, error.code)
    except Exception as error:  # noqa: BLE001 - the next update must still be answered
        log.error("%s: %s", what, type(error).__name__)  # noqa: TRY400 - a traceback may carry message text


async def supervise(
    name: str, run: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event, board: HealthBoard
) -> None:
    """Keep a part running until `stop`; restart it with growing pauses, give up on a wrong configuration."""
    pause = 1.0
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        try:
            await run(stop)
        except ConfigurationError as error:
            board.set(name, Health.MISCONFIGURED, str(error))
            log.error("%s is off: %s", name, error)  # noqa: TRY400 - the message says what to do
            return
        except Exception as error:  # noqa: BLE001 - one part must not stop the others
            board.set(name, Health.RESTARTING, type(error).__name__)
            log.error("%s stopped (%s), trying again in %.0f s", name, type(error).__name__, pause)  # noqa: TRY400
            lasted = asyncio.get_running_loop().time() - started
            pause = 1.0 if lasted > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            await _wait(stop, pause)
    board.set(name, Health.OFF)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
