"""How fast one sending account may write: GCRA, the platform's limits as data, no clock inside."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_FOR_REPLIES = 5
"""Of the messages that an account may send in a second, those that broadcasts leave to answers."""

_MADE_UP = 0.1
"""Of a limit's seconds: as much lateness (of a timer, a commit, a slow check) is made up by leaving closer together."""

_GUARD, _MOST_GUARD = 0.01, 0.05
"""Of a limit's seconds, and in seconds: how much longer our window is, because not all requests travel equally long."""

_GUARD_KNOWN, _MOST_KNOWN = 0.002, 0.5
"""Seconds, beside what a message's own answer told: for clocks, and for what is not in a round trip; and at most."""

_ENOUGH_TRIPS, _TRIPS = 30, 240
"""Round trips that are known before the quickest is believed, and of which it is the quickest."""

_SPARE = 1
"""Place in each window that a broadcast never takes, so that a reply finds one even where replies are many."""

_FORGET_ABOVE = 512
"""How many chats are remembered before the idle ones among them are dropped."""

LEAST_SHARE, DROP, RECOVERY_SECONDS = 0.1, 0.5, 120.0
"""After a 429 the rate is halved, never below a tenth; nothing comes back to the whole in less than this time."""

FIRST_SECONDS = 0.2
"""How long a message is taken to be on its way before the first one was measured."""

ASK_AGAIN_SECONDS = 0.1
"""While nothing may leave at all."""

LEAST_WIDTH, MOST_WIDTH = 3, 256
"""Messages in hand at once; without a limit as many as it takes to share statements and commits among many."""

AT_ONCE = 56
"""Of these, requests to the platform at once: what would wait for a connection waits before its last look."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any window of `seconds`, evenly spaced."""

    count: int
    seconds: float

    @property
    def interval(self) -> float:
        """Seconds from one message to the next."""
        return self.seconds / self.count


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What one account may send in all, to one chat, and to one group; None is without limit.

    Addresses of groups begin with `group_prefix`; empty where groups have no limit of their own. `kept` of the messages
    of each second are left to replies.
    """

    overall: Limit | None = None
    per_chat: Limit | None = None
    per_group: Limit | None = None
    group_prefix: str = ""
    kept: int = KEPT_FOR_REPLIES

    @property
    def broadcasts(self) -> Limit | None:
        """The overall limit without what is kept for replies."""
        if self.overall is None:
            return None
        return Limit(self.overall.count - round(self.kept * self.overall.seconds), self.overall.seconds)

    def is_group(self, chat: str) -> bool:
        """Whether this plain address is a group's."""
        return bool(self.group_prefix) and chat.startswith(self.group_prefix)


UNLIMITED = LaneLimits()

LIMITS: Mapping[str, LaneLimits] = {
    "telegram": LaneLimits(Limit(25, 1.0), per_chat=Limit(1, 1.0), per_group=Limit(20, 60.0), group_prefix="-"),
    "discord": LaneLimits(Limit(40, 1.0), per_chat=Limit(5, 5.0)),
    "web": UNLIMITED,
    "console": UNLIMITED,
}
"""By name of the channel (safety S7); below what the platforms themselves allow."""


@dataclass(slots=True)
class Slowdown:
    """The share of the rate that is used: halved by each 429, recovering in a straight line (AIMD)."""

    _share: float = 1.0
    _since: float = float("-inf")

    def share(self, now: float) -> float:
        """Between LEAST_SHARE and 1."""
        return 1.0 if self._share >= 1.0 else min(1.0, self._share + max(0.0, now - self._since) / RECOVERY_SECONDS)

    def drop(self, now: float, until: float) -> None:
        """A 429 at `now` that asks to wait `until` then; the recovery begins after that."""
        self._share, self._since = max(LEAST_SHARE, self.share(now) * DROP), until


@dataclass(slots=True)
class _Left:
    """A message that left: its platform met it `late` seconds after the moment at most, beyond the shortest way."""

    moment: float
    chat: str
    late: float


@dataclass(slots=True)
class _Trips:
    """How long messages and their answers were under way, and which was the quickest lately."""

    _seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_TRIPS))

    def excess(self, seconds: float) -> float:
        """Of one more; all of it while too few are known."""
        self._seconds.append(seconds)
        return seconds - min(self._seconds) if len(self._seconds) >= _ENOUGH_TRIPS else seconds


@dataclass(slots=True)
class _Spaced:
    """GCRA that makes up for lateness and, where `exact`, never lets more than the limit into the platform's window."""

    limit: Limit | None
    exact: bool = True
    late: float = 0.0
    _next: float = float("-inf")
    _left: deque[_Left] = field(init=False)

    def __post_init__(self) -> None:
        self._left = deque(maxlen=self.limit.count if self.limit is not None and self.exact else 0)

    def change(self, limit: Limit | None) -> None:
        """From now on; what has left stays counted."""
        self.limit = limit
        most = max(self._left.maxlen or 0, limit.count if limit is not None and self.exact else 0)
        self._left = deque(self._left, maxlen=most)

    def earliest(self, spare: int = 0) -> float:
        """The earliest moment of the next message; of its window, `spare` messages are left to others."""
        if self.limit is None:
            return float("-inf")
        spaced, most = self._next - self.limit.seconds * _MADE_UP, self.limit.count - spare
        if self.exact and len(self._left) >= most:
            return max(spaced, self._gone(self.limit, self._left[-most]))
        return spaced

    @staticmethod
    def _gone(limit: Limit, one: _Left) -> float:
        """When it is surely outside the platform's window."""
        return one.moment + limit.seconds + one.late

    def is_idle(self, now: float) -> bool:
        """Whether it may be forgotten: nothing that was counted matters any more."""
        return self.limit is None or (
            self._next <= now and (not self._left or self._gone(self.limit, self._left[-1]) <= now)
        )

    def take(self, now: float, chat: str, share: float = 1.0) -> None:
        if self.limit is not None:
            self._next = max(self._next, now) + self.limit.interval / share
            self._left.append(_Left(now, chat, self.late))

    def last(self, chat: str) -> _Left | None:
        """The last message to `chat` that is remembered."""
        return next((one for one in reversed(self._left) if one.chat == chat), None)


@dataclass(slots=True)
class Pacer:
    """Counts what one account sends. Moments are seconds of any clock that never goes back.

    While it is `closed` nothing leaves.
    """

    limits: LaneLimits
    slowdown: Slowdown = field(default_factory=Slowdown)
    closed: bool = False
    _overall: _Spaced = field(init=False)
    _broadcasts: _Spaced = field(init=False)
    _chats: dict[str, _Spaced] = field(init=False, default_factory=dict)
    _trips: _Trips = field(init=False, default_factory=_Trips)

    def __post_init__(self) -> None:
        self._overall = _Spaced(self.limits.overall, late=_MOST_GUARD)
        self._broadcasts = _Spaced(self.limits.broadcasts, exact=False)

    def change(self, limits: LaneLimits) -> None:
        """Keep these from now on, with what has left already; opens a closed one."""
        self.limits, self.closed = limits, False
        self._overall.change(limits.overall)
        self._broadcasts.change(limits.broadcasts)

    def wait(self, now: float, *, priority: bool) -> float:
        """Seconds until the account may write to a chat that has no limit of its own; not positive when it may now."""
        if self.closed:
            return ASK_AGAIN_SECONDS
        if priority:
            return self._overall.earliest() - now
        return max(self._overall.earliest(min(_SPARE, self.limits.kept)), self._broadcasts.earliest()) - now

    def reserve(self, now: float, chat: str, *, priority: bool) -> float:
        """0 when a message may leave now, which is counted; else the seconds to ask again after, counting nothing.

        Nothing is booked ahead: a chat that must wait a minute would keep the whole account waiting with it.
        `priority` is for replies, which may use what broadcasts leave.
        """
        chat_limit = self.limits.per_group if self.limits.is_group(chat) else self.limits.per_chat
        spaced = None if chat_limit is None else self._chats.get(chat) or _spaced_chat(chat_limit)
        wait = self.wait(now, priority=priority)
        if spaced is not None:
            wait = max(wait, spaced.earliest() - now)
        if wait > 0:
            return wait
        share = self.slowdown.share(now)
        self._overall.take(now, chat, share)
        if not priority:
            self._broadcasts.take(now, chat, share)
        if spaced is not None:
            spaced.take(now, chat)
            self._remember(chat, spaced, now)
        return 0.0

    def answered(self, now: float, chat: str) -> None:
        """The platform answered the last message to `chat`: it met it before that, less the way back.

        So what the round trip took beyond the quickest one bounds how late it was met, whatever happened on the way.
        """
        spaced = (self._overall, self._chats.get(chat))
        left = [one for one in (limit.last(chat) for limit in spaced if limit is not None) if one is not None]
        if left:
            late = min(_MOST_KNOWN, _GUARD_KNOWN + self._trips.excess(now - left[0].moment))
            for one in left:
                one.late = late

    def rate(self, now: float) -> float | None:
        """Broadcasts a second at this moment; None without limit."""
        limit = self.limits.broadcasts
        return None if limit is None else self.slowdown.share(now) / limit.interval

    @property
    def remembered(self) -> int:
        """How many chats are kept in mind."""
        return len(self._chats)

    def _remember(self, chat: str, spaced: _Spaced, now: float) -> None:
        self._chats[chat] = spaced
        if len(self._chats) > _FORGET_ABOVE:
            self._chats = {name: one for name, one in self._chats.items() if not one.is_idle(now)}


def _spaced_chat(limit: Limit) -> _Spaced:
    return _Spaced(limit, late=min(limit.seconds * _GUARD, _MOST_GUARD))


def width(rate: float | None, seconds: float) -> int:
    """Messages that must be on their way at once to keep up `rate` a second, when each takes `seconds` (Little's law).

    Half as much again and two more, because not all take equally long; what is claimed and cannot leave is at risk.
    """
    if rate is None:
        return MOST_WIDTH
    return max(LEAST_WIDTH, min(MOST_WIDTH, math.ceil(rate * seconds * 1.5) + 2))


@dataclass(slots=True)
class Measured:
    """How long a message is on its way, smoothed: seconds."""

    seconds: float = FIRST_SECONDS

    def add(self, seconds: float) -> None:
        """One more."""
        self.seconds += (seconds - self.seconds) / 8
