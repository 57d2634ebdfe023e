"""One sending account at work: it has the lane or tries to get it, and sends while there is something to send."""

import asyncio
import logging
from datetime import datetime

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.ports.sending import Outcome
from campaign_engine.services.failure_watch import FailureWatch
from campaign_engine.services.lane_books import LaneBooks
from campaign_engine.services.lane_flow import Flow
from campaign_engine.services.lane_lease import Lease
from campaign_engine.services.lane_parts import DEAD_AFTER, LaneParts
from campaign_engine.services.leaving import Leaving

__all__ = ["DEAD_AFTER", "Lane", "LaneParts"]

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0


class Lane:
    """One channel's sending account; any number of processes may have one, a lease lets one of them work."""

    def __init__(self, parts: LaneParts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._lease = Lease(parts)
        self._leaving = Leaving(parts)
        self._watch = FailureWatch(parts.channel.name, parts.failing)
        self._books = LaneBooks(parts, self._lease, self._leaving.breaker, self._watch)
        self._unrecorded: tuple[int, list[Outcome]] = (0, [])
        self._flow: Flow | None = None
        self._stopping = False
        self._again_at: datetime | None = None

    @property
    def name(self) -> str:
        """The channel's."""
        return self._parts.channel.name

    @property
    def is_ours(self) -> bool:
        """As far as this process knows."""
        return self._lease.epoch is not None

    @property
    def is_away(self) -> bool:
        """Whether its platform does not answer, as far as this process knows."""
        return self._leaving.breaker.is_open

    async def take(self) -> bool:
        """Keep or get the lease; what earlier epochs left in sending is settled. Raises StoreUnavailable."""
        await self._record()
        return await self._lease.take()

    async def release(self) -> None:
        """Let another process take the lane at once. Raises StoreUnavailable."""
        await self._record()
        await self._lease.release()

    async def run(self, stop: asyncio.Event, wake: asyncio.Event) -> None:
        """Work until `stop`, looking at each `wake` and every second; a clean stop leaves nothing in sending."""
        self._stopping = False
        beside = [asyncio.create_task(self._beat_on()), asyncio.create_task(self._stop_at(stop))]
        try:
            while not stop.is_set():
                try:
                    if await self.take():
                        await self.drain()
                except StoreUnavailable:
                    log.warning("%s: the database is away, trying again", self.name)
                await _first_of(self._idle_seconds(), stop, wake)
                wake.clear()
        finally:
            for one in beside:
                one.cancel()
            try:
                await self.release()
            except StoreUnavailable:
                log.warning("%s: the database is away, the lane was not given back", self.name)

    async def drain(self) -> int:
        """Send until nothing can leave now; how many were claimed. Raises StoreUnavailable.

        When it is cancelled, what is on its way is finished and recorded first.
        """
        epoch = self._lease.epoch
        if epoch is None or self._stopping:
            return 0
        await self._record()
        self._flow = flow = Flow(self._parts, self._books, self._leaving, epoch, self._watch)
        running = asyncio.create_task(flow.run(self._lease.adopted()))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            flow.stop()
            await asyncio.wait([running])
            if not running.cancelled() and (error := running.exception()):
                log.warning("the last messages were sent and not recorded (%s)", type(error).__name__)
            raise
        finally:
            self._flow, self._unrecorded, self._again_at = None, (epoch, flow.ended), flow.again_at

    async def _record(self) -> None:
        """What a failing database kept from being recorded comes first the next time."""
        await self._books.record(*self._unrecorded)
        self._unrecorded = (0, [])

    def _idle_seconds(self) -> float:
        """Shorter where something that was given back is due before."""
        if self._again_at is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.01, (self._again_at - self._clock()).total_seconds()))

    async def _stop_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopping = True
        if self._flow is not None:
            self._flow.stop()

    async def _beat_on(self) -> None:
        """While a long drain or a slow platform keeps `run` from it."""
        while True:
            await asyncio.sleep(self._lease.beat_every.total_seconds())
            try:
                await self._lease.beat()
            except StoreUnavailable:
                log.warning("%s: the database is away, no sign of life was given", self.name)


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Until one of them is set, or so much time has passed."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
