"""A campaign played through without sending: the planner asked about everybody, moment by moment (safety S5, K3)."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from campaign_engine.domain.campaign import Campaign, CampaignStatus, PostStatus
from campaign_engine.domain.pacing import LIMITS, UNLIMITED
from campaign_engine.domain.planner import Facts, Reason, first_leaving, verdict
from campaign_engine.domain.rounding import rounded_size
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.windows import SendingHours

MOST_FIRINGS = 8
"""How many times ahead are played through; a weekly post of a year would fill screens."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the target precincts with an address on a channel; `facts` are of now, for no post in particular."""

    channel: str
    precinct: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Firing:
    """One time at which a post would go out; `wall` is New York wall-clock time, the others are UTC."""

    wall: datetime
    due_at: datetime
    stale_at: datetime
    approved_at: datetime | None
    channels: frozenset[str]
    rooms_only: bool = False

    @property
    def leaves_at(self) -> datetime:
        """After the cancel window (safety S3)."""
        return max(self.due_at, first_leaving(self.approved_at) or self.due_at)


def firings_ahead(campaign: Campaign, now: datetime) -> tuple[Firing, ...]:
    """Of all its posts, soonest first; what is not approved yet counts as approved now."""
    found = []
    for post in campaign.posts:
        if post.status is PostStatus.WITHDRAWN:
            continue
        for wall in post.content.schedule.walls():
            due_at = to_utc(wall)
            if due_at > now:
                stale_at = due_at + timedelta(minutes=post.content.stale_minutes)
                channels = frozenset(post.content.channels)
                approved_at = None if post.status is PostStatus.APPROVED else now
                found.append(Firing(wall, due_at, stale_at, approved_at, channels, post.content.rooms_only))
    return tuple(sorted(found, key=lambda firing: firing.due_at))


@dataclass(slots=True)
class Rehearsal:
    """Counts exactly inside; only `as_values` leaves, rounded. `rooms` are numbers by channel."""

    firings: tuple[Firing, ...]
    hours: SendingHours
    status: CampaignStatus
    rooms: Counter[str] = field(default_factory=Counter)
    _reached: list[Counter[str]] = field(init=False)
    _kept: list[Counter[Reason]] = field(init=False)

    def __post_init__(self) -> None:
        played = self.firings[:MOST_FIRINGS]
        self._reached = [Counter() for _ in played]
        self._kept = [Counter() for _ in played]

    def play(self, candidates: Iterable[Candidate]) -> None:
        """Each goes through all times in order, so that what leaves first counts against what comes later."""
        for each in candidates:
            sent = each.facts.sent
            for number, firing in enumerate(self.firings[:MOST_FIRINGS]):
                if each.channel not in firing.channels or firing.rooms_only:
                    continue
                left = self._left(replace(each.facts, sent=sent), firing)
                if isinstance(left, Reason):
                    self._kept[number][left] += 1
                else:
                    self._reached[number][each.channel] += 1
                    sent = (*sent, left)

    def _left(self, facts: Facts, firing: Firing) -> datetime | Reason:
        """When it would leave, or why it would not."""
        status = self.status if self.status in _TOLD else CampaignStatus.RUNNING
        known = replace(facts, stale_at=firing.stale_at, approved_at=firing.approved_at, campaign_status=status)
        moment = firing.leaves_at
        while True:
            told = verdict(known, moment, self.hours)
            if told.may or told.reason is None:
                return moment
            if told.final or told.again_at is None or told.reason in _OPEN_ENDED or told.again_at >= firing.stale_at:
                return told.reason
            moment = told.again_at

    def as_values(self) -> list[dict[str, object]]:
        """For a template, in New York time: people rounded down, None below twenty; rooms as they are (safety K3)."""
        return [self._firing_values(number) for number in range(len(self._reached))]

    @property
    def more(self) -> int:
        """Times ahead that were not played through."""
        return len(self.firings) - len(self._reached)

    def _firing_values(self, number: int) -> dict[str, object]:
        firing, reached, kept = self.firings[number], self._reached[number], self._kept[number]
        channels = []
        for channel in sorted(firing.channels):
            people, rooms = rounded_size(reached[channel]), self.rooms[channel]
            limit = LIMITS.get(channel, UNLIMITED).broadcasts
            seconds = ((people or 0) + rooms) * (limit.interval if limit else 0.0)
            minutes = max(1, math.ceil(seconds / 60))
            channels.append({"channel": channel, "people": people, "rooms": rooms, "minutes": minutes})
        late = firing.leaves_at > firing.due_at
        return {
            "wall": firing.wall,
            "leaves": to_wall(firing.leaves_at) if late else None,
            "channels": channels,
            "kept": [{"reason": reason.value, "people": rounded_size(count)} for reason, count in sorted(kept.items())],
        }


_TOLD = (CampaignStatus.PAUSED, CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
"""States that a rehearsal does not overlook; all others are on their way to running."""
_OPEN_ENDED = (Reason.STOPPED, Reason.CAMPAIGN_PAUSED)
