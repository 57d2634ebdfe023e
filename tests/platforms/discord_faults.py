"""What goes wrong on order, and Discord's own limits: buckets, the global limit, the ban after invalid requests."""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from tests.platforms.discord_state import World


class FaultKind(StrEnum):
    """DROPPED_ANSWER and MALFORMED do the work first, SLOW after its wait; the others leave nothing behind."""

    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    MALFORMED = "malformed"
    RESET = "reset"
    DROPPED_ANSWER = "dropped_answer"
    NO_ANSWER = "no_answer"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """For the next request on `route` ("POST /channels/{channel_id}/messages") whose path values include `only`.

    `status`, `code` and `message` are of a refusal, `seconds` is a 429's retry_after or the wait of SLOW,
    `everywhere` makes a 429 global.
    """

    route: str
    kind: FaultKind
    status: int = 500
    code: int = 0
    message: str = "Internal Server Error"
    seconds: float = 0.05
    everywhere: bool = False
    only: dict[str, str] = field(default_factory=dict)


class Faults:
    """A queue; each fault strikes once."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault, times: int = 1) -> None:
        """Queue a fault `times` times."""
        self.waiting.extend([fault] * times)

    def take(self, route: str, params: dict[str, str]) -> Fault | None:
        """The first fault that fits, removed from the queue."""
        for index, fault in enumerate(self.waiting):
            if fault.route == route and fault.only.items() <= params.items():
                return self.waiting.pop(index)
        return None


@dataclass(slots=True)
class Window:
    """A fixed window of `limit` requests in `seconds`, beginning with its first request."""

    limit: int
    seconds: float
    began: float = float("-inf")
    used: int = 0

    def spend(self, now: float) -> float:
        """Seconds to wait when the window is used up, else 0 and one request is counted."""
        if now >= self.began + self.seconds:
            self.began, self.used = now, 0
        if self.used >= self.limit:
            return self.left(now)
        self.used += 1
        return 0.0

    def left(self, now: float) -> float:
        """Seconds until the window begins anew."""
        return max(0.0, self.began + self.seconds - now)


MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")


class RateLimits:
    """One window per bucket and major parameter, one for the bot, one for invalid requests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._windows: dict[str, Window] = {}
        self._everything: Window | None = None
        self.invalid: deque[float] = deque()

    def window(self, route: str, params: dict[str, str]) -> Window:
        """The bucket's window for the channel, guild, webhook or interaction of the path."""
        key = "|".join((route, *(params.get(name, "") for name in MAJOR)))
        if key not in self._windows:
            self._windows[key] = Window(*self._limit(route))
        return self._windows[key]

    def _limit(self, route: str) -> tuple[int, float]:
        limits = self._world.limits
        if route.endswith("/crosspost"):
            return limits.crossposts
        if route == "POST /channels/{channel_id}/messages":
            return limits.messages
        return limits.webhook if "/webhooks/{webhook_id}/{webhook_token}" in route else limits.other

    def spend_everything(self) -> float:
        """Seconds to wait by the global limit, else 0."""
        self._everything = self._everything or Window(*self._world.limits.everything)
        return self._everything.spend(self._world.now())

    def forget(self) -> None:
        """Begin every window anew, with the limits as they are now."""
        self._windows.clear()
        self._everything = None

    def headers(self, route: str, window: Window) -> dict[str, str]:
        """The X-RateLimit headers of an answer."""
        now = self._world.now()
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(max(0, window.limit - window.used)),
            "X-RateLimit-Reset": f"{now + window.left(now):.3f}",
            "X-RateLimit-Reset-After": f"{window.left(now):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }

    def count_invalid(self) -> None:
        """A 401, 403 or 429 was answered."""
        self.invalid.append(self._world.now())

    @property
    def banned(self) -> bool:
        """Whether the address has made too many invalid requests within the window."""
        limit, seconds = self._world.limits.invalid_requests
        while self.invalid and self.invalid[0] < self._world.now() - seconds:
            self.invalid.popleft()
        return len(self.invalid) >= limit
