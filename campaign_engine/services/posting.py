"""The clock's work: opens what is due, freezes audiences, ends what is over.

Every step asks the database what is to be done and does it in a short transaction of its own. So any number of clocks
may tick at once, and what one leaves undone at its death the next one finds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from campaign_engine.domain.audience import MIN_AUDIENCE, TAB_OVER
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.handle import CLOCK
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.holding import Settled
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.sending import LivePost, NewOccurrence, Unfrozen
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

_LIVE = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING)
_FOREVER = datetime.max.replace(tzinfo=UTC)

_GAP_SECONDS = 0.002
"""Between two ranges: whoever waits in another process for SQLite's one writer looks every half millisecond, and would
else miss the moment now and then, and wait for two ranges.
"""

HandOver = Callable[[int], Awaitable[None]]
"""Gets an occurrence whose audience is to be chosen by `Posting.freeze`, in another place."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did: occurrences opened and missed, deliveries frozen, expired and cancelled, campaigns ended,
    deliveries that a hold keeps back and that go on after one; whether something was let go on after a pause.
    """

    opened: int = 0
    missed: int = 0
    frozen_people: int = 0
    frozen_rooms: int = 0
    expired: int = 0
    cancelled: int = 0
    finished: int = 0
    held: int = 0
    released: int = 0
    resumed: bool = False


class Posting:
    """Ticks; any number of them over one database open each occurrence once."""

    def __init__(self, store: Store, clock: Clock, minimum: int = MIN_AUDIENCE) -> None:
        self._store = store
        self._clock = clock
        self._minimum = minimum

    async def tick(self, hand_over: HandOver | None = None) -> Ticked:
        """Open, hold, expire, cancel, freeze, settle, finish. Raises StoreUnavailable; the next tick goes on.

        Audiences are frozen here, or handed over. While the kill switch is on nothing is opened or frozen (safety S3).
        """
        now = self._clock()
        stopped = await self._is_stopped()
        opened, missed = (0, 0) if stopped else await self._open(now)
        held = await self._hold(now)
        async with self._store.write() as work:
            cancelled = await work.occurrences.cancel_withdrawn(now)
            expired = await work.occurrences.expire(now)
            await work.contacts.end_tabs(now - TAB_OVER)
        people, rooms = (0, 0) if stopped else await self._freeze(now, hand_over)
        resumed = not stopped and await self._has_backlog()
        expired += await self._settle(now) if resumed else 0
        finished = await self._finish(now)
        return Ticked(
            opened,
            missed,
            people,
            rooms,
            expired + held.expired,
            cancelled,
            finished,
            held.held,
            held.released,
            resumed,
        )

    async def freeze(self, occurrence_id: int) -> int:
        """How many deliveries it got; none where that is done, or while the kill switch is on (safety S3).

        Raises StoreUnavailable.
        """
        if await self._is_stopped():
            return 0
        async with self._store.read() as work:
            waiting = await work.occurrences.unfrozen()
        now = self._clock()
        return sum([sum(await self._freeze_one(one, now)) for one in waiting if one.id == occurrence_id])

    async def _hold(self, now: datetime) -> Settled:
        """What a hold keeps back, lets go or kept for too long; a transaction of its own (safety I1)."""
        async with self._store.read() as work:
            if not await work.holds.has_work(now):
                return Settled()
        async with self._store.write() as work:
            return await work.holds.settle(now)

    async def _has_backlog(self) -> bool:
        async with self._store.read() as work:
            return await work.kill_switch.has_work()

    async def _settle(self, now: datetime) -> int:
        """After a pause only the newest of what waited goes on; in a transaction of its own (safety S5)."""
        async with self._store.write() as work:
            return await work.kill_switch.settle(now)

    async def next_due(self) -> datetime | None:
        """When the next post fires (UTC), the past for one that is due already; None when nothing is planned."""
        async with self._store.read() as work:
            live = await work.occurrences.live_posts()
        return min((moment for post in live for _, moment in _first(post)), default=None)

    async def _is_stopped(self) -> bool:
        async with self._store.read() as work:
            switch = await work.kill_switch.state()
        return switch is not None and switch.lifted_at is None

    async def _open(self, now: datetime) -> tuple[int, int]:
        async with self._store.read() as work:
            live = await work.occurrences.live_posts()
        due: dict[int, list[NewOccurrence]] = {}
        for post in live:
            fired = [_occurrence(post, wall, moment) for wall, moment in post.due(now)]
            if fired:
                due.setdefault(post.campaign_id, []).extend(fired)
        opened = missed = 0
        for campaign_id, fired in due.items():
            try:
                async with self._store.write() as work:
                    sent, late = await self._open_all(work, campaign_id, fired, now)
            except Conflict:
                continue  # another clock or a person changed it first; what is still due then opens at the next tick
            opened, missed = opened + sent, missed + late
        return opened, missed

    async def _open_all(
        self, work: UnitOfWork, campaign_id: int, fired: Iterable[NewOccurrence], now: datetime
    ) -> tuple[int, int]:
        """The first one due launches the campaign; of one post only the newest goes (safety S5, S6)."""
        campaign = await work.campaigns.get(campaign_id)
        if campaign.status not in _LIVE:
            return 0, 0
        if campaign.status is CampaignStatus.SCHEDULED:
            await work.campaigns.set_status(campaign, CampaignStatus.RUNNING, now)
        newest = {new.post_id: new for new in fired}
        counts = {False: 0, True: 0}
        for new in fired:
            late = new.stale_at <= now or new is not newest[new.post_id]
            if await work.occurrences.open(new, missed=late) is not None:
                counts[late] += 1
        return counts[False], counts[True]

    async def _freeze(self, now: datetime, hand_over: HandOver | None) -> tuple[int, int]:
        async with self._store.read() as work:
            waiting = await work.occurrences.unfrozen()
        people = rooms = 0
        for occurrence in waiting:
            if hand_over is not None:
                await hand_over(occurrence.id)
                continue
            more_people, more_rooms = await self._freeze_one(occurrence, now)
            people, rooms = people + more_people, rooms + more_rooms
        return people, rooms

    async def _freeze_one(self, occurrence: Unfrozen, now: datetime) -> tuple[int, int]:
        occurrence = await self._with_enough(occurrence, now)
        people, rooms, rest = 0, 0, None
        while True:
            async with self._store.write(trusted=True) as work:
                frozen = await work.occurrences.freeze(occurrence, now, rest)
            people, rooms, rest = people + frozen.people, rooms + frozen.rooms, frozen.rest
            if rest is None:
                return people, rooms
            await asyncio.sleep(_GAP_SECONDS)

    async def _with_enough(self, occurrence: Unfrozen, now: datetime) -> Unfrozen:
        """For rooms only where too few people would get it; its author is told by services.nudging (safety S2)."""
        if not occurrence.needs_minimum:
            return occurrence
        async with self._store.read() as work:
            enough = await work.occurrences.reaches(occurrence, self._minimum, now)
        if enough:
            return occurrence
        async with self._store.write() as work:
            await work.approvals.note_small(occurrence.id, now)
        return replace(occurrence, rooms_only=True)

    async def _finish(self, now: datetime) -> int:
        async with self._store.read() as work:
            over = await work.occurrences.over(now)
        finished = 0
        for campaign_id in over:
            try:
                async with self._store.write() as work:
                    finished += await self._finish_one(work, campaign_id, now)
            except Conflict:
                continue  # somebody paused, edited or ended it in between
        return finished

    async def _finish_one(self, work: UnitOfWork, campaign_id: int, now: datetime) -> bool:
        """What is read after the campaign counts: a change in between shows there or is a Conflict."""
        campaign = await work.campaigns.get(campaign_id)
        if campaign.status is not CampaignStatus.RUNNING or campaign_id not in await work.occurrences.over(now):
            return False
        await work.campaigns.set_status(campaign, CampaignStatus.FINISHED, now)
        await work.audit.append(AuditEntry(CLOCK, "finish", f"campaign:{campaign_id}"), now)
        return True


def _first(post: LivePost) -> Iterable[tuple[datetime, datetime]]:
    return [pair for pair in [next(post.due(_FOREVER), None)] if pair is not None]


def _occurrence(post: LivePost, wall: datetime, moment: datetime) -> NewOccurrence:
    stale_at = moment + timedelta(minutes=post.content.stale_minutes)
    return NewOccurrence(post.post_id, post.version, wall, moment, stale_at)
