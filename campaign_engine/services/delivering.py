"""One sending account at work: claim, check again, say it in words, send, record."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from campaign_engine.domain.delivery import DeliveryStatus, SendError
from campaign_engine.domain.errors import GroundswellError, StoreUnavailable
from campaign_engine.domain.message import Message
from campaign_engine.domain.planner import LOOK_AGAIN, Reason
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours
from campaign_engine.ports.channel import Channel
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.post_pictures import PostPictures
from campaign_engine.services.verdicts import accepted, given_back, lane_pause, recheck, refused
from campaign_engine.services.wording import Wording

log = logging.getLogger(__name__)

DEAD_AFTER = timedelta(seconds=25)
"""A lane whose owner has been silent for so long may be taken over."""

BEATS = 5
"""Signs of life in that time."""

IDLE_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
"""Longest wait for a slot between the last check and the leaving; what would wait longer is given back."""

WIDTHS = {"telegram": 8, "discord": 8}
WIDTH = 64
"""Messages on their way at once, and the size of a claim: a claim never holds what cannot leave now."""


class Pace(Protocol):
    """services.lane_pace.LanePace, as far as a lane needs it."""

    async def slot_within(self, seconds: float, chat: str) -> float:
        """0 when a broadcast to this chat may leave; else how long it still has to wait, at once when longer."""

    def hold(self, seconds: float) -> None:
        """The platform asked the whole account to wait."""

    @property
    def held_for(self) -> float:
        """Seconds until the account may send again."""


@dataclass(frozen=True, slots=True)
class LaneParts:
    """What one lane stands on; `area_name` gives the short name of a precinct, `public_url` our own page.

    An owner that was silent for `dead_after` has lost the lane.
    """

    store: Store
    channel: Channel
    renderer: Renderer
    pace: Pace
    clock: Clock
    area_name: Callable[[int], str]
    public_url: str
    hours: SendingHours = DEFAULT_HOURS
    dead_after: timedelta = DEAD_AFTER


class Lane:
    """One channel's sending account; any number of processes may have one, a lease lets one of them work."""

    def __init__(self, parts: LaneParts) -> None:
        self._store = parts.store
        self._channel = parts.channel
        self._pace = parts.pace
        self._clock = parts.clock
        self._hours = parts.hours
        self._wording = Wording(parts.renderer, parts.area_name, parts.public_url)
        self._pictures = PostPictures(parts.store)
        self._width = WIDTHS.get(parts.channel.name, WIDTH)
        self._dead_after, self._beat_every = parts.dead_after, parts.dead_after / BEATS
        self._owner = secrets.token_hex(8)
        self._epoch: int | None = None
        self._beaten_at: datetime | None = None
        self._unrecorded: tuple[int, list[Outcome]] = (0, [])
        self._stop = asyncio.Event()

    @property
    def name(self) -> str:
        """The channel's."""
        return self._channel.name

    @property
    def is_ours(self) -> bool:
        """As far as this process knows."""
        return self._epoch is not None

    async def take(self) -> bool:
        """Keep or get the lease; what earlier epochs left in sending becomes unconfirmed. Raises StoreUnavailable."""
        await self._record()
        now = self._clock()
        if self._beaten_at is not None and timedelta(0) <= now - self._beaten_at < self._beat_every:
            return True
        if await self._beat():
            return True
        async with self._store.write() as work:
            epoch = await work.lanes.take(self.name, self._owner, now - self._dead_after, now)
            left = await work.deliveries.unconfirmed(self.name, epoch, now) if epoch is not None else 0
        if epoch is not None:
            self._epoch, self._beaten_at = epoch, now
        if left:
            log.warning("%s: %d messages of an earlier process may have left", self.name, left)
        return epoch is not None

    async def release(self) -> None:
        """Let another process take the lane at once. Raises StoreUnavailable."""
        await self._record()
        epoch = self._lose()
        if epoch is not None:
            async with self._store.write() as work:
                await work.lanes.release(self.name, epoch)

    async def run(self, stop: asyncio.Event, wake: asyncio.Event) -> None:
        """Work until `stop`, looking at each `wake` and every second; a clean stop leaves nothing in sending."""
        self._stop = stop
        beating = asyncio.create_task(self._beat_on())
        try:
            while not stop.is_set():
                try:
                    if await self.take():
                        await self.drain()
                except StoreUnavailable:
                    log.warning("%s: the database is away, trying again", self.name)
                await _first_of(stop, wake)
                wake.clear()
        finally:
            beating.cancel()
            self._stop = asyncio.Event()
            try:
                await self.release()
            except StoreUnavailable:
                log.warning("%s: the database is away, the lane was not given back", self.name)

    async def drain(self) -> int:
        """Send until nothing can leave now; how many were claimed. Raises StoreUnavailable.

        When it is cancelled, what is on its way is finished and recorded first.
        """
        total = 0
        while not self._stop.is_set() and (claimed := await _to_its_end(self._batch())):
            total += claimed
        return total

    async def _batch(self) -> int:
        await self._record()
        epoch = self._epoch
        if epoch is None:
            return 0
        claimed = await self._claim(epoch)
        self._unrecorded = (epoch, list(await asyncio.gather(*(self._deliver(one) for one in claimed))))
        await self._record()
        return len(claimed)

    async def _claim(self, epoch: int) -> tuple[Claimed, ...]:
        closed = not self._hours.is_allowed(self._clock())
        if closed and not await self._has_notices():
            return ()
        try:
            async with self._store.write(durable=True) as work:
                if await self._is_held(work):
                    return ()
                return await work.deliveries.claim(self.name, epoch, self._width, self._clock(), notices_only=closed)
        except StoreUnavailable:
            self._lose()  # nobody knows whether the claim was committed: a new epoch settles it
            raise

    async def _has_notices(self) -> bool:
        """Only that an event is cancelled is told at any hour (safety S4, S9)."""
        async with self._store.read() as work:
            return await work.notices.waiting(self.name)

    async def _is_held(self, work: UnitOfWork) -> bool:
        """Whether the account has to wait; tells other processes of a hold, and this one's replies of theirs."""
        now = self._clock()
        ours = now + timedelta(seconds=self._pace.held_for)
        state = next((state for state in await work.lanes.states() if state.name == self.name), None)
        known = state.hold_until if state is not None and state.hold_until is not None else now
        if known > now:
            self._pace.hold((known - now).total_seconds())
        if ours > max(now, known):
            await work.lanes.hold(self.name, ours)
        return max(ours, known) > now

    async def _deliver(self, claimed: Claimed) -> Outcome:
        refusal = recheck(claimed, self._clock(), self._hours)
        if refusal is not None:
            return refusal
        try:
            message = await self._pictures.shown(self._wording.message(claimed), claimed.content)
        except StoreUnavailable:
            return given_back(claimed, "store_away", self._clock() + LOOK_AGAIN)
        except GroundswellError as error:
            log.error("%s: a post cannot be put in words (%s)", self.name, error.code)  # noqa: TRY400 - the code says it
            return Outcome(claimed.id, DeliveryStatus.FAILED, error.code, tried=False)
        wait = await self._pace.slot_within(PATIENCE_SECONDS, claimed.to.address)
        if wait > 0:
            return given_back(claimed, "lane_busy", self._clock() + timedelta(seconds=wait))
        return await self._last_check(claimed) or await self._send(claimed, message)

    async def _last_check(self, claimed: Claimed) -> Outcome | None:
        """Everything is read again right before the message leaves: kill switch, consent, STOP (safety S3, C6, C7)."""
        now = self._clock()
        try:
            async with self._store.read() as work:
                known = await work.deliveries.again(claimed.id, now)
        except StoreUnavailable:
            return given_back(claimed, "store_away", now + LOOK_AGAIN)
        if known is None:
            return Outcome(claimed.id, DeliveryStatus.SUPPRESSED, Reason.UNREACHABLE, tried=False)
        return recheck(known, self._clock(), self._hours)

    async def _send(self, claimed: Claimed, message: Message) -> Outcome:
        try:
            receipt = await self._channel.send(message, claimed.to, f"delivery-{claimed.id}")
        except SendError as error:
            if pause := lane_pause(error):
                self._pace.hold(pause)
            if error.alert:
                log.error("%s: a person must act (%s)", self.name, error.code)  # noqa: TRY400 - the code says it
            return refused(claimed, error, self._clock())
        except Exception as error:  # noqa: BLE001 - a bug of the channel: it may have left, and all others must go on
            log.error("%s: the channel broke off with %s", self.name, type(error).__name__)  # noqa: TRY400 - no texts
            return Outcome(claimed.id, DeliveryStatus.UNCONFIRMED, "channel_error")
        return accepted(claimed, receipt)

    async def _record(self) -> None:
        """What a failing database kept from being recorded comes first the next time."""
        epoch, outcomes = self._unrecorded
        if not outcomes:
            return
        async with self._store.write() as work:
            recorded = await work.deliveries.record(self.name, epoch, outcomes, self._clock())
        self._unrecorded = (0, [])
        if recorded < len(outcomes):
            log.warning("%s: %d results came after the lane was taken over", self.name, len(outcomes) - recorded)

    async def _beat(self) -> bool:
        """False when the lane is not ours, or no more."""
        epoch, now = self._epoch, self._clock()
        if epoch is None:
            return False
        async with self._store.write() as work:
            alive = await work.lanes.beat(self.name, epoch, now)
        if alive:
            self._beaten_at = now
        elif self._epoch == epoch:
            self._lose()
        return alive

    def _lose(self) -> int | None:
        epoch, self._epoch, self._beaten_at = self._epoch, None, None
        return epoch

    async def _beat_on(self) -> None:
        """While a long drain or a slow platform keeps `run` from it."""
        while True:
            await asyncio.sleep(self._beat_every.total_seconds())
            try:
                await self._beat()
            except StoreUnavailable:
                log.warning("%s: the database is away, no sign of life was given", self.name)


async def _to_its_end(work: Coroutine[Any, Any, int]) -> int:
    """The result of work that is finished even when its caller is cancelled."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()):
            log.warning("the last messages were sent and not recorded (%s)", type(error).__name__)
        raise


async def _first_of(*events: asyncio.Event) -> None:
    """Until one of them is set, or a second has passed."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
