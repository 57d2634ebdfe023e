"""Any fortnight of any campaigns: nobody is written to more than S5 allows, nor outside S4's hours."""

import asyncio
import shutil
import tempfile
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_engine.domain.contact import Topic
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.schedule import to_wall
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.planned import House
from tests.support.sending import Stage, lane_of

KINDS = ["awareness", "series", "aftermath", "pledge"]
STEP = timedelta(minutes=40)
A_MOMENT = timedelta(minutes=1)
"""What pacing adds between the leaving and the note of it."""
MOVES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([*KINDS, *KINDS, "pause", "resume", "stop", "go on", "drop"])),
    min_size=6,
    max_size=14,
)


@given(moves=MOVES)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_S4_S5_no_fortnight_brings_anybody_more_than_two_a_week_or_two_within_twenty_hours(
    moves: list[tuple[int, str]], sqlite_template: Path, cipher: AddressCipher
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "week.db"
        shutil.copy(sqlite_template, path)
        asyncio.run(_live(moves, f"sqlite:///{path}", cipher))


async def _live(moves: list[tuple[int, str]], url: str, cipher: AddressCipher) -> None:
    database = Database(url, cipher)
    try:
        clock = FakeClock()
        fortnight = _Fortnight(SqlStore(database), clock)
        await fortnight.begin()
        for ahead, move in moves:
            await fortnight.make(move)
            for _ in range(ahead):
                clock.advance(STEP)
                await fortnight.work()
        fortnight.check()
    finally:
        await database.close()


class _Fortnight:
    """`sent` is when each person was written to, noted where it left."""

    def __init__(self, store: SqlStore, clock: FakeClock) -> None:
        self.house, self.clock = House(store, clock), clock
        self.channel = RecordingChannel()
        self.lane = lane_of(Stage(store, clock), self.channel)
        self.posting = Posting(store, clock)
        self.sent: dict[str, list[datetime]] = {}
        self.aftermath = False

    async def begin(self) -> None:
        await self.house.precincts()
        for name in "12":
            await self.house.ally(name)
            async with self.house.store.write() as work:
                for topic in Topic:
                    await work.contacts.answer_topic(self.house.people[name], topic, True, self.clock())

    async def make(self, move: str) -> None:
        store, now = self.house.store, self.clock()
        if move in KINDS:
            self.aftermath = self.aftermath or move == "aftermath"
            await self.house.plan(to_wall(now + STEP), kind=move, stale=60 * 24 * 3)
        elif move == "drop":
            self.channel.answers = {"1": [SendError("no_answer", flags=frozenset({"ambiguous"}))]}
        else:
            async with store.write() as work:
                if move == "stop":
                    await work.kill_switch.press(None, now)
                elif move == "go on":
                    await work.kill_switch.lift(now)
            await self._pause(move)

    async def _pause(self, move: str) -> None:
        if move not in ("pause", "resume"):
            return
        before, after = ("running", "paused") if move == "pause" else ("paused", "running")
        async with self.house.store.database.write() as connection:
            changed = tables.campaigns.update().where(tables.campaigns.c.status == before)
            ids = (await connection.execute(changed.values(status=after).returning(tables.campaigns.c.id))).scalars()
        async with self.house.store.write() as work:
            for number in ids.all() if move == "resume" else ():
                await work.kill_switch.note_backlog(number, self.clock())

    async def work(self) -> None:
        await self.posting.tick()
        already = len(self.channel.calls)
        await self.lane.take()
        await self.lane.drain()
        for call in self.channel.calls[already:]:
            self.sent.setdefault(call.to.address, []).append(self.clock())

    def check(self) -> None:
        most = 3 if self.aftermath else 2
        for moments in self.sent.values():
            assert all(later - sooner >= timedelta(hours=20) - A_MOMENT for sooner, later in pairwise(moments))
            weeks = zip(moments, moments[most:], strict=False)
            assert all(later - sooner >= timedelta(days=7) - A_MOMENT for sooner, later in weeks)
            assert all(time(11) <= to_wall(moment).time() < time(19, 31) for moment in moments)
