"""One account, several processes: each hears of the others' holds, and all together keep to its limits (safety S7)."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.pace_shares import Company, share
from campaign_engine.domain.pacing import LaneLimits
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.processes import ProcessSeen
from campaign_engine.ports.sending import LaneState
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.presence import SILENT

log = logging.getLogger(__name__)

LEAST = timedelta(seconds=0.5)
"""A hold that is over sooner is nobody else's business."""


AWAY_SECONDS = 1.0
"""Until the database is listened to again."""

SETTLING_SECONDS = 3.0
"""Until a larger share is taken: by then the others have looked, and what they sent before is out of the window."""


class Pace(Protocol):
    """services.lane_pace.LanePace, as far as it is shared."""

    asked_to_wait: asyncio.Event

    @property
    def limits(self) -> LaneLimits:
        """The whole account's."""

    def now(self) -> float:
        """Seconds that never go back."""

    def share(self, limits: LaneLimits | None) -> None:
        """What this process may send; None is nothing."""

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


@dataclass(slots=True)
class _Account:
    """`may` is what its pace was told, `wants` what it may have from the moment `since` on and SETTLING_SECONDS."""

    pace: Pace
    lane: Sending
    may: LaneLimits | None = None
    wants: LaneLimits | None = None
    since: float = 0.0

    def ask(self, wanted: LaneLimits | None, *, at_once: bool) -> None:
        """Less is taken at once, more when the others know of it."""
        now = self.pace.now()
        if wanted != self.wants:
            self.wants, self.since = wanted, now
        if at_once or _room(wanted) <= _room(self.may) or now >= self.since + SETTLING_SECONDS:
            self.may = wanted
            self.pace.share(wanted)


def _room(limits: LaneLimits | None) -> float:
    return 0.0 if limits is None or limits.overall is None else 1 / limits.overall.interval


class PaceSharing:
    """Ticks in every process that writes to people; until the others know of this one, `me`, nothing leaves.

    The room of a process that died is kept for as long as it counts as one.
    """

    def __init__(
        self, store: Store, clock: Clock, accounts: Mapping[str, tuple[Pace, Sending]], me: ProcessSeen
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = {name: _Account(pace, lane) for name, (pace, lane) in accounts.items()}
        self._me = me
        for account in self._shared().values():
            account.pace.share(None)
        self._is_new = True

    async def run(self, stop: asyncio.Event, told: Callable[[], AsyncGenerator[None]]) -> None:
        """Until `stop`, between ticks: tell of a wait when it begins, and look when one is `told` of."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._tell(account.pace)) for account in self._accounts.values()]
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
        """Two reads; one write more where the platform asked this process to wait. Raises StoreUnavailable."""
        now = self._clock()
        async with self._store.read() as work:
            states = {state.name: state for state in await work.lanes.states()}
            seen = await work.processes.seen(now - SILENT)
        self._share(seen, states)
        for name, account in self._accounts.items():
            known = _held(states.get(name), now)
            account.pace.hold(known.total_seconds())
            if timedelta(seconds=account.pace.held_for) > known + LEAST:
                async with self._store.write() as work:
                    await work.lanes.hold(name, now + timedelta(seconds=account.pace.held_for))

    def _share(self, seen: Sequence[ProcessSeen], states: Mapping[str, LaneState]) -> None:
        """Whoever the others do not see sends nothing."""
        is_seen = any(process.id == self._me.id for process in seen)
        answering = sum(process.answers for process in seen)
        company = Company(answering, len(seen) - answering)
        for name, account in self._shared().items():
            state = states.get(name)
            alone = company.size == 1 and (state is None or not state.owner or account.lane.is_ours)
            broadcasts = alone or account.lane.is_ours
            mine = share(account.pace.limits, company, answers=self._me.answers, broadcasts=broadcasts)
            account.ask(mine if is_seen else None, at_once=alone and self._is_new)
        self._is_new = self._is_new and not is_seen

    def _shared(self) -> Mapping[str, _Account]:
        return {name: one for name, one in self._accounts.items() if one.pace.limits.overall is not None}


def _held(state: LaneState | None, now: datetime) -> timedelta:
    return max(timedelta(), (state.hold_until if state and state.hold_until else now) - now)
