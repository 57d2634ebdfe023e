"""Time passes: people act, posts fall due and go out, and the clock moves from one event to the next."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_engine.demo.cast import OutOfScript
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.crowd import Crowd
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.delivering import Lane
from campaign_engine.services.posting import Posting
from campaign_engine.services.retention import Retention

_STEP = timedelta(hours=3)
"""How long nobody looks at what is due when nothing is said to be."""

_BREATH = timedelta(seconds=15)
"""How long the lanes are left alone when something has to be tried again."""

_MOST_BREATHS = 1000

Told = Callable[[datetime], None]
"""Called with the time that it has become."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a week is made of; the lanes share the clock. `own` queues what the program writes by itself; how many."""

    clock: DemoClock
    crowd: Crowd
    store: Store
    retention: Retention
    posting: Posting
    lanes: Mapping[str, Lane]
    own: Callable[[], Awaitable[int]]


@dataclass(slots=True)
class Happened:
    """What came of it so far."""

    acts: int = 0
    opened: int = 0
    frozen: int = 0
    claimed: int = 0


class Week:
    """Drives the same services that a server drives, on the demo's clock; `happened` adds up."""

    def __init__(self, parts: Parts, told: Told = lambda _moment: None) -> None:
        self.happened = Happened()
        self._parts = parts
        self._told = told

    async def forward(self, until: datetime) -> None:
        """Live through everything up to this moment. Raises OutOfScript when messages never come to an end."""
        clock = self._parts.clock
        while clock() < until:
            moment, day = await self._next(until), to_wall(clock()).date()
            self.happened.acts += await self._parts.crowd.play(moment)
            clock.advance_to(moment)
            if to_wall(moment).date() != day:
                await self._parts.retention.run(moment)
            await self.post()
            self._told(clock())

    async def post(self) -> None:
        """Open what is due and send until nothing is left to send; readers hear of it."""
        opened, own = await self._tick(), await self._parts.own()
        self.happened.frozen += own
        if opened or own:
            await self._send()
        if opened:
            self._parts.crowd.posts_went_out()

    async def _next(self, until: datetime) -> datetime:
        """The next firing when it comes soon; a step of the clock else."""
        now, due = self._parts.clock(), await self._parts.posting.next_due()
        step = min(until, now + _STEP)
        return min(step, due) if due is not None and due > now else step

    async def _tick(self) -> int:
        ticked = await self._parts.posting.tick()
        self.happened.opened += ticked.opened
        self.happened.frozen += ticked.frozen_people + ticked.frozen_rooms
        return ticked.opened

    async def _send(self) -> None:
        for _breath in range(_MOST_BREATHS):
            for lane in self._parts.lanes.values():
                if await lane.take():
                    self.happened.claimed += await lane.drain()
            if not await self._open():
                return
            self._parts.clock.advance(_BREATH)
            await self._tick()
        raise OutOfScript("an end of the sending")

    async def _open(self) -> int:
        async with self._parts.store.read() as work:
            return sum([await work.deliveries.open_count(name) for name in self._parts.lanes])
