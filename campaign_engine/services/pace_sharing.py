"""One account, several processes: each hears of the others' holds, and leaves room for whoever broadcasts."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Protocol

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.sending import LaneState
from campaign_engine.ports.unit_of_work import Store

log = logging.getLogger(__name__)

LEAST = timedelta(seconds=0.5)
"""A hold that is over sooner is nobody else's business."""


AWAY_SECONDS = 1.0
"""Until the database is listened to again."""


class Pace(Protocol):
    """services.lane_pace.LanePace, as far as it is shared."""

    asked_to_wait: asyncio.Event

    def share(self, *, elsewhere: bool) -> None:
        """Whether another process broadcasts through this account."""

    def hold(self, seconds: float) -> None:
        """The platform asked the whole account to wait."""

    @property
    def held_for(self) -> float:
        """Seconds until the account may send again."""


class Sending(Protocol):
    """services.delivering.Lane, as far as it is asked here."""

    @property
    def is_ours(self) -> bool:
        """Whether this process broadcasts."""


class PaceSharing:
    """Ticks in every process that writes to people. After a death room is left until somebody takes the lane."""

    def __init__(self, store: Store, clock: Clock, accounts: Mapping[str, tuple[Pace, Sending]]) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts

    async def run(self, stop: asyncio.Event, told: Callable[[], AsyncGenerator[None]]) -> None:
        """Until `stop`, between ticks: tell of a wait when it begins, and look when one is `told` of."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._tell(pace)) for pace, _ in self._accounts.values()]
            tasks.append(group.create_task(self._hear(told)))
            await stop.wait()
            for task in tasks:
                task.cancel()

    async def _tell(self, pace: Pace) -> None:
        while True:
            await pace.asked_to_wait.wait()
            pace.asked_to_wait.clear()
            await self._look()

    async def _hear(self, told: Callable[[], AsyncGenerator[None]]) -> None:
        while True:
            try:
                async with aclosing(told()) as words:
                    async for _ in words:
                        await self._look()
            except GroundswellError as error:
                log.warning("holds of other processes are heard of a second later (%s)", error.code)
            await asyncio.sleep(AWAY_SECONDS)

    async def _look(self) -> None:
        try:
            await self.tick()
        except GroundswellError as error:
            log.warning("a hold is told of a second later (%s)", error.code)

    async def tick(self) -> None:
        """One read; one write more where the platform asked this process to wait. Raises StoreUnavailable."""
        now = self._clock()
        async with self._store.read() as work:
            states = {state.name: state for state in await work.lanes.states()}
        for name, (pace, lane) in self._accounts.items():
            state = states.get(name)
            pace.share(elsewhere=state is not None and bool(state.owner) and not lane.is_ours)
            known = _held(state, now)
            pace.hold(known.total_seconds())
            if timedelta(seconds=pace.held_for) > known + LEAST:
                async with self._store.write() as work:
                    await work.lanes.hold(name, now + timedelta(seconds=pace.held_for))


def _held(state: LaneState | None, now: datetime) -> timedelta:
    return max(timedelta(), (state.hold_until if state and state.hold_until else now) - now)
