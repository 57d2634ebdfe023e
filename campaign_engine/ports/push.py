"""Telling a browser of somebody's own that something new waits on the page, and where that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from campaign_engine.domain.message import Destination


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gives: where its push service listens, and the two values that encrypt for it (RFC 8291)."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody for whom something new waits; `id` is that of their subscription."""

    id: int
    subscription: Subscription


class Told(StrEnum):
    """What came of it: taken; the subscription is no more; again later."""

    YES = "yes"
    GONE = "gone"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """`after` is in seconds, for LATER."""

    told: Told
    after: float = 0.0


class PushService(Protocol):
    """All push services of browsers."""

    @property
    def key(self) -> str:
        """Our public key, which a browser subscribes with (RFC 8292)."""

    def accepts(self, subscription: Subscription) -> bool:
        """Whether it is one of a known service, whole; nothing else is ever written to."""

    async def tell(self, waiting: Sequence[Waiting], ttl: int) -> dict[int, PushAnswer]:
        """By id of the subscription; after `ttl` seconds a service gives up. Raises nothing."""


class PushRepository(Protocol):
    """Subscriptions, encrypted like addresses (safety A1); a person has at most one."""

    async def keep(self, who: Destination, subscription: Subscription, now: datetime) -> bool:
        """With its consent; False for somebody who never joined or said STOP."""

    async def drop(self, who: Destination, now: datetime) -> None:
        """With its consent."""

    async def is_on(self, who: Destination) -> bool:
        """Whether they have one."""

    async def waiting(self, since: datetime, now: datetime, limit: int) -> Sequence[Waiting]:
        """For whom something was put after `since` that they neither saw nor were told of, as far as they allow it."""

    async def told(self, ids: Sequence[int], now: datetime) -> None:
        """They know of everything that was put until now."""

    async def later(self, id_: int, at: datetime) -> None:
        """Not before that moment."""

    async def forget(self, ids: Sequence[int]) -> None:
        """The service says that they are no more."""
