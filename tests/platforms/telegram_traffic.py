"""Rate limits and faults of the local Telegram server."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from tests.platforms.telegram_rules import Json, Refusal
from tests.platforms.telegram_world import Chat

PACED = frozenset(
    {
        *("sendmessage", "sendphoto", "senddocument"),
        *("editmessagetext", "editmessagecaption", "editmessagereplymarkup"),
    }
)
UNHELD = frozenset({"getupdates"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages and edits: `per_second` for the bot, 1/s per private chat after a burst, `group_per_minute` per room.

    `hold_covers_polling` decides whether getUpdates too is refused while the bot is held.
    """

    per_second: int = 30
    private_burst: int = 3
    group_per_minute: int = 20
    hold_covers_polling: bool = False


@dataclass(slots=True)
class Gate:
    """Counts calls against the limits; after a 429 every call of the bot is refused until the time has passed."""

    limits: Limits | None = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    held_until: float = float("-inf")
    _calls: deque[float] = field(default_factory=deque)
    _chats: dict[int, deque[float]] = field(default_factory=dict)

    def hold(self, seconds: float) -> Refusal:
        """Hold the whole bot; returns the refusal to answer with."""
        self.held_until = max(self.held_until, self.clock() + seconds)
        return flood(math.ceil(seconds))

    def check_hold(self, method: str) -> None:
        remaining = self.held_until - self.clock()
        exempt = method in UNHELD and not (self.limits and self.limits.hold_covers_polling)
        if remaining > 0 and not exempt:
            raise flood(math.ceil(remaining))

    def check_pace(self, method: str, chat: Chat | None) -> None:
        """Count a call that passed the hold; raises the 429 that starts a hold."""
        if self.limits is None or method not in PACED:
            return
        now = self.clock()
        self._spend(self._calls, now, (self.limits.per_second, 1.0))
        if chat is None:
            return
        calls = self._chats.setdefault(chat.id, deque())
        if chat.kind == "private":
            self._spend(calls, now, (self.limits.private_burst, float(self.limits.private_burst)))
        else:
            self._spend(calls, now, (self.limits.group_per_minute, 60.0))

    def _spend(self, calls: deque[float], now: float, allowance: tuple[int, float]) -> None:
        count, seconds = allowance
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= count:
            raise self.hold(max(1, math.ceil(calls[0] + seconds - now)))
        calls.append(now)


def flood(retry_after: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


class FaultKind(StrEnum):
    """What goes wrong with a call. Only RESET_AFTER, SLOW, and others with `executed` do what was asked."""

    REFUSE = "refuse"
    FLOOD = "flood"
    MALFORMED = "malformed"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    SILENT = "silent"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` calls that fit fail so. An empty method fits every call but getUpdates.

    REFUSE answers `status` and `description`. FLOOD answers 429, with `retry_after` it holds the whole bot.
    SILENT keeps the connection `seconds` without an answer, then cuts it; SLOW carries the call out at once and
    answers rightly after `seconds`.
    RESET_BEFORE cuts before the body is read, so it cannot know a chat; RESET_AFTER cuts once the call was carried
    out (a dropped answer). `executed` carries the call out under MALFORMED and SILENT too.
    """

    kind: FaultKind
    method: str = ""
    chat_id: int | None = None
    times: int = 1
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    seconds: float = 0.0
    executed: bool = False

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Fault":
        return cls(**{**row, "kind": FaultKind(row["kind"])})

    def fits(self, method: str, chat_id: str) -> bool:
        wanted = self.method.lower()
        if wanted != method and (wanted or method == "getupdates"):
            return False
        return self.chat_id is None or str(self.chat_id) == chat_id


@dataclass(slots=True)
class Faults:
    """Faults waiting for a call, the oldest first."""

    waiting: list[Fault] = field(default_factory=list)
    _left: list[int] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)
        self._left.append(fault.times)

    def clear(self) -> None:
        self.waiting.clear()
        self._left.clear()

    def take(self, method: str, chat_id: str, *, body_read: bool) -> Fault | None:
        """The fault for this call; RESET_BEFORE is asked for while the body is unread, all others after."""
        for index, fault in enumerate(self.waiting):
            if (fault.kind is FaultKind.RESET_BEFORE) is not body_read and fault.fits(method, chat_id):
                self._left[index] -= 1
                if self._left[index] <= 0:
                    del self.waiting[index], self._left[index]
                return fault
        return None
