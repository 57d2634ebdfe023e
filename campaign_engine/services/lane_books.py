"""What one lane writes down: how its messages ended and which ones it takes next, in one transaction."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from campaign_engine.domain.breaker import Breaker
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.ports.sending import Claimed, LaneState, Outcome
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.failure_watch import FailureWatch
from campaign_engine.services.lane_lease import Lease
from campaign_engine.services.lane_parts import LaneParts

log = logging.getLogger(__name__)


class LaneBooks:
    """Of one lane; `breaker` says whether its platform is away."""

    def __init__(self, parts: LaneParts, lease: Lease, breaker: Breaker, watch: FailureWatch) -> None:
        self._name = parts.channel.name
        self._store = parts.store
        self._clock = parts.clock
        self._hours = parts.hours
        self._pace = parts.pace
        self._lease = lease
        self._breaker = breaker
        self._watch = watch

    async def turn(self, epoch: int, outcomes: Sequence[Outcome], room: int) -> tuple[Claimed, ...]:
        """Record, and claim at most `room` under the same epoch. Raises StoreUnavailable: the lease is lost then."""
        closed = not self._hours.is_allowed(self._clock())
        room = self._breaker.room(self._pace.now(), room)
        if closed and room and not await self._has_notices():
            room = 0
        try:
            async with self._watch.batch() as batch, self._store.write(durable=room > 0) as work:
                # The lane's row first, as a take-over locks it: the other way round the two could wait for each other.
                may_claim = await self._may_claim(work, epoch, room)
                await self._record(work, epoch, outcomes)
                await batch.count(work)
                if not may_claim:
                    return ()
                return await work.deliveries.claim(self._name, epoch, room, self._clock(), notices_only=closed)
        except StoreUnavailable:
            if room:
                self._lease.lose()
            raise

    async def record(self, epoch: int, outcomes: Sequence[Outcome]) -> None:
        """Raises StoreUnavailable."""
        if outcomes:
            async with self._watch.batch() as batch, self._store.write() as work:
                await self._record(work, epoch, outcomes)
                await batch.count(work)

    async def _record(self, work: UnitOfWork, epoch: int, outcomes: Sequence[Outcome]) -> None:
        recorded = await work.deliveries.record(self._name, epoch, outcomes, self._clock())
        if recorded < len(outcomes):
            log.warning("%s: %d results came after the lane was taken over", self._name, len(outcomes) - recorded)

    async def _has_notices(self) -> bool:
        """Only that an event is cancelled is told at any hour (safety S4, S9)."""
        async with self._store.read() as work:
            return await work.notices.waiting(self._name)

    async def _may_claim(self, work: UnitOfWork, epoch: int, room: int) -> bool:
        """Says in the lane's row what became of its platform, whoever said something else before."""
        if not room and not self._breaker.is_open:
            return False
        state = await work.lanes.locked(self._name)
        if state is not None and state.epoch == epoch and self._breaker.is_open is not (state.away_since is not None):
            await work.lanes.set_away(self._name, self._clock() if self._breaker.is_open else None)
            log.warning(
                "%s: %s", self._name, "the platform is away" if self._breaker.is_open else "the platform is back"
            )
        return bool(room) and not await self._is_held(work, state)

    async def _is_held(self, work: UnitOfWork, state: LaneState | None) -> bool:
        """Whether the account has to wait; tells other processes of a hold, and this one's replies of theirs."""
        now = self._clock()
        ours = now + timedelta(seconds=self._pace.held_for)
        known = state.hold_until if state is not None and state.hold_until is not None else now
        if known > now:
            self._pace.rest((known - now).total_seconds())
        if ours > max(now, known):
            await work.lanes.hold(self._name, ours)
        return max(ours, known) > now
