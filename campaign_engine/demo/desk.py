"""What the demo's bar does: time passes, somebody else sits down, the simulated approver reads."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Self, cast

import sqlalchemy as sa

from campaign_engine.bootstrap import Engine
from campaign_engine.demo.cast import Conversing, approve_waiting, open_joints
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.crowd import Casting, Crowd
from campaign_engine.demo.stage import APPROVER, ORGANIZER, Stage, furnish, promise
from campaign_engine.demo.week import Parts, Week
from campaign_engine.domain.area import week_of
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.message import Inbound, Message, Reply
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.domain.schedule import to_utc
from campaign_engine.store.tables import contacts, occurrences, pledges
from campaign_engine.worker import do_the_week

PEOPLE = 600
"""Simulated students who come in the days that the demo can skip to."""

DAYS = 14
READING = 3.0
"""Real seconds that the simulated approver takes to read."""

AFTER_A_POST = timedelta(hours=2)
"""How long the clock goes on behind an event, so that people have read it."""

_DAY = timedelta(days=1)
_HANDS_IN = ("su:", "sa:", "jp:do:")
_READING = Reply("demo.reading")
_MOST_VISITORS = 9

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Figures:
    """Rows so far."""

    people: int
    pledges: int
    arrived: int
    others: int


class Desk:
    """One demo. It is the conversation that pages talk to, so that it sees who sits at them and what is handed in."""

    def __init__(self, engine: Engine, clock: DemoClock, stage: Stage, week: Week) -> None:
        self.engine = engine
        self.clock = clock
        self.stage = stage
        self.told: tuple[Reply, ...] = ()
        self.visitors: list[str] = []
        self._inside: Conversing = engine.conversation
        self._week = week
        self._skipping = asyncio.Lock()
        self._approving = asyncio.Lock()
        self._handed_in = asyncio.Event()

    @classmethod
    async def open(cls, engine: Engine, clock: DemoClock, seed: int) -> Self:
        """Sites, staff and students who have yet to come."""
        stage = await furnish(engine)
        await promise(stage)
        crowd = Crowd.gather(engine, clock, Casting(PEOPLE, stage.sites, seed, clock() + timedelta(days=DAYS)))
        parts = Parts(
            clock, crowd, engine.store, engine.retention, engine.posting, engine.lanes, partial(do_the_week, engine)
        )
        return cls(engine, clock, stage, Week(parts))

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Like the conversation it stands before."""
        self.seat(inbound.address)
        answers = await self._inside.handle(inbound)
        if inbound.data.startswith(_HANDS_IN) and await self._waits():
            self.told = (_READING,)
            self._handed_in.set()
        return answers

    async def ask_again(self, channel: str, address: str, language_hint: str) -> tuple[Message, ...]:
        """Like the conversation it stands before."""
        return await self.engine.conversation.ask_again(channel, address, language_hint)

    def seat(self, address: str) -> None:
        """Remember a visitor, so that the bar can lead back to them."""
        if address not in (ORGANIZER, APPROVER, *self.visitors):
            self.visitors = [*self.visitors, address][-_MOST_VISITORS:]

    async def skip(self) -> None:
        """To the next planned event and a little further. One at a time.

        When nothing is planned to the Sunday whose figures tell of a campaign that ran, else a day.
        """
        if self._skipping.locked():
            return
        async with self._skipping:
            await self._read()
            due = await self.engine.posting.next_due()
            sunday = None if due else await self._sunday()
            before = await self._count()
            await self._week.forward(due + AFTER_A_POST if due else sunday or self.clock() + _DAY)
            after = await self._count()
            happened = "demo.nothing_planned" if sunday is None else "demo.new_figures"
            self.told = _told(before, after, "demo.went_out" if due else happened)

    async def approve(self) -> None:
        """For as long as the demo runs: read what was handed in a few seconds ago, and approve it."""
        while True:
            await self._handed_in.wait()
            self._handed_in.clear()
            await asyncio.sleep(READING)
            approved = await self._read()
            if approved or self.told == (_READING,):
                self.told = (Reply("demo.approved" if approved else "demo.nothing_to_read"),)

    async def _sunday(self) -> datetime | None:
        """When the next edition is there; None where no post has left since the last."""
        now = self.clock()
        coming = to_utc(datetime.combine(week_of(now) + timedelta(days=7), time(18)))
        async with self.engine.database.read() as connection:
            ran = sa.select(sa.func.max(occurrences.c.frozen_at))
            last = cast("datetime | None", await connection.scalar(ran))
        told_already = last is None or week_of(last) < week_of(now)
        return None if told_already else coming

    async def _waits(self) -> bool:
        """A post that was refused, or reaches too few, was not handed in."""
        async with self.engine.store.read() as work:
            return bool(await work.approvals.all_waiting() or await work.joints.listed(PRECINCT_NUMBERS, waiting=True))

    async def _read(self) -> int:
        async with self._approving:
            try:
                return await open_joints(self.stage.approver) + await approve_waiting(self.stage.approver)
            except GroundswellError as error:
                log.warning("the simulated approver could not go on (%s)", error.code)
                return 0

    async def _count(self) -> _Figures:
        async with self.engine.store.read() as work:
            statuses: Mapping[DeliveryStatus, int] = await work.deliveries.counts()
        arrived = statuses[DeliveryStatus.SENT]
        async with self.engine.database.read() as connection:
            people, given = (
                await connection.execute(sa.select(_rows(contacts).label("people"), _rows(pledges).label("pledges")))
            ).one()
        return _Figures(people, given, arrived, sum(statuses.values()) - arrived)


def _rows(table: sa.Table) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).scalar_subquery()


def _told(before: _Figures, after: _Figures, happened: str) -> tuple[Reply, ...]:
    grown = {"people": after.people - before.people, "pledges": after.pledges - before.pledges}
    sent = {"arrived": after.arrived - before.arrived, "others": after.others - before.others}
    return (Reply(happened, sent), Reply("demo.came", grown))
