"""Staff, allies and rooms of two precincts in real chats, and a watcher at the door who knows the rules by himself.

The watcher keeps his own notes of what each person said and each staff member did, and shares no rule with the program:
what reaches a channel is judged by safety.md alone.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.contact import AddressStatus, AgeBand, Role, Scope, ScopeKind, Topic
from campaign_engine.domain.delivery import Receipt
from campaign_engine.domain.message import Destination, Limits, Message
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.ports.people import NewContact
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.posting import Posting
from tests.support.clock import FakeClock
from tests.support.engine import PAGE, House, Phone
from tests.support.mortal import IMMORTAL, Killed, Life, MortalStore

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 30, 15, 30, tzinfo=NEW_YORK)
"""Every Monday to Friday from here to December 23 is a school day."""

AREAS = (73, 75)
LEAST = 5
"""The lowest minimum audience that an operator may set."""

NAMES = tuple(f"ally{number}" for number in range(1, 13))
_MARK = re.compile(r"\bday(\d+)\b")


@dataclass
class Ally:
    """What one person has said, as far as the rules ask."""

    phone: Phone
    precinct: int
    topics: set[Topic] = field(default_factory=set)
    stopped: bool = False
    paused_until: datetime | None = None
    got: list[datetime] = field(default_factory=list)


@dataclass
class Text:
    """What was written in one version of one post; `day<number>` in it tells which."""

    topic: Topic
    precincts: tuple[int, ...]
    approved_at: datetime | None = None
    withdrawn: bool = False
    paused: bool = False


class Door:
    """A channel at the port: whatever leaves passes the watcher, who raises nothing but remembers every wrong."""

    limits = Limits(text=4096)

    def __init__(self, name: str, town: "Town", life: Life = IMMORTAL) -> None:
        self.name = name
        self._town = town
        self._life = life

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Its process may die before the message left and after it."""
        await self._life.step(may_freeze=False)
        self._town.watch(message.text, to, key)
        await self._life.step()
        return Receipt(platform_id=key)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Town:
    """`wrongs` are sentences, one per broken rule; `left` is when each delivery left, by its id."""

    house: House
    clock: FakeClock
    allies: dict[str, Ally] = field(default_factory=dict)
    staff: dict[str, Phone] = field(default_factory=dict)
    texts: dict[int, Text] = field(default_factory=dict)
    holds: dict[int, datetime] = field(default_factory=dict)
    killed: bool = False
    left: dict[int, datetime] = field(default_factory=dict)
    asleep: list[tuple[Life, asyncio.Task[None]]] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    sent: int = 0

    async def settle(self) -> None:
        """Six allies in each precinct who want area updates, a room in each, and four staff members."""
        for number, name in enumerate(NAMES):
            precinct = AREAS[number % 2]
            who = Destination("telegram", name)
            async with self.house.store.write() as work:
                new = NewContact(who, AgeBand.FROM_16, "en", AddressStatus.ACTIVE, self.clock())
                contact_id, _ = await work.contacts.create(new)
                await work.contacts.change(contact_id, {"precinct": precinct})
                await work.contacts.answer_topic(contact_id, Topic.AREA_UPDATES, True, self.clock())
            phone = self.house.person(name, "telegram")
            self.allies[name] = Ally(phone, precinct, {Topic.AREA_UPDATES})
        for precinct in AREAS:
            async with self.house.store.write() as work:
                scope = Scope(ScopeKind.PRECINCT, str(precinct))
                room = NewRoom("telegram", f"room{precinct}", RoomKind.GROUP, "Group", scope, members=40)
                await work.rooms.link(room, self.clock())
        for handle, role in (
            ("ana1", Role.ORGANIZER),
            ("ben2", Role.APPROVER),
            ("cam3", Role.SAFETY_LEAD),
            ("dee4", Role.APPROVER),
        ):
            self.staff[handle] = await self.house.staff(handle, role)

    def lane(self, life: Life = IMMORTAL) -> Lane:
        pace = LanePace(UNLIMITED, lambda: self.clock().timestamp(), self.clock.sleep)
        store, door = MortalStore(self.house.store, life), Door("telegram", self, life)
        return Lane(LaneParts(store, door, self.house.renderer, pace, self.clock, lambda n: f"P{n}", PAGE))

    async def work(self, life: Life = IMMORTAL) -> None:
        """One tick and everything that may leave now, by a process that begins anew."""
        await Posting(MortalStore(self.house.store, life), self.clock, LEAST).tick()
        lane = self.lane(life)
        if await lane.take():
            await lane.drain()
        await lane.release()

    async def work_until_it_ends(self, life: Life) -> None:
        """As `work`, by a process that is killed or freezes on the way."""
        others = asyncio.all_tasks()
        process, frozen = asyncio.create_task(self.work(life)), asyncio.create_task(life.frozen.wait())
        await asyncio.wait({process, frozen}, return_when=asyncio.FIRST_COMPLETED)
        frozen.cancel()
        if not process.done():
            self.asleep.append((life, process))
            return
        with suppress(Killed):
            process.result()
        if begun := asyncio.all_tasks() - others - {process}:
            await asyncio.wait(begun)

    async def thaw(self) -> None:
        """Whoever is frozen goes on as if nothing had been."""
        for life, process in self.asleep:
            life.freezes = False
            life.steps = IMMORTAL.steps
            life.thawed.set()
            await process
        self.asleep.clear()

    async def live(self, hours: float) -> None:
        """Time passes while the program runs."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            by_day = 10 <= self.clock().astimezone(NEW_YORK).hour < 20
            self.clock.advance(timedelta(minutes=30) if by_day else timedelta(hours=3))
            await self.work()

    def watch(self, text: str, to: Destination, key: str) -> None:
        """Judge what is about to reach somebody."""
        self.sent += 1
        found = _MARK.search(text)
        post = self.texts.get(int(found[1])) if found else None
        wrongs = [*self._about_time(), *self._about_post(post)]
        if to.is_room:
            wrongs += self._about_area(int(to.address.removeprefix("room")), post)
        else:
            ally = self.allies[to.address]
            wrongs += [*self._about_person(ally, post), *self._about_area(ally.precinct, post)]
            ally.got.append(self.clock())
        delivery_id = int(key.rpartition("-")[2])
        if delivery_id in self.left:
            wrongs.append("sent twice")
        self.left[delivery_id] = self.clock()
        self.wrongs += [f"{wrong} ({to.address}, {text!r}, {self.clock()})" for wrong in wrongs]

    def _about_time(self) -> Iterator[str]:
        wall = self.clock().astimezone(NEW_YORK)
        opens = 15 if wall.weekday() < 5 else 11
        if not (opens, 0) <= (wall.hour, wall.minute) < (19, 30):
            yield "outside the window (S4)"
        if self.killed:
            yield "while everything is stopped (S3)"

    def _about_post(self, post: Text | None) -> Iterator[str]:
        if post is None:
            yield "nobody wrote this (S1)"
        elif post.approved_at is None or post.withdrawn:
            yield "not approved (S1)"
        elif post.paused:
            yield "while its campaign is paused"
        elif self.clock() < post.approved_at + timedelta(minutes=10):
            yield "inside the ten minutes to cancel (S3)"

    def _about_person(self, ally: Ally, post: Text | None) -> Iterator[str]:
        now = self.clock()
        if ally.stopped:
            yield "after STOP (C7)"
        if post is not None and post.topic not in ally.topics:
            yield "without a yes to the topic (C6)"
        if ally.paused_until is not None and now < ally.paused_until:
            yield "while paused (H3)"
        if ally.got and now - ally.got[-1] < timedelta(hours=20):
            yield "within 20 hours (S5)"
        if len([one for one in ally.got if now - one < timedelta(days=7)]) >= 2:
            yield "the third in a week (S5)"

    def _about_area(self, precinct: int, post: Text | None) -> Iterator[str]:
        if post is not None and precinct not in post.precincts:
            yield "outside its precincts"
        until = self.holds.get(precinct)
        if until is not None and self.clock() < until:
            yield "while its precinct is held (I1)"
