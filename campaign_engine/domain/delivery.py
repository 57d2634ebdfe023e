"""One firing of a post, and its way to one address or room, from queued to a recorded end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from campaign_engine.domain.errors import ForbiddenTransition, GroundswellError


class DeliveryStatus(StrEnum):
    """Where a delivery stands; `unconfirmed` may or may not have left and is never resent by itself."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    RETRYING = "retrying"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    LEFT = "left"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_S = DeliveryStatus
DELIVERY_TRANSITIONS: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.SUPPRESSED, _S.HELD, _S.EXPIRED, _S.CANCELLED, _S.UNCONFIRMED}),
    _S.HELD: frozenset({_S.QUEUED, _S.EXPIRED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.SENT, _S.RETRYING, _S.FAILED, _S.UNCONFIRMED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED}),
    _S.RETRYING: frozenset({_S.SENDING, _S.HELD, _S.FAILED, _S.SUPPRESSED, _S.EXPIRED, _S.CANCELLED}),
    _S.UNCONFIRMED: frozenset({_S.QUEUED, _S.LEFT}),
    _S.SENT: frozenset({_S.BOUNCED}),
    _S.BOUNCED: frozenset(),
    _S.FAILED: frozenset(),
    _S.LEFT: frozenset({_S.UNCONFIRMED}),
    _S.SUPPRESSED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}

FINAL = frozenset(status for status, after in DELIVERY_TRANSITIONS.items() if not after) | {_S.SENT, _S.LEFT}
"""Nothing more happens to these by themselves; somebody may take back that they let an unconfirmed one be."""

TO_LEAVE = (DeliveryStatus.QUEUED, DeliveryStatus.HELD, DeliveryStatus.RETRYING)
"""Not with any lane now and still to be sent: what can expire or be cancelled from outside."""

UNSETTLED = (*TO_LEAVE, DeliveryStatus.SENDING, DeliveryStatus.UNCONFIRMED)
"""Something must still happen to these."""

CLAIMABLE = (DeliveryStatus.QUEUED, DeliveryStatus.RETRYING)
"""What a lane may take."""

REMEMBERED_FOR: Mapping[str, timedelta] = {"discord": timedelta(seconds=100)}
"""By channel, how long after the claim a message may be sent again with the same key, because the second is dropped.

Discord drops for two minutes; a request may be twenty seconds on its way.
"""


UNKNOWN_REFUSAL = "forbidden"
"""Reason of a refusal that may be about the reader, in words that nobody knows: it counts for nothing the first time,
because platforms have sent waves of false ones, and like a block when the next message meets it again."""

SHUT_OUT = r"blocked|chat_not_found|discord_\d+"
"""Reasons by which a platform says that a person shut us out (channels' SendError codes that opt an address out)."""


def shuts_out(status: str, reason: str) -> bool:
    """Whether this end of a delivery counts as a block (measures: harm)."""
    return status in (_S.FAILED, _S.BOUNCED) and re.fullmatch(SHUT_OUT, reason) is not None


class OccurrenceStatus(StrEnum):
    """`closed`: nothing of it can leave any more; `expired` and `cancelled`: so it was before anybody was chosen."""

    OPEN = "open"
    CLOSED = "closed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Decision(StrEnum):
    """What somebody decides about all unconfirmed deliveries of a post at once."""

    RESEND = "resend"
    LEAVE = "leave"


def check_delivery_transition(before: DeliveryStatus, after: DeliveryStatus) -> None:
    """Raise ForbiddenTransition unless the table above allows the step."""
    if after not in DELIVERY_TRANSITIONS[before]:
        raise ForbiddenTransition(f"A delivery that is {before} cannot become {after}.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's answer: its id of the message, and the new address when the chat has moved."""

    platform_id: str = ""
    new_address: str = ""


class SendError(GroundswellError):
    """A platform refused or did not answer; the only error that Channel.send raises.

    `retryable`: try again after `retry_after` seconds (the whole lane waits when `holds_lane`).
    `opted_out`: this address blocked us or is gone. `ambiguous`: it may have left; never resent by itself.
    `alert`: a person must act (a wrong token, missing rights).
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        flags: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(f"The message was not accepted ({code}).", code=code)
        self.retryable = retryable
        self.retry_after = retry_after
        self.flags = flags

    @property
    def opted_out(self) -> bool:
        """The address blocked us or no longer exists."""
        return "opted_out" in self.flags

    @property
    def ambiguous(self) -> bool:
        """The request left and no answer came: it may have arrived."""
        return "ambiguous" in self.flags

    @property
    def holds_lane(self) -> bool:
        """The platform asked the whole sending account to wait."""
        return "holds_lane" in self.flags

    @property
    def alert(self) -> bool:
        """A person must act before anything can be sent."""
        return "alert" in self.flags
