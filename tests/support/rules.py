"""Whatever people, staff and the clock do in whatever order, nobody is written to against the rules.

Joins, topics, STOP, pauses, holds, approvals, edits, the kill switch, outages, clocks that go wrong, processes that die
or freeze at any moment: the program runs whole, and a watcher with notes of his own judges every message that leaves.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from campaign_engine.domain.automatic_texts import keys_of
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.contact import Topic
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import deliveries
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.clock import FakeClock
from tests.support.engine import House
from tests.support.planned import House as Plans
from tests.support.town import AREAS, LEAST, MONDAY, NAMES, NEW_YORK, Text, Town

T = TypeVar("T")
Place = Callable[[Path], str]
"""Makes a database with tables and nothing in them; its URL. The folder is for files."""

allies = st.sampled_from(NAMES)
areas = st.sampled_from([(73,), (75,), AREAS])
KINDS = {"Pledge drive": Topic.AREA_UPDATES, "Occupy the block": Topic.EVENT_NEWS}
TYPED = "zebra typed this by hand"


class Rules(RuleBasedStateMachine):
    """Every rule is one thing that somebody does; `town.wrongs` stays empty after each."""

    place: Place
    cipher: AddressCipher

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="groundswell-"))
        self.url = self.place(self.folder)
        self.campaigns: dict[int, int] = {}
        self.numbers = iter(range(1, 10_000))
        self.open_edit: tuple[int, int] | None = None
        self.cancelled: set[int] = set()
        self.pressed_by = ""
        self.behind: dict[int, set[str]] = {}

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    @initialize()
    def begin(self) -> None:
        """A daily campaign in both precincts is on its way, so that there is something to break."""
        self.settle()
        self.hand_in(AREAS, 0, daily=True)
        self.approve("ben2")

    def settle(self) -> None:
        """Nothing is planned yet."""
        self.run(self._settle())

    async def _settle(self) -> None:
        self.clock = FakeClock(MONDAY)
        self.database = Database(self.url, self.cipher)
        house = House(SqlStore(self.database), self.clock, minimum=LEAST)
        await house.furnish()
        self.town = Town(house, self.clock)
        await self.town.settle()

    # -- allies

    @rule(name=allies)
    def stop(self, name: str) -> None:
        ally = self.town.allies[name]
        assert "no more messages" in self.run(ally.phone.say("stop"))
        ally.stopped, ally.topics = True, set()

    @rule(name=allies)
    def come_back(self, name: str) -> None:
        self.run(self.town.allies[name].phone.start())
        self.town.allies[name].stopped = False

    @rule(name=allies)
    def delete(self, name: str) -> None:
        ally = self.town.allies[name]
        assert "deleted" in self.run(ally.phone.press("del:yes"))
        ally.stopped, ally.topics, ally.got, ally.paused_until = True, set(), [], None

    @rule(name=allies, updates=st.booleans())
    def join_again(self, name: str, updates: bool) -> None:
        ally = self.town.allies[name]
        if self.run(ally.phone.contact_id()) is not None:
            return
        self.run(ally.phone.join(updates=updates))
        ally.stopped, ally.precinct = False, 75
        ally.topics = {Topic.AREA_UPDATES} if updates else set()

    @rule(name=allies, topic=st.sampled_from([Topic.AREA_UPDATES, Topic.EVENT_NEWS]), on=st.booleans())
    def switch(self, name: str, topic: Topic, on: bool) -> None:
        ally = self.town.allies[name]
        self.run(ally.phone.press(f"cs:{topic}:{'on' if on else 'off'}"))
        if not on:
            ally.topics.discard(topic)
        elif not ally.stopped and self.run(ally.phone.contact_id()) is not None:
            ally.topics.add(topic)

    @rule(name=allies, days=st.sampled_from([1, 7, 30]))
    def take_a_break(self, name: str, days: int) -> None:
        ally = self.town.allies[name]
        self.run(ally.phone.press(f"pa:{days}"))
        if self.run(ally.phone.contact_id()) is not None:
            until = self.clock() + timedelta(days=days)
            ally.paused_until = max(until, ally.paused_until or until)

    @rule(name=allies)
    def ask_for_help(self, name: str) -> None:
        ally = self.town.allies[name]
        assert "988" in self.run(ally.phone.say("i want to die"))
        if self.run(ally.phone.contact_id()) is not None:
            until = self.clock() + timedelta(hours=72)
            ally.paused_until = max(until, ally.paused_until or until)

    @rule(name=allies)
    def end_the_break(self, name: str) -> None:
        self.run(self.town.allies[name].phone.press("pa:end"))
        self.town.allies[name].paused_until = None

    @rule(name=allies)
    def type_something(self, name: str) -> None:
        self.run(self.town.allies[name].phone.say(TYPED))

    # -- staff

    @rule(precincts=areas, days=st.integers(0, 3), daily=st.booleans(), kind=st.sampled_from(list(KINDS)))
    def hand_in(self, precincts: tuple[int, ...], days: int, daily: bool, kind: str = "Pledge drive") -> None:
        number = next(self.numbers)
        campaign_id = self.run(self._hand_in(number, precincts, self._when(days, daily), kind))
        if campaign_id:
            self.campaigns[campaign_id] = number
            self.town.texts[number] = Text(KINDS[kind], precincts)

    async def _hand_in(self, number: int, precincts: tuple[int, ...], when: str, kind: str) -> int:
        ana = self.town.staff["ana1"]
        await self._drop_draft()
        await ana.command("menu")
        await ana.tap("New campaign", kind)
        await ana.say(f"Winter {number}")
        await ana.say(", ".join(map(str, precincts)))
        await ana.tap("300")
        await ana.say(f"Check on a friend, day{number}. {{{{ link }}}}")
        await ana.say(f"Habla con alguien, day{number}. {{{{ link }}}}")
        await ana.tap("No picture")
        if "has passed" in await ana.say(when):
            return 0
        await ana.tap("Everywhere")
        if "These rooms" in ana.buttons:
            await ana.tap("These rooms")
        await ana.tap("Look out")
        data = next((data for data in ana.buttons.values() if data.startswith("su:")), "su:0")
        return int(data.removeprefix("su:")) if "handed in" in await ana.press(data) else 0

    def _when(self, days: int, daily: bool) -> str:
        first = self.clock().astimezone(NEW_YORK) + timedelta(days=days)
        if not daily:
            return f"{first:%B} {first.day} at 4 pm"
        last = first + timedelta(days=9)
        return f"Mondays, Tuesdays, Wednesdays, Thursdays and Fridays at 4 pm until {last:%B} {last.day}"

    @rule(handle=st.sampled_from(["ana1", "ben2", "cam3", "dee4"]))
    def approve(self, handle: str) -> None:
        approver = self.town.staff[handle]
        self.run(approver.press("o:waiting"))
        data = next((data for data in approver.buttons.values() if data.startswith("ap:")), "")
        if not data or "is approved" not in self.run(approver.press(data)):
            return
        assert handle != "ana1", "the author approved (S1)"
        text = self.town.texts[self.campaigns[int(data.split(":")[1])]]
        text.approved_at = self.clock()

    @rule(choice=st.integers(0, 5), hand_it_in=st.booleans())
    def edit(self, choice: int, hand_it_in: bool) -> None:
        if self.campaigns:
            self.run(self._edit(list(self.campaigns)[choice % len(self.campaigns)], hand_it_in))

    async def _edit(self, campaign_id: int, hand_it_in: bool) -> None:
        ana, number = self.town.staff["ana1"], next(self.numbers)
        await self._drop_draft()
        before = self.town.texts[self.campaigns[campaign_id]]
        if "You can edit" not in await ana.press(f"mv:{campaign_id}:edit"):
            return
        before.withdrawn = True
        await ana.tap("Edit it", "Change something", "English text")
        await ana.say(f"Look out for a friend, day{number}. {{{{ link }}}}")
        await ana.tap("Change something", "Spanish text")
        await ana.say(f"Cuida a alguien, day{number}. {{{{ link }}}}")
        self.open_edit = (campaign_id, self.campaigns[campaign_id])
        self.campaigns[campaign_id] = number
        self.town.texts[number] = Text(before.topic, before.precincts, paused=before.paused)
        if hand_it_in and "handed in" in await ana.press(f"su:{campaign_id}"):
            self.open_edit = None

    async def _drop_draft(self) -> None:
        """An edit that is dropped falls back to what was approved."""
        await self.town.staff["ana1"].press("o:drop:yes")
        if self.open_edit is not None:
            campaign_id, number = self.open_edit
            approved, dropped = self.town.texts[number], self.town.texts[self.campaigns[campaign_id]]
            self.campaigns[campaign_id] = number
            approved.withdrawn, approved.paused = campaign_id in self.cancelled, dropped.paused
        self.open_edit = None

    @rule(choice=st.integers(0, 5), verb=st.sampled_from(["pause", "resume", "cancel"]))
    def move(self, choice: int, verb: str) -> None:
        if self.campaigns:
            campaign_id = list(self.campaigns)[choice % len(self.campaigns)]
            shown = self.run(self.town.staff["ben2"].press(f"mv:{campaign_id}:{verb}"))
            text = self.town.texts[self.campaigns[campaign_id]]
            if verb == "cancel" and "Cancelled" in shown:
                text.withdrawn = True
                self.cancelled.add(campaign_id)
            if "Paused" in shown or "Running" in shown or "Scheduled" in shown:
                text.paused = "Paused" in shown

    @rule(handle=st.sampled_from(["ana1", "ben2", "cam3"]), precinct=st.sampled_from(AREAS))
    def hold(self, handle: str, precinct: int) -> None:
        assert self.run(self.town.staff[handle].say(f"hold {precinct}")).startswith("Held")
        self.town.holds[precinct] = self.clock() + timedelta(hours=72)
        self.behind[precinct] = {handle}

    @rule(handle=st.sampled_from(["ana1", "ben2", "cam3"]), precinct=st.sampled_from(AREAS))
    def let_go(self, handle: str, precinct: int) -> None:
        self.behind.setdefault(precinct, set()).add(handle)
        if "is released" in self.run(self.town.staff[handle].say(f"release {precinct}")):
            assert len(self.behind[precinct]) > 1, "one person alone let go (I1)"
            self.town.holds.pop(precinct, None)

    @rule(handle=st.sampled_from(["ana1", "ben2", "cam3"]))
    def stop_everything(self, handle: str) -> None:
        if "Everything is stopped." in self.run(self.town.staff[handle].command("freeze")):
            self.town.killed, self.pressed_by = True, handle

    @rule(handle=st.sampled_from(["ana1", "ben2", "cam3"]))
    def let_it_go_on(self, handle: str) -> None:
        if "It goes on now" in self.run(self.town.staff[handle].command("unfreeze")):
            assert handle != self.pressed_by, "one person alone let it go on (S3)"
            self.town.killed = False

    @rule(precincts=areas, approved=st.booleans())
    def goes_out_by_itself(self, precincts: tuple[int, ...], approved: bool) -> None:
        """An automatic text in a wording of its own, which somebody approved or nobody did (S1)."""
        number = next(self.numbers)
        self.run(self._goes_out(number, precincts, approved))
        since = self.clock() - timedelta(minutes=10) if approved else None
        self.town.texts[number] = Text(Topic.AREA_UPDATES, precincts, approved_at=since)

    async def _goes_out(self, number: int, precincts: tuple[int, ...], approved: bool) -> None:
        texts = {"en": f"By itself, day{number}. 988", "es": f"Solo, day{number}. 988"}
        store = self.town.house.store
        if approved:
            async with store.write() as work:
                await work.text_approvals.approve(keys_of("aftermath", texts), None, "cam3", self.clock())
        await Plans(store, self.clock).plan(
            first=to_wall(self.clock()) + timedelta(minutes=1),
            kind=CampaignKind.AWARENESS,
            texts=texts,
            automatic="aftermath",
            targets=precincts,
            fixed=False,
        )

    # -- time

    @rule(hours=st.sampled_from([0.2, 1, 4, 24, 30, 60]))
    def live(self, hours: float) -> None:
        self.run(self.town.live(hours))

    @rule()
    def live_two_days(self) -> None:
        """Often, because what is not allowed shows only when time passes."""
        self.live(48)

    @rule(hours=st.sampled_from([1, 8, 24, 100]))
    def be_down(self, hours: float) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.run(self.town.work())

    @invariant()
    def nobody_is_written_to_against_the_rules(self) -> None:
        if hasattr(self, "town"):
            assert self.town.wrongs == []

    async def _too_few(self) -> list[int]:
        people = sa.select(sa.func.count()).where(~deliveries.c.is_room).group_by(deliveries.c.occurrence_id)
        async with self.database.read() as connection:
            return [count for count in (await connection.execute(people)).scalars() if count < LEAST]

    async def misjudged(self) -> list[str]:
        """What only the end shows."""
        return []

    def teardown(self) -> None:
        """Everything is closed before anything is judged: an open connection would keep the tests from ending."""
        self.run(self.town.thaw())
        too_few, misjudged = self.run(self._too_few()), self.run(self.misjudged())
        self.run(self.database.close())
        self.runner.close()
        stored = [path.name for path in self.folder.iterdir() if TYPED.encode() in path.read_bytes()]
        shutil.rmtree(self.folder)
        assert misjudged == []
        assert too_few == [], "so few that one could be found (S2)"
        assert stored == [], "typed text was stored (N1)"
