"""How fast one sending account may write: GCRA, the platform's limits as data, no clock inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

KEPT_FOR_REPLIES = 5
"""Of the messages that an account may send in a second, those that broadcasts leave to answers."""

_FORGET_ABOVE = 512
"""How many chats are remembered before the idle ones among them are dropped."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any window of `seconds`: evenly spaced, without bursts."""

    count: int
    seconds: float

    @property
    def interval(self) -> float:
        """Seconds from one message to the next."""
        return self.seconds / self.count


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What one account may send in all, to one chat, and to one group; None is without limit.

    Addresses of groups begin with `group_prefix`; empty where groups have no limit of their own.
    """

    overall: Limit | None = None
    per_chat: Limit | None = None
    per_group: Limit | None = None
    group_prefix: str = ""

    @property
    def broadcasts(self) -> Limit | None:
        """The overall limit without what is kept for replies."""
        if self.overall is None:
            return None
        return Limit(self.overall.count - round(KEPT_FOR_REPLIES * self.overall.seconds), self.overall.seconds)

    @property
    def beside_broadcasts(self) -> "LaneLimits":
        """For a process whose account another one broadcasts through: what is kept for replies, and no more."""
        if self.overall is None:
            return self
        return replace(self, overall=Limit(round(KEPT_FOR_REPLIES * self.overall.seconds), self.overall.seconds))

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
class _Spaced:
    """GCRA without a burst: the earliest moment of the next message."""

    limit: Limit | None
    earliest: float = float("-inf")

    def take(self, now: float) -> None:
        if self.limit is not None:
            self.earliest = now + self.limit.interval


@dataclass(slots=True)
class Pacer:
    """Counts what one account sends. Moments are seconds of any clock that never goes back."""

    limits: LaneLimits
    _overall: _Spaced = field(init=False)
    _broadcasts: _Spaced = field(init=False)
    _chats: dict[str, _Spaced] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._overall = _Spaced(self.limits.overall)
        self._broadcasts = _Spaced(self.limits.broadcasts)

    def reserve(self, now: float, chat: str, is_group: bool, priority: bool) -> float:
        """0 when a message may leave now, which is counted; else the seconds to ask again after, counting nothing.

        Nothing is booked ahead: a chat that must wait a minute would keep the whole account waiting with it.
        `priority` is for replies, which may use what broadcasts leave.
        """
        chat_limit = self.limits.per_group if is_group else self.limits.per_chat
        spaced = [self._overall, self._chats.get(chat) or _Spaced(chat_limit)]
        if not priority:
            spaced.append(self._broadcasts)
        wait = max(one.earliest for one in spaced) - now
        if wait > 0:
            return wait
        for one in spaced:
            one.take(now)
        if chat_limit is not None:
            self._remember(chat, spaced[1], now)
        return 0.0

    @property
    def remembered(self) -> int:
        """How many chats are kept in mind."""
        return len(self._chats)

    def _remember(self, chat: str, spaced: _Spaced, now: float) -> None:
        self._chats[chat] = spaced
        if len(self._chats) > _FORGET_ABOVE:
            self._chats = {name: one for name, one in self._chats.items() if one.earliest > now}
