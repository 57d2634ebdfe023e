"""Simulated students at work: they join, go, come back, read posts, pledge from them and leave, all in the dialogue."""

import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Self

from campaign_engine.bootstrap import Engine
from campaign_engine.demo.cast import Conversing, Player
from campaign_engine.demo.characters import Character, Leaving, Way, dice, draw, popularity
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.stage import CHANNEL
from campaign_engine.domain.action import Site
from campaign_engine.domain.contact import AgeBand
from campaign_engine.domain.message import Destination
from campaign_engine.ports.sending import InboxPost

_ENOUGH = 12
"""No join has more questions than this."""

_ZIPS = ("11207", "11212", "10456", "10457", "10027", "11433", "10304")
_BABBLE = ("lol ok", "asdfgh", "who is this", "my school", "??", "jajaja", "ok ok")
_THANKS = ("nice", "ok thanks", "gracias")

Inbox = Callable[[str], Awaitable[Sequence[InboxPost]]]
"""Posts that wait for an address on the page, newest first."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What students meet."""

    conversation: Conversing
    inbox: Inbox
    clock: DemoClock
    sites: tuple[Site, ...]
    seed: int


class _Student:
    """One character with a page chat of their own."""

    def __init__(self, character: Character, around: Surroundings) -> None:
        self.character = character
        self.player = Player(around.conversation, CHANNEL, character.address, character.hint)
        self.subscribed = False
        self.gone = False
        self._around = around

    async def arrive(self) -> None:
        """Open the chat and answer, perhaps not to the end."""
        who = self.character
        site = self._around.sites[who.site]
        await self.player.start(f"s_{site.code}" if who.way is Way.LINK else "")
        if who.language != who.hint and self.player.offered(f"l:{who.language}"):
            await self.player.tap(f"l:{who.language}")
        if who.way is Way.TYPED:
            await self.player.say(f" {site.word_code[:-2].lower()} {site.word_code[-2:]}")
        await self._go_on(who.quits_after if who.quits_after is not None else _ENOUGH)
        if who.quits_after is None and self._dice("together").random() < who.goodwill:
            await self._look_at_area()

    async def _look_at_area(self) -> None:
        """And be counted in where something is promised there."""
        await self.player.command("area")
        for data in self.player.offered("jj:"):
            if data.endswith(":in"):
                await self.player.tap(data)
                return

    async def come_back(self) -> None:
        """Take up what was left; a child who was turned away tries another age."""
        random = self._dice("back")
        await self.player.start()
        if self.character.age is AgeBand.UNDER_13:
            await self.player.tap(f"a:{random.choice((AgeBand.FROM_13, AgeBand.FROM_16))}")
            return
        await self._go_on(_ENOUGH)

    async def read(self, nth: int) -> None:
        """Look into the page: press what the newest post offers, answer it, or leave it at that."""
        random = self._dice("post", nth)
        posts = [] if self.gone else await self._around.inbox(self.character.address)
        if not posts or random.random() > self.character.goodwill:
            return
        pledges = [choice.data for row in posts[0].choices for choice in row if choice.data.startswith("g:")]
        if not pledges:
            await self.player.say(random.choice(_THANKS))
            return
        await self.player.tap(pledges[0])
        await self._go_on(_ENOUGH)

    async def leave(self) -> None:
        """STOP, updates off, or delete."""
        if self.gone:
            return
        self.subscribed = False
        if self.character.leaving is Leaving.OFF:
            await self.player.command("menu")
            for button in ("cs", "cs:area_updates:off"):
                if self.player.offered(button):
                    await self.player.tap(button)
            return
        self.gone = True
        if self.character.leaving is Leaving.STOP:
            await self.player.say("parar" if self.character.language == "es" else "STOP")
        else:
            await self.player.command("delete")
            await self.player.press("del:yes")

    async def _go_on(self, most: int) -> None:
        """Answer up to `most` questions."""
        random = self._dice("answers")
        for answered in range(most):
            if self.character.babbles and answered == 1:
                await self.player.say(random.choice(_BABBLE))
            if not await self._answer(random):
                break

    async def _answer(self, random: Random) -> bool:
        """The open question, by the buttons it shows; False when none is open."""
        offered, who = self.player.offered, self.character
        if offered("b:") and not who.declines_place and random.random() < 0.3:
            await self.player.say(random.choice(_ZIPS))
        elif data := _choice(offered, who, random):
            self.subscribed = data == "t:yes" or (self.subscribed and data != "t:no")
            await self.player.tap(data)
        else:
            return False
        return True

    def _dice(self, *about: object) -> Random:
        return dice(self._around.seed, "acts", self.character.number, *about)


def _choice(offered: Callable[[str], tuple[str, ...]], who: Character, random: Random) -> str:
    """Which of the buttons in view this person presses; empty when none of them answers a question."""
    if offered("a:"):
        return f"a:{who.age}"
    if offered("t:"):
        return "t:yes" if who.wants_updates else "t:no"
    if offered("n:") and who.declines_place:
        return "n:0"
    for prefix in ("if:", "pl:", "b:", "n:"):
        shown = [data for data in offered(prefix) if data != "n:0"]
        if shown:
            return random.choice(shown)
    return ""


class Crowd:
    """All students and what they will do next. Everything they do moves the clock to its time first."""

    def __init__(self, around: Surroundings, characters: Sequence[Character]) -> None:
        self._around = around
        self._students = [_Student(character, around) for character in characters]
        self._ahead: list[tuple[datetime, int, str, int]] = []
        self._posts = 0
        for index, character in enumerate(characters):
            self._plan(character.arrives, index, "arrive")

    @classmethod
    def gather(cls, engine: Engine, clock: DemoClock, cast: "Casting") -> Self:
        """`cast.people` students who come between now and `cast.until`."""

        async def inbox(address: str) -> Sequence[InboxPost]:
            async with engine.store.read() as work:
                return await work.inbox.waiting(Destination(CHANNEL, address))

        around = Surroundings(engine.conversation, inbox, clock, cast.sites, cast.seed)
        weights = popularity(cast.seed, len(cast.sites))
        span = (clock(), cast.until)
        return cls(around, [draw(cast.seed, number, weights, span) for number in range(1, cast.people + 1)])

    async def play(self, until: datetime) -> int:
        """Whatever is due up to this moment, in order; how many acts."""
        acts = 0
        while self._ahead and self._ahead[0][0] <= until:
            moment, index, act, nth = heapq.heappop(self._ahead)
            self._around.clock.advance_to(moment)
            await self._act(self._students[index], index, act, nth)
            acts += 1
        return acts

    def posts_went_out(self) -> None:
        """Those who said yes to updates may look into the page in the next hours."""
        self._posts += 1
        for index, student in enumerate(self._students):
            random = dice(self._around.seed, "notices", student.character.number, self._posts)
            if student.subscribed and random.random() < student.character.attention:
                later = timedelta(minutes=random.triangular(5, 1200, 90))
                self._plan(self._around.clock() + later, index, "read", self._posts)

    def subscribed_by(self, moment: datetime) -> list[str]:
        """Addresses of students who will have said yes to updates by then and stay, in the order they come."""
        sure = [
            who.character
            for who in self._students
            if who.character.wants_updates
            and who.character.leaving is Leaving.NOT
            and who.character.quits_after is None
            and who.character.way is Way.LINK
            and who.character.age is not AgeBand.UNDER_13
            and who.character.arrives < moment
        ]
        return [character.address for character in sorted(sure, key=lambda each: each.arrives)]

    async def _act(self, student: _Student, index: int, act: str, nth: int) -> None:
        who, now = student.character, self._around.clock()
        if act == "arrive":
            await student.arrive()
            turned_away = who.age is AgeBand.UNDER_13
            if who.back_after is not None and (who.quits_after is not None or turned_away):
                back = min(who.back_after, timedelta(hours=20)) if turned_away else who.back_after
                self._plan(now + back, index, "back")
            if who.leaving is not Leaving.NOT:
                self._plan(now + who.leaves_after, index, "leave")
        elif act == "back" and not student.gone:
            await student.come_back()
        elif act == "leave":
            await student.leave()
        elif act == "read":
            await student.read(nth)

    def _plan(self, moment: datetime, index: int, act: str, nth: int = 0) -> None:
        heapq.heappush(self._ahead, (moment, index, act, nth))


@dataclass(frozen=True, slots=True)
class Casting:
    """How many students, where they may come from, and the last moment at which one comes."""

    people: int
    sites: tuple[Site, ...]
    seed: int
    until: datetime
