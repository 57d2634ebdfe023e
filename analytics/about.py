"""What a report says that is not about persons: the campaign, what was made and sent, and its ranking (safety K3)."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self

import sqlalchemy as sa

from analytics import facts, measures
from analytics.editions import HIDDEN, Figure
from analytics.published import published_campaigns
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.precinct import Ranking
from campaign_engine.store import tables as t

_OVER = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What is not about persons. Times are aware UTC; `channels` and `last_wall` are those of its approved posts,
    `last_wall` of those that were not withdrawn.
    """

    id: int
    title: str
    kind: CampaignKind
    status: CampaignStatus
    goal: int
    launched_at: datetime | None
    finished_at: datetime | None
    targets: tuple[int, ...]
    ranking: Ranking | None
    channels: tuple[str, ...]
    last_wall: datetime | None


BY_READERS = (DeliveryStatus.BOUNCED, DeliveryStatus.FAILED, DeliveryStatus.SUPPRESSED)
"""Ends of a message that may lie with the person: who blocked us, said STOP or took a break is among them."""


@dataclass(frozen=True, slots=True)
class Work:
    """What was made and sent through one day.

    `delivered`: messages to people that the channel accepted and that did not come back, `room_posts` the same to
    rooms. `outcomes` by status: people and rooms; all of them add up to what was frozen (measures), but those of
    BY_READERS to people are hidden below k and rounded down to its multiples, as they tell of blocks (safety K1).
    """

    posts_made: int
    delivered: int
    room_posts: int
    outcomes: Mapping[DeliveryStatus, Mapping[str, Figure]]

    def as_json(self) -> dict[str, Any]:
        """Plain values, as an edition keeps them."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The reverse."""
        outcomes = {DeliveryStatus(status): counts for status, counts in plain["outcomes"].items()}
        return cls(plain["posts_made"], plain["delivered"], plain["room_posts"], outcomes)


def work(connection: sa.Connection, campaign_id: int, through: date | None, k: int) -> Work:
    """Of firings up to a day, or of all."""
    counted = facts.read_messages(connection, campaign_id)
    counted = counted if through is None else counted.through(through)
    people, rooms = (measures.outcomes(counted, rooms=rooms) for rooms in (False, True))
    outcomes = {status: {"people": _told(status, people[status], k), "rooms": rooms[status]} for status in people}
    sent = DeliveryStatus.SENT
    return Work(_posts_made(connection, campaign_id, through), people[sent], rooms[sent], outcomes)


def _told(status: DeliveryStatus, count: int, k: int) -> Figure:
    if status not in BY_READERS:
        return count
    return count // k * k if count >= k else HIDDEN


def days_left(campaign: CampaignFacts, today: date) -> int | None:
    """0 of a campaign that is over, whatever its plan said; None without a plan."""
    if campaign.last_wall is None:
        return None
    return 0 if campaign.status in _OVER else max(0, (campaign.last_wall.date() - today).days)


def _posts_made(connection: sa.Connection, campaign_id: int, through: date | None) -> int:
    c = t.occurrences.c
    fired = sa.select(c.wall_time).join(t.posts, t.posts.c.id == c.post_id)
    walls: Iterable[datetime] = connection.scalars(
        fired.where(t.posts.c.campaign_id == campaign_id, c.frozen_at.is_not(None))
    )
    return sum(through is None or wall.date() <= through for wall in walls)


def campaign_facts(connection: sa.Connection, campaign_id: int) -> CampaignFacts:
    """Raises NotFound for a campaign that was never approved."""
    row = connection.execute(published_campaigns(*t.campaigns.c).where(t.campaigns.c.id == campaign_id)).one_or_none()
    if row is None:
        raise NotFound("There is no report of this campaign.", "Choose one from the list of reports.")
    targets = sa.select(t.campaign_targets.c.precinct).where(t.campaign_targets.c.campaign_id == campaign_id)
    contents = _contents(connection, campaign_id)
    walls = [
        wall for content, status in contents if status != PostStatus.WITHDRAWN for wall in content.schedule.walls()
    ]
    return CampaignFacts(
        id=row.id,
        title=row.title,
        kind=CampaignKind(row.kind),
        status=CampaignStatus(row.status),
        goal=row.goal,
        launched_at=row.launched_at,
        finished_at=row.finished_at,
        targets=tuple(sorted(connection.scalars(targets))),
        ranking=_ranking(connection, row.ranking_id),
        channels=tuple(sorted({channel for content, _ in contents for channel in content.channels})),
        last_wall=max(walls, default=None),
    )


def _contents(connection: sa.Connection, campaign_id: int) -> list[tuple[PostContent, str]]:
    """The newest approved version of each post, and the post's status."""
    approved = (
        sa.select(t.post_versions.c.post_id, t.post_versions.c.content, t.posts.c.status)
        .join(t.posts, t.posts.c.id == t.post_versions.c.post_id)
        .where(t.posts.c.campaign_id == campaign_id, t.post_versions.c.approved_at.is_not(None))
        .order_by(t.post_versions.c.version)
    )
    newest = {row.post_id: (row.content, row.status) for row in connection.execute(approved)}
    return [(PostContent.from_json(content), status) for content, status in newest.values()]


def _ranking(connection: sa.Connection, ranking_id: int | None) -> Ranking | None:
    row = connection.execute(sa.select(t.rankings).where(t.rankings.c.id == ranking_id)).one_or_none()
    if row is None:
        return None
    return Ranking.from_json(
        {
            "rule": row.rule,
            "boundaries": row.boundaries,
            "data_through": row.data_through.isoformat(),
            "precincts": row.entries,
        }
    )
