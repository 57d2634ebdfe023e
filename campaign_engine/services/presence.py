"""One process tells the others that it is there."""

import secrets
from dataclasses import replace
from datetime import timedelta

from campaign_engine.ports.clock import Clock
from campaign_engine.ports.processes import ProcessSeen
from campaign_engine.ports.unit_of_work import Store

EVERY_SECONDS = 5

SILENT = timedelta(minutes=1)
"""A process that gave no sign for so long is not there."""


class Presence:
    """Ticks; `machine` is what an operator calls it."""

    def __init__(self, store: Store, clock: Clock, machine: str, roles: str) -> None:
        self._store = store
        self._clock = clock
        now = clock()
        self.process = ProcessSeen(secrets.token_hex(8), machine[:64], roles, now, now)

    async def tick(self) -> None:
        """Raises StoreUnavailable."""
        now = replace(self.process, seen_at=self._clock())
        async with self._store.write() as work:
            await work.processes.beat(now)

    async def leave(self) -> None:
        """Raises StoreUnavailable."""
        async with self._store.write() as work:
            await work.processes.leave(self.process.id)
