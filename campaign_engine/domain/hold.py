"""What a hold keeps back, where and until when (safety I1); open data is a quarter late, so only people hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaign_engine.domain.campaign import CampaignKind

SCHEDULED_POSTS = timedelta(hours=72)
RECRUITING = timedelta(days=7)

HELD_FOR: Mapping[CampaignKind, timedelta] = {
    CampaignKind.AWARENESS: SCHEDULED_POSTS,
    CampaignKind.PLEDGE: SCHEDULED_POSTS,
    CampaignKind.SERIES: SCHEDULED_POSTS,
    CampaignKind.PRESENCE: SCHEDULED_POSTS,
    CampaignKind.RECRUIT: RECRUITING,
    CampaignKind.FOLLOW_UP: RECRUITING,
}
"""Kinds that a hold keeps back; memorial and aftermath are not among them (safety I1)."""

LONGEST = max(HELD_FOR.values())
"""A hold is over when nothing waits because of it any more."""

PINNED_FOR = timedelta(days=14)
"""How long the lesson stays on top where a precinct was held (safety I1)."""

PINNED_LESSON = "A2"
"""Don't pass it on."""

INCIDENT_FOR = timedelta(days=14)
"""How long an incident may be confirmed, and answered with a check-in."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One precinct that somebody holds; `by` and `asked_by` are contact ids, beside each its work handle.

    Times count from `renewed_at`, which is `started_at` until somebody holds it once more. `asked_by` wants it
    released; a second person has to agree. `ended_at` is set at the release, or once everything is over.
    """

    id: int
    precinct: int
    started_at: datetime
    renewed_at: datetime
    by: int | None = None
    handle: str = ""
    asked_by: int | None = None
    asked_handle: str = ""
    ended_at: datetime | None = None

    def until(self, kind: CampaignKind) -> datetime | None:
        """When posts of this kind may leave again; None for a kind that no hold keeps back."""
        if kind not in HELD_FOR:
            return None
        planned = self.renewed_at + HELD_FOR[kind]
        return planned if self.ended_at is None else min(planned, self.ended_at)

    def is_open(self, now: datetime) -> bool:
        """Whether anything is still kept back by it."""
        return self.ended_at is None and now < self.renewed_at + LONGEST


def held_until(holds: Iterable[Hold], kind: CampaignKind, precinct: int | None, now: datetime) -> datetime | None:
    """When the last hold of this precinct lets go of this kind; None when it may leave now.

    Rooms of a borough or the whole city have no precinct, and no hold reaches them.
    """
    ends = (hold.until(kind) for hold in holds if precinct is not None and hold.precinct == precinct)
    return max((end for end in ends if end is not None and end > now), default=None)


def pinned_lesson(holds: Iterable[Hold], precinct: int | None, now: datetime) -> str | None:
    """Code of the lesson on top of the menu of people there; an early release does not take it away."""
    for hold in holds:
        if precinct is not None and hold.precinct == precinct and now < hold.renewed_at + PINNED_FOR:
            return PINNED_LESSON
    return None


class HoldStep(StrEnum):
    """What a timeline tells of a hold."""

    HOLD = "hold"
    RENEW = "renew"
    ASK_RELEASE = "ask_release"
    RELEASE = "release"
    DECLARE = "declare"
    CONFIRM = "confirm"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """One line of a timeline; the handle is empty where a hold was over by itself."""

    step: HoldStep
    at: datetime
    handle: str = ""


@dataclass(frozen=True, slots=True)
class HoldStory:
    """A hold from its beginning: posts that waited because of it, messages they were, posts that expired meanwhile."""

    hold: Hold
    events: tuple[HoldEvent, ...] = ()
    posts: int = 0
    messages: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """A precinct and a moment, and nothing else: no name, place, cause or free text (safety I2).

    `declared_by` and `confirmed_by` are contact ids, beside each its work handle.
    """

    id: int
    precinct: int
    declared_at: datetime
    declared_by: int | None = None
    declared_handle: str = ""
    confirmed_by: int | None = None
    confirmed_handle: str = ""
    confirmed_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be confirmed and answered."""
        return now < self.declared_at + INCIDENT_FOR

    @property
    def is_confirmed(self) -> bool:
        """Two people stand behind it (safety I1)."""
        return self.confirmed_at is not None
