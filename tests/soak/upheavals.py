"""What befalls an installation in the middle of a campaign, at moments that a seed chooses."""

import asyncio
import random
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from campaign_engine.domain.delivery import DeliveryStatus
from tests.soak.town import Part, Town, counts, until_arrived

OPEN = frozenset({"queued", "held", "retrying", "sending"})
QUIET = 30.0
"""Seconds without a message after which the next upheaval comes."""

STUCK = 60.0
"""Seconds without a message after which a run has failed."""

ROUND_TRIP = 0.06
"""Seconds in which a moment is chosen after a message arrived, so that it does not always fall right there."""

DISK_FULL = 1.5
"""Seconds."""

STEPS = 12
"""In which a clock is hurried, so that no living process is taken for a dead one."""

JUMP = timedelta(minutes=10)


class Upheaval(StrEnum):
    """KILL is SIGKILL and a new start, FREEZE is SIGSTOP until the lease is lost and then SIGCONT."""

    KILL = "kill"
    FREEZE = "freeze"
    DATABASE = "database restarted"
    DISK = "disk full"
    CLOCK = "clock set back and forward"


@dataclass(slots=True)
class Run:
    """`in_hand` is how many messages were claimed at each kill, by lane together."""

    town: Town
    random: random.Random
    restart_database: Callable[[], None] = lambda: None
    befallen: "Counter[str]" = field(default_factory=Counter)
    during: int = 0
    in_hand: list[int] = field(default_factory=list)

    async def live_through(self, upheavals: list[Upheaval]) -> None:
        """All of them, spread by chance over the campaign, and then in peace until nothing can leave any more."""
        for number, upheaval in enumerate(upheavals):
            remaining = await self._open()
            before = self.town.arrived()
            after = self.random.uniform(0, 2 * remaining / (len(upheavals) - number + 1))
            await until_arrived(self.town, before + int(after), QUIET)
            await asyncio.sleep(self.random.uniform(0, ROUND_TRIP))
            self.during += bool(await self._open())
            await self._befall(upheaval)
            self.befallen[upheaval] += 1
        await self._settle()

    async def _open(self) -> int:
        """Recipients who may still get it; all of them before the campaign is frozen."""
        known = await counts(self.town)
        return sum(known[status] for status in OPEN) if known else len(self.town.people) + len(self.town.channels)

    async def _befall(self, upheaval: Upheaval) -> None:
        part = self._chosen()
        match upheaval:
            case Upheaval.KILL:
                await self._kill(part)
            case Upheaval.FREEZE:
                await self._freeze(part)
            case Upheaval.DATABASE:
                await asyncio.to_thread(self.restart_database)
            case Upheaval.DISK:
                await self._fill_disk(part)
            case Upheaval.CLOCK:
                self.town.dial.advance(-JUMP)
                await asyncio.sleep(self.random.uniform(0, 1))
                self.town.dial.advance(JUMP)

    def _chosen(self) -> Part:
        """More often one that sends than one that only plans or shows pages."""
        senders = [part for part in self.town.parts if "--roles" not in part.command]
        return self.random.choice(senders if self.random.random() < 0.7 else self.town.parts)

    async def _kill(self, part: Part) -> None:
        """Begun again at once; now and then the next upheaval finds it just beginning."""
        await part.program.kill()
        self.in_hand.append((await counts(self.town))[DeliveryStatus.SENDING])
        await self._let_lease_end()
        await self.town.begin(part)
        if self.random.random() < 0.1:
            await asyncio.sleep(self.random.uniform(0, 2))

    async def _freeze(self, part: Part) -> None:
        """Whoever else there is takes the lane over; then the frozen one thaws in the middle of its requests."""
        part.program.freeze()
        self.in_hand.append((await counts(self.town))[DeliveryStatus.SENDING])
        await self._let_lease_end()
        await asyncio.sleep(self.random.uniform(0, 3))
        part.program.thaw()

    async def _let_lease_end(self) -> None:
        """At once where nobody else runs; else so slowly that whoever lives can say so."""
        lease = timedelta(seconds=self.town.size.takeover)
        if len(self.town.parts) == 1:
            self.town.dial.advance(lease)
            return
        for _ in range(STEPS):
            await asyncio.sleep(lease.total_seconds() / (3 * STEPS))
            self.town.dial.advance(lease * 2 / (3 * STEPS))

    async def _fill_disk(self, part: Part) -> None:
        """No file may grow past what every file has already; no privilege is needed for it."""
        process = part.program.process
        assert process is not None
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, hard))
        await asyncio.sleep(DISK_FULL)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    async def _settle(self) -> None:
        """What waits for another attempt or for a lease gets its time; AssertionError when nothing moves any more."""
        quiet = 0.0
        while await self._open():
            before = self.town.arrived()
            await asyncio.sleep(0.5)
            self.town.check()
            quiet = 0.0 if self.town.arrived() > before else quiet + 0.5
            if quiet and quiet % 2 == 0:
                self.town.dial.advance(timedelta(seconds=20))
            assert quiet < STUCK, f"nothing moves: {dict(await counts(self.town))}\n{self.town.last_words()}"
