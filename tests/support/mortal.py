"""A process that dies or freezes at the test's choice of all the moments at which it waits for something."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from campaign_engine.store.unit_of_work import SqlStore, SqlUnitOfWork


class Killed(BaseException):
    """SIGKILL: nothing is tidied up, and nothing that this process began goes on."""


@dataclass(slots=True)
class Life:
    """`steps` until it ends, counted over transactions begun and committed, reads, and messages given to a channel.

    One that `freezes` stands still instead, until it is thawed. It does not freeze in a transaction, which the
    database would end by itself, nor in the call that lets a message leave, where nobody could stop it.
    """

    steps: int
    freezes: bool = False
    dead: bool = False
    frozen: asyncio.Event = field(default_factory=asyncio.Event)
    thawed: asyncio.Event = field(default_factory=asyncio.Event)

    async def step(self, *, may_freeze: bool = True) -> None:
        """Raises Killed at the chosen one, and at each after it."""
        self.steps -= 1
        if self.freezes and self.steps < 0 and may_freeze:
            self.frozen.set()
            await self.thawed.wait()
        elif self.dead or (self.steps < 0 and not self.freezes):
            self.dead = True
            raise Killed


IMMORTAL = Life(2**60)


@dataclass(frozen=True, slots=True)
class MortalStore:
    """The real store, as one process uses it."""

    store: SqlStore
    life: Life

    @asynccontextmanager
    async def write(self, **kind: bool) -> AsyncIterator[SqlUnitOfWork]:
        """Dies before, before the commit, or after it."""
        await self.life.step()
        async with self.store.write(**kind) as work:
            yield work
            await self.life.step(may_freeze=False)
        await self.life.step()

    @asynccontextmanager
    async def read(self, *, shared: bool = False, in_transaction: bool = False) -> AsyncIterator[SqlUnitOfWork]:
        """Dies before or after."""
        await self.life.step()
        async with self.store.read(shared=shared, in_transaction=in_transaction) as work:
            yield work
        await self.life.step()

    async def scrub(self) -> bool:
        """As the store does."""
        await self.life.step()
        return await self.store.scrub()
