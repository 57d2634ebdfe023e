"""Which process has a sending account, and what becomes of what another one had on its way."""

import logging
import secrets
from datetime import datetime, timedelta

from campaign_engine.ports.sending import Claimed
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.lane_parts import BEATS, LaneParts

log = logging.getLogger(__name__)


class Lease:
    """One process's hold on a lane."""

    def __init__(self, parts: LaneParts) -> None:
        self.epoch: int | None = None
        self.beat_every = parts.dead_after / BEATS
        self._store = parts.store
        self._name = parts.channel.name
        self._clock = parts.clock
        self._remembers = parts.remembers
        self._dead_after = parts.dead_after
        self._owner = secrets.token_hex(8)
        self._beaten_at: datetime | None = None
        self._lost: int | None = None
        self._adopted: tuple[Claimed, ...] = ()

    async def take(self) -> bool:
        """Keep or get it; everything of this process's earlier epochs has been recorded. Raises StoreUnavailable."""
        now = self._clock()
        if self._beaten_at is not None and timedelta(0) <= now - self._beaten_at < self.beat_every:
            return True
        if await self.beat():
            return True
        async with self._store.write() as work:
            epoch = await work.lanes.take(self._name, self._owner, now - self._dead_after, now)
            adopted = await self._settle(work, epoch, now) if epoch is not None else ()
        if epoch is not None:
            self.epoch, self._beaten_at, self._adopted = epoch, now, adopted
        return epoch is not None

    async def beat(self) -> bool:
        """False when the lane is not ours, or no more. Raises StoreUnavailable."""
        epoch, now = self.epoch, self._clock()
        if epoch is None:
            return False
        async with self._store.write() as work:
            alive = await work.lanes.beat(self._name, epoch, now)
        if self.epoch != epoch:
            return False  # it was lost or given back meanwhile
        if alive:
            self._beaten_at = now
        else:
            self.lose()
        return alive

    async def release(self) -> None:
        """Let another process take the lane at once. Raises StoreUnavailable."""
        epoch = self.lose()
        if epoch is not None:
            async with self._store.write() as work:
                await work.lanes.release(self._name, epoch)

    def lose(self) -> int | None:
        """Nobody knows whether the last claim was committed: a new epoch settles it."""
        epoch, self.epoch, self._beaten_at = self.epoch, None, None
        self._lost = epoch if epoch is not None else self._lost
        return epoch

    def adopted(self) -> tuple[Claimed, ...]:
        """Of a process that died, what is to be sent once more; each is handed out once."""
        adopted, self._adopted = self._adopted, ()
        return adopted

    async def _settle(self, work: UnitOfWork, epoch: int, now: datetime) -> tuple[Claimed, ...]:
        if self._lost == epoch - 1:
            await work.deliveries.never_left(self._name, self._lost, now)
        before = None if self._remembers is None else now - self._remembers
        left = await work.deliveries.unconfirmed(self._name, epoch, now, claimed_before=before)
        if left:
            log.warning("%s: %d messages of an earlier process may have left", self._name, left)
        return () if before is None else await work.deliveries.adopt(self._name, epoch, now)
