"""Sign-ups by pages: when they count (threats T10, ADR 19)."""

from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store


class SigningUp:
    """Ticks; any number of them over one database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def tick(self) -> int:
        """Let those count that came in no burst; how many. Raises StoreUnavailable."""
        async with self._store.write() as work:
            return await work.signups.settle(self._clock())
