"""Messages of one lane on their way, from claim to record, in a steady flow: none waits for the slowest."""

import asyncio
import logging
from collections import deque
from datetime import datetime, timedelta

from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.pacing import AT_ONCE, MOST_WIDTH, Measured, width
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.services.failure_watch import FailureWatch
from campaign_engine.services.lane_books import LaneBooks
from campaign_engine.services.lane_parts import LaneParts
from campaign_engine.services.leaving import FRESH_SECONDS, Leaving, Ready
from campaign_engine.services.verdicts import given_back, uncertain

log = logging.getLogger(__name__)

Looked = tuple[Ready, float]
"""What may leave, and when everything about it was read."""

PATIENCE_SECONDS = 2.0
"""Longest wait of a claimed message for the account; what would wait longer is given back."""

EARLY_SECONDS = 0.004
"""A group is looked at so long before its time, so that the look costs no pace."""

GROUP_SECONDS = 0.02
"""Messages of so much time are looked at together."""

MOST_IN_GROUP = MOST_WIDTH
LOOK_SECONDS = 0.25
"""What ended is recorded after this time at the latest, however few there are."""


class Flow:
    """From the first claim until nothing can leave now; what is claimed is never more than may be on its way.

    `again_at`: something that was given back is due then.

    One task claims and records, one looks at what was claimed and lets it go in time, and each of those that are on
    their way at once has its own.
    """

    def __init__(self, parts: LaneParts, books: LaneBooks, leaving: Leaving, epoch: int, watch: FailureWatch) -> None:
        self.epoch = epoch
        self.ended: list[Outcome] = []
        self.again_at: datetime | None = None
        self._watch = watch
        self._books = books
        self._leaving = leaving
        self._pace = parts.pace
        self._clock = parts.clock
        self._booking = Measured(0.0)
        self._ready: deque[Claimed] = deque()
        self._looked: deque[Looked] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand = 0
        self._step = 1
        self._dry = False
        self._stopping = False
        self._closing = False
        self._changed = asyncio.Event()
        self._more = asyncio.Event()
        self._room = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing more; what is on its way is finished, the rest given back."""
        self._stopping = True
        self._changed.set()
        self._more.set()
        self._room.set()

    async def run(self, adopted: tuple[Claimed, ...] = ()) -> int:
        """How many were claimed. Raises StoreUnavailable; what `ended` holds then is not recorded."""
        self._take_in(adopted)
        letting_go = asyncio.create_task(self._let_go())
        letting_go.add_done_callback(lambda _: self._changed.set())
        total = len(adopted)
        try:
            while not letting_go.done() and (self._in_hand or not self._dry):
                total += await self._next_turn()
            if letting_go.done():
                await letting_go
        finally:
            await self._close(letting_go)
        return total

    async def _close(self, letting_go: asyncio.Task[None]) -> None:
        """Nothing new leaves; what is on its way ends, everything else is given back."""
        self._closing = True
        self.stop()
        await asyncio.wait([letting_go])
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._give_back_all()

    async def _next_turn(self) -> int:
        if not self._is_time():
            self._changed.clear()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                pass
            if not self.ended and not self._is_time():
                return 0
        return await self._book()

    def _is_time(self) -> bool:
        ended = len(self.ended)
        if ended >= self._step or ended == self._in_hand:
            return True
        return not self._dry and not self._stopping and self._width() - self._in_hand >= self._step

    async def _book(self) -> int:
        """Record what ended and claim as many as have room."""
        outcomes, self.ended = self.ended, []
        wide = self._width()
        self._step = max(1, wide // 2)
        room = 0 if self._stopping else max(0, wide - self._in_hand + len(outcomes))
        begun = self._pace.now()
        try:
            claimed = await self._books.turn(self.epoch, outcomes, room)
        except BaseException:
            self.ended[:0] = outcomes
            raise
        self._booking.add(self._pace.now() - begun)
        self._in_hand -= len(outcomes)
        self._dry = len(claimed) < room or not room
        self._take_in(claimed)
        return len(claimed)

    def _width(self) -> int:
        return width(self._pace.rate, self._leaving.on_its_way.seconds + 2 * self._booking.seconds)

    def _take_in(self, claimed: tuple[Claimed, ...]) -> None:
        self._in_hand += len(claimed)
        self._ready.extend(claimed)
        if claimed:
            self._more.set()
            self._room.set()

    async def _let_go(self) -> None:
        while not self._closing:
            self._more.clear()
            while self._ready or self._looked:
                if self._ready and len(self._looked) < self._stock():
                    await self._look_at_group()
                else:
                    await self._let_next_go()
            await self._more.wait()

    def _stock(self) -> int:
        """So many that may leave are kept ready; with a limit each is looked at right before its time."""
        return AT_ONCE if self._pace.rate is None else 1

    async def _look_at_group(self) -> None:
        rate = self._pace.rate
        wait = await self._pace.until_free(PATIENCE_SECONDS, EARLY_SECONDS if rate is not None else 0.0)
        if wait > 0 or not self._may_go_on():
            self._give_back_all(wait)
            return
        size = MOST_IN_GROUP if rate is None else max(1, round(rate * GROUP_SECONDS))
        group = [self._ready.popleft() for _ in range(min(size, len(self._ready)))]
        try:
            leaves, ended = await self._leaving.ready(group)
        except BaseException:
            self._ready.extendleft(reversed(group))
            raise
        read_at = self._pace.now()
        for claimed, outcome in ended:
            self._end(claimed, outcome)
        self._looked.extend((one, read_at) for one in leaves)

    async def _let_next_go(self) -> None:
        """Wait for its turn and let it go."""
        if len(self._tasks) >= AT_ONCE and self._may_go_on():
            self._room.clear()
            await self._room.wait()
        elif self._may_go_on() and (wait := self._pace.account_wait) > 0:
            if wait > PATIENCE_SECONDS:
                self._give_back(self._looked.popleft()[0][0], wait)
            else:
                await self._pace.until_free(PATIENCE_SECONDS)
        elif (looked := self._next()) is not None:
            task = asyncio.create_task(self._send(*looked))
            self._tasks.add(task)
            task.add_done_callback(self._sent)

    def _next(self) -> Looked | None:
        """One that may leave now, counted by the pace; None where the account must wait, or none is there."""
        if not self._may_go_on():
            self._give_back_all()
        while self._looked:
            looked = self._looked[0]
            claimed = looked[0][0]
            if self._pace.now() - looked[1] > FRESH_SECONDS:
                self._look_again(claimed)
            elif (wait := self._pace.take(claimed.to.address)) > 0:
                if self._pace.account_wait > 0:
                    return None
                self._give_back(claimed, wait)  # the account is free: its own chat keeps it waiting
            else:
                self._looked.popleft()
                return looked
            self._looked.popleft()
        return None

    def _may_go_on(self) -> bool:
        return not self._stopping and self._leaving.breaker.room(self._pace.now(), 1) > 0

    async def _send(self, one: Ready, read_at: float) -> None:
        """And those after it that may leave when it has ended: a task for each would cost as much as its request."""
        following: Looked | None = (one, read_at)
        while following is not None:
            await self._send_one(*following)
            following = self._next()
            if self._ready and len(self._looked) < self._stock():
                self._room.set()

    async def _send_one(self, one: Ready, read_at: float) -> None:
        try:
            outcome = await self._leaving.send(*one, read_at)
        except Exception as error:  # noqa: BLE001 - a bug: it may have left, and all others must go on
            log.error("a message broke off with %s", type(error).__name__)  # errors may quote texts
            outcome = Outcome(one[0].id, DeliveryStatus.UNCONFIRMED, "channel_error")
        if outcome is None:
            self._look_again(one[0])
        else:
            self._end(one[0], outcome)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.set()

    def _look_again(self, claimed: Claimed) -> None:
        """Too long ago that it was looked at."""
        self._ready.appendleft(claimed)
        self._more.set()

    def _give_back_all(self, wait: float = 0.0) -> None:
        while self._looked:
            self._give_back(self._looked.popleft()[0][0], wait)
        while self._ready:
            self._give_back(self._ready.popleft(), wait)

    def _give_back(self, claimed: Claimed, wait: float = 0.0) -> None:
        again_at = self._clock() + timedelta(seconds=wait)
        self._end(claimed, given_back(claimed, "lane_busy" if wait else "lane_stopped", again_at))

    def _end(self, claimed: Claimed, outcome: Outcome) -> None:
        outcome = uncertain(claimed, outcome)
        self._watch.met(claimed, outcome)
        if outcome.next_attempt_at is not None:
            self.again_at = min(self.again_at or outcome.next_attempt_at, outcome.next_attempt_at)
        self.ended.append(outcome)
        if len(self.ended) >= self._step or len(self.ended) == self._in_hand:
            self._changed.set()
