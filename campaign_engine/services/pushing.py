"""Web push: a neutral word on a device of somebody's own that something new waits on the page (safety C4, P4).

It follows a post that the planner let into the inbox, so quiet hours and caps hold for it already (safety S4, S5).
"""

from datetime import datetime, timedelta

from campaign_engine.domain.message import Destination
from campaign_engine.domain.windows import is_night
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.push import PushAnswer, PushService, Subscription, Told
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.own_sending import end_of_day, is_stopped

BATCH = 100
FRESH = timedelta(hours=4)
"""What waits for longer is found when its reader comes back by themselves."""


class Pushing:
    """`channel` is that of the page's addresses."""

    def __init__(self, store: Store, clock: Clock, service: PushService, channel: str = "web") -> None:
        self._store = store
        self._clock = clock
        self._service = service
        self._channel = channel

    @property
    def key(self) -> str:
        """See PushService."""
        return self._service.key

    async def turn_on(self, address: str, subscription: Subscription) -> bool:
        """By a person's own tap; False, keeping nothing, for what is no subscription, for strangers and after STOP."""
        if not self._service.accepts(subscription):
            return False
        async with self._store.write() as work:
            return await work.push.keep(self._who(address), subscription, self._clock())

    async def turn_off(self, address: str) -> None:
        """At once; nothing happens to whoever has none."""
        async with self._store.write() as work:
            await work.push.drop(self._who(address), self._clock())

    async def is_on(self, address: str) -> bool:
        """Whether this person is told."""
        async with self._store.read() as work:
            return await work.push.is_on(self._who(address))

    async def tick(self) -> int:
        """Tell everybody for whom something new waits; how many were. Raises StoreUnavailable."""
        total = 0
        while not is_night(now := self._clock()):
            async with self._store.read() as work:
                waiting = () if await is_stopped(work) else await work.push.waiting(now - FRESH, now, BATCH)
            if not waiting:
                break
            answers = await self._service.tell(waiting, _ttl(now))
            total += await self._note(answers, now)
        return total

    async def _note(self, answers: dict[int, PushAnswer], now: datetime) -> int:
        """What cannot be noted is told once more: the same word takes the place of the first."""
        told = [id_ for id_, answer in answers.items() if answer.told is Told.YES]
        async with self._store.write() as work:
            await work.push.told(told, now)
            await work.push.forget([id_ for id_, answer in answers.items() if answer.told is Told.GONE])
            for id_, answer in answers.items():
                if answer.told is Told.LATER:
                    await work.push.later(id_, now + timedelta(seconds=answer.after))
        return len(told)

    def _who(self, address: str) -> Destination:
        return Destination(self._channel, address)


def _ttl(now: datetime) -> int:
    """A service must not bring it in the night (safety S4)."""
    return max(1, int(min(FRESH, end_of_day(now) - now).total_seconds()))
