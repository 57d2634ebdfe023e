"""Whether one message may leave at one moment, and if not, why and until when: the only place that decides it.

The sender asks right before every message, the rehearsal for the messages of days to come, tests for all of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours

CANCEL_WINDOW = timedelta(minutes=10)
"""From an approval to the first message of that version (safety S3)."""

WEEK = timedelta(days=7)
APART = timedelta(hours=20)
MOST_A_WEEK = 2
MOST_NEAR_AFTERMATH = 3
"""Proactive messages to one person in any seven days, and while an aftermath campaign runs there (safety S5)."""

LOOK_AGAIN = timedelta(seconds=60)
"""Where a person ends the waiting, and nobody knows when."""


class Priority(IntEnum):
    """Which of several messages to one person goes first (safety S5); word of an event goes at any hour (S9)."""

    CANCELLATION = 0
    AFTERMATH = 1
    CAMPAIGN = 2
    OWN_AREA = 3
    SERIES = 4
    FOLLOW_UP = 5


_PRIORITIES = {
    CampaignKind.AFTERMATH: Priority.AFTERMATH,
    CampaignKind.SERIES: Priority.SERIES,
    CampaignKind.FOLLOW_UP: Priority.FOLLOW_UP,
}


def priority_of(kind: CampaignKind) -> Priority:
    """Of the posts of a campaign."""
    return _PRIORITIES.get(kind, Priority.CAMPAIGN)


class Reason(StrEnum):
    """Why a message does not leave; kept with the delivery, shown in the rehearsal."""

    CANCELLED = "cancelled"
    FINISHED = "finished"
    EDITED = "edited"
    TEXT_UNAPPROVED = "text_unapproved"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    UNREACHABLE = "unreachable"
    PAUSED = "paused"
    STALE = "stale"
    STOPPED = "stopped"
    CAMPAIGN_PAUSED = "campaign_paused"
    POST_STOPPED = "post_stopped"
    HELD = "hold"
    CANCEL_WINDOW = "cancel_window"
    WINDOW = "window"
    CAPPED = "capped"
    TOO_SOON = "too_soon"


@dataclass(slots=True, unsafe_hash=True)  # frozen it would take five times as long to make one for every message
class Facts:
    """All that decides about one message; the defaults let it leave. Nobody changes it.

    `approved`: the post is approved in just this version and has the content that was approved, at `approved_at`.
    `text_approved`: it is no automatic text, or one whose wording somebody approved.
    `sent`: when anything proactive may have left to this person in the last seven days, in any order.
    `aftermath_near`: an aftermath campaign runs in the person's precinct. `held_until`: a hold of the precinct.
    `stopped`: the kill switch is on. `post_stopped`: too many of this post failed. `once_a_week`: the person asked for
    no more.
    """

    stale_at: datetime
    campaign_status: CampaignStatus = CampaignStatus.RUNNING
    priority: Priority = Priority.CAMPAIGN
    is_room: bool = False
    approved: bool = True
    text_approved: bool = True
    approved_at: datetime | None = None
    consented: bool = True
    opted_out: bool = False
    reachable: bool = True
    paused_until: datetime | None = None
    held_until: datetime | None = None
    stopped: bool = False
    post_stopped: bool = False
    sent: tuple[datetime, ...] = ()
    aftermath_near: bool = False
    once_a_week: bool = False

    @property
    def is_urgent(self) -> bool:
        """Safety S9: the kill switch, its campaign's state, approval, holds, hours, caps and breaks do not delay it."""
        return self.priority is Priority.CANCELLATION


@dataclass(frozen=True, slots=True)
class Verdict:
    """`final`: it will never leave. Else, when it may not, `again_at` is when to ask again (UTC)."""

    may: bool
    reason: Reason | None = None
    again_at: datetime | None = None
    final: bool = False


_MAY = Verdict(may=True)


def verdict(facts: Facts, moment: datetime, hours: SendingHours = DEFAULT_HOURS) -> Verdict:
    """Safety C6, C7, S1, S3, S4, S5, S6, I1; the first reason that holds is the one that is told."""
    never = _withdrawn(facts) or _unwanted(facts, moment) or (Reason.STALE if moment >= facts.stale_at else None)
    if never is not None:
        return Verdict(may=False, reason=never, final=True)
    return _not_yet(facts, moment) or _not_now(facts, moment, hours) or _MAY


def _withdrawn(facts: Facts) -> Reason | None:
    if facts.is_urgent:
        return None
    if facts.campaign_status is CampaignStatus.CANCELLED:
        return Reason.CANCELLED
    if facts.campaign_status is CampaignStatus.FINISHED:
        return Reason.FINISHED
    if not facts.approved:
        return Reason.EDITED
    return None if facts.text_approved else Reason.TEXT_UNAPPROVED


def _unwanted(facts: Facts, moment: datetime) -> Reason | None:
    if facts.opted_out:
        return Reason.OPTED_OUT
    if not facts.consented:
        return Reason.NO_CONSENT
    if not facts.reachable:
        return Reason.UNREACHABLE
    paused = facts.paused_until is not None and facts.paused_until > moment
    return Reason.PAUSED if paused and not facts.is_urgent else None


def _not_yet(facts: Facts, moment: datetime) -> Verdict | None:
    """What staff decided: it waits, and expires if that lasts too long."""
    if facts.is_urgent:
        return None
    if facts.stopped:
        return _wait(Reason.STOPPED, moment + LOOK_AGAIN)
    if facts.campaign_status is not CampaignStatus.RUNNING:
        return _wait(Reason.CAMPAIGN_PAUSED, moment + LOOK_AGAIN)
    if facts.post_stopped:
        return _wait(Reason.POST_STOPPED, moment + LOOK_AGAIN)
    if facts.held_until is not None and facts.held_until > moment:
        return _wait(Reason.HELD, facts.held_until)
    return _grieving(facts, moment) if facts.aftermath_near else None


def _grieving(facts: Facts, moment: datetime) -> Verdict | None:
    """Nobody is asked how their plan went while an aftermath campaign runs in their precinct."""
    return _wait(Reason.HELD, moment + LOOK_AGAIN) if facts.priority is Priority.FOLLOW_UP else None


def _not_now(facts: Facts, moment: datetime, hours: SendingHours) -> Verdict | None:
    if facts.is_urgent:
        return None
    leaves = first_leaving(facts.approved_at)
    if leaves is not None and leaves > moment:
        return _wait(Reason.CANCEL_WINDOW, leaves)
    if not hours.is_allowed(moment):
        return _wait(Reason.WINDOW, hours.opens(moment))
    return None if facts.is_room else _over_cap(facts, moment, hours)


def first_leaving(approved_at: datetime | None) -> datetime | None:
    """Before this nothing of a version that was approved then leaves (safety S3)."""
    return None if approved_at is None else approved_at + CANCEL_WINDOW


def _over_cap(facts: Facts, moment: datetime, hours: SendingHours) -> Verdict | None:
    """A step of a series waits. Any other post waits only where it can still be in time, else it is suppressed."""
    if not facts.sent:
        return None
    most = 1 if facts.once_a_week else MOST_NEAR_AFTERMATH if facts.aftermath_near else MOST_A_WEEK
    recent = sorted(one for one in facts.sent if one > moment - WEEK)
    rested = recent[-1] + APART if recent else moment
    room_again = recent[-most] + WEEK if len(recent) >= most else moment
    if max(rested, room_again) <= moment:
        return None
    reason = Reason.CAPPED if room_again > moment else Reason.TOO_SOON
    again_at = hours.opens(max(rested, room_again))
    if facts.priority is not Priority.SERIES and again_at >= facts.stale_at:
        return Verdict(may=False, reason=Reason.CAPPED, final=True)
    return _wait(reason, again_at)


def _wait(reason: Reason, again_at: datetime) -> Verdict:
    return Verdict(may=False, reason=reason, again_at=again_at)
