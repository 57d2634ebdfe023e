"""The pacing of one sending account in this process, shared by its broadcasts and its replies."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from campaign_engine.domain.pacing import LaneLimits, Pacer
from campaign_engine.services.turns import Turns

_SHORTEST_SLEEP = 0.001
"""Seconds; a clock that counts microseconds would never reach a moment that lies closer."""

SHORTEST_HOLD = 0.5
"""Seconds; a shorter one may be the rest of one that is known, and slows nothing down."""


class LanePace:
    """Implements bots.replies.Pace and services.leaving.Pace; `monotonic` gives seconds, `sleep` waits for them.

    `limits` are the whole account's.
    `asked_to_wait` is set when a wait begins or grows, for whoever has to tell others of it.
    """

    def __init__(
        self, limits: LaneLimits, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self.limits = limits
        self._pacer = Pacer(limits)
        self._now = monotonic
        self._sleep = sleep
        self.asked_to_wait = asyncio.Event()
        self._held_until = float("-inf")
        self._asking = 0
        self._numbers = itertools.count()
        self._turns = (Turns(), Turns())

    def now(self) -> float:
        """Seconds that never go back."""
        return self._now()

    async def slot(self, chat: str, *, priority: bool = False) -> None:
        """Wait until one message may go to this chat; `priority` is for replies to people. First come, first served."""
        number = next(self._numbers)
        while (wait := await self._in_turn(number, chat, priority)) > 0:
            await self._sleep(max(wait, _SHORTEST_SLEEP))

    async def _in_turn(self, number: int, chat: str, priority: bool) -> float:
        """Wait for the account; 0 when the message may leave then, else the seconds that its own chat has to wait."""
        self._asking += priority
        try:
            async with self._turns[priority].turn(number):
                while (wait := self.held_for or self._pacer.wait(self._now(), priority=priority)) > 0:
                    await self._sleep(max(wait, _SHORTEST_SLEEP))
                return self._pacer.reserve(self._now(), chat, priority=priority)
        finally:
            self._asking -= priority

    def take(self, chat: str) -> float:
        """0 when a broadcast to this chat may leave now, which is counted; else the seconds it has to wait."""
        now = self._now()
        if self._asking or self._held_until > now:
            return self.account_wait
        return self._pacer.reserve(now, chat, priority=False)

    def answered(self, chat: str) -> None:
        """The platform answered the last message to this chat, whatever it said."""
        self._pacer.answered(self._now(), chat)

    async def until_free(self, most: float, early: float = 0.0) -> float:
        """Wait until a broadcast may leave, less `early` seconds; what would wait longer than `most` is told at once.

        A claimed delivery must not wait for long.
        """
        deadline = self._now() + most
        while (wait := self.account_wait - early) > 0:
            if self._now() + wait > deadline:
                return wait + early
            await self._sleep(max(wait, _SHORTEST_SLEEP))
        return 0.0

    @property
    def account_wait(self) -> float:
        """Seconds until the account may send a broadcast; replies that wait for their turn go first."""
        now = self._now()
        wait = max(0.0, self._pacer.wait(now, priority=False))
        if self._asking:
            wait = max(wait, self._pacer.wait(now, priority=True), _SHORTEST_SLEEP)
        return self.held_for or wait

    @property
    def rate(self) -> float | None:
        """Broadcasts a second as things are; None without limit."""
        return self._pacer.rate(self._now())

    def share(self, limits: LaneLimits | None) -> None:
        """What this process may send of all that the account may; None is nothing."""
        if limits is None:
            self._pacer.closed = True
        else:
            self._pacer.change(limits)

    def hold(self, seconds: float) -> None:
        """The platform met too many: the whole account waits, replies too, and goes on slower."""
        now = self._now()
        if not self.held_for and seconds >= SHORTEST_HOLD:
            self._pacer.slowdown.drop(now, now + seconds)
        self.rest(seconds)

    def rest(self, seconds: float) -> None:
        """The whole account waits, replies too; never shortens a longer wait."""
        if seconds >= self.held_for + SHORTEST_HOLD:
            self.asked_to_wait.set()
        self._held_until = max(self._held_until, self._now() + seconds)

    @property
    def held_for(self) -> float:
        """Seconds until the account may send again; 0 when it is not held."""
        return max(0.0, self._held_until - self._now())
