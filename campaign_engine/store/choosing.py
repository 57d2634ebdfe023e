"""Which deliveries a lane may take: by priority, and of each in equal shares for every campaign."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus, OccurrenceStatus
from campaign_engine.domain.planner import Priority
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.kill_switch import IS_NOTICE, IS_ON
from campaign_engine.store.many import Many, among
from campaign_engine.store.tables import backlogs, campaigns, contacts, deliveries, lanes, occurrences, posts
from campaign_engine.store.tables import stopped_posts as stopped
from campaign_engine.store.unsettled import IS_CLAIMABLE

_HAS_BACKLOG = sa.exists().where(backlogs.c.campaign_id == campaigns.c.id)
_IS_STOPPED = sa.exists().where(stopped.c.post_id == posts.c.id, stopped.c.version == occurrences.c.version)
RUNS = sa.and_(campaigns.c.status == CampaignStatus.RUNNING, ~_HAS_BACKLOG, ~_IS_STOPPED)
"""The campaign runs, a clock has looked at what waited while it was paused (safety S5), and the post does not fail."""

RUNNING = (
    sa.exists()
    .where(
        occurrences.c.id == deliveries.c.occurrence_id,
        posts.c.id == occurrences.c.post_id,
        campaigns.c.id == posts.c.campaign_id,
        RUNS,
    )
    .correlate(deliveries)
)
GOES_ON = sa.or_(RUNNING, IS_NOTICE)
"""A notice of a cancelled event leaves whatever became of its campaign (safety S9)."""

Turns = list[list[deque[int]]]
"""Occurrences of each campaign, oldest first; campaigns by priority."""


def _due(_dialect: str, *, notices_only: bool) -> sa.Select[Any]:
    lane: sa.BindParameter[str] = sa.bindparam("of_lane", type_=sa.String)
    now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)
    # A take-over waits for this lock and then sees what was claimed; a claim that waits for it finds another epoch.
    mine = sa.select(lanes.c.name).where(lanes.c.name == lane, lanes.c.epoch == sa.bindparam("of_epoch"))
    first = (
        sa.select(deliveries.c.priority)
        .where(
            deliveries.c.occurrence_id == occurrences.c.id,
            deliveries.c.lane == lane,
            IS_CLAIMABLE,
            deliveries.c.next_attempt_at <= now,
        )
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(1)
        .correlate(occurrences)
        .scalar_subquery()
    )
    is_mine = sa.exists(mine.with_for_update(read=True).cte("mine").select())
    found = (
        sa.select(occurrences.c.id, posts.c.campaign_id, first.label("priority"), RUNS.label("runs"))
        .join(posts, posts.c.id == occurrences.c.post_id)
        .join(campaigns, campaigns.c.id == posts.c.campaign_id)
        .where(is_mine, occurrences.c.status == OccurrenceStatus.OPEN)
        .subquery()
    )
    is_notice = found.c.priority == Priority.CANCELLATION
    goes_on = is_notice if notices_only else sa.or_(is_notice, sa.and_(found.c.runs, ~IS_ON))
    columns = (found.c.priority, found.c.campaign_id, found.c.id)
    return sa.select(*columns).where(found.c.priority.is_not(None), goes_on).order_by(*columns)


DUE, DUE_NOTICES = (Many(partial(_due, notices_only=only)) for only in (False, True))
"""Open occurrences of which something may leave now, with campaign and priority; few rows, whatever waits behind.

Of the lane `of_lane`; nothing where its row has another epoch than `of_epoch` by now.
"""


def turns(rows: Iterable[Any], now: datetime) -> Turns:
    """From rows of `DUE`. Where campaigns are more than there is room for, another one begins each time."""
    campaigns_of: dict[int, dict[int, deque[int]]] = {}
    for row in rows:
        campaigns_of.setdefault(row.priority, {}).setdefault(row.campaign_id, deque()).append(row.id)
    found = []
    for of_priority in campaigns_of.values():
        waiting = list(of_priority.values())
        first = now.microsecond % len(waiting)
        found.append(waiting[first:] + waiting[:first])
    return found


def _chosen(_dialect: str) -> sa.Select[Any]:
    taken = (
        sa.select(deliveries.c.id, deliveries.c.contact_id, deliveries.c.next_attempt_at)
        .where(
            deliveries.c.occurrence_id == sa.bindparam("occurrence"),
            deliveries.c.lane == sa.bindparam("of_lane"),
            IS_CLAIMABLE,
            deliveries.c.next_attempt_at <= sa.bindparam("now", type_=UtcDateTime),
            ~in_hand(),
        )
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(of=deliveries, skip_locked=True)
        .cte("taken")
    )
    people = sa.select(contacts.c.id).where(contacts.c.id.in_(sa.select(taken.c.contact_id)))
    free = people.with_for_update(key_share=True, skip_locked=True).cte("free")
    return (
        sa.select(taken.c.id, taken.c.contact_id)
        .select_from(taken.outerjoin(free, free.c.id == taken.c.contact_id))
        .where(sa.or_(taken.c.contact_id.is_(None), free.c.id.is_not(None)))
        .order_by(taken.c.next_attempt_at, taken.c.id)
    )


CHOSEN = Many(_chosen)
"""Ids with their person, oldest first: `most` of the `occurrence` on the lane `of_lane`.

On PostgreSQL rows and people are locked, and what others have is skipped. So two claims at once never take two
deliveries of one person, also where their lanes differ. NO KEY UPDATE, so that a freeze, which only needs the person to
stay, does not wait.
"""


def _marked(dialect: str) -> sa.Update:
    return (
        deliveries.update()
        .where(among(dialect, deliveries.c.id, "ids"), IS_CLAIMABLE, ~in_hand())
        .values(
            status=DeliveryStatus.SENDING,
            epoch=sa.bindparam("of_epoch"),
            attempts=deliveries.c.attempts + 1,
            updated_at=sa.bindparam("now", type_=UtcDateTime),
        )
        .returning(deliveries.c.id)
    )


MARKED = Many(_marked)
"""The deliveries `ids` become sending under `of_epoch`, those that may still be taken."""


def in_hand() -> sa.ColumnElement[bool]:
    """Some lane is just sending something else to the same person."""
    other = deliveries.alias("other")
    busy = sa.and_(other.c.contact_id == deliveries.c.contact_id, other.c.status == DeliveryStatus.SENDING)
    return sa.exists().where(busy, other.c.id != deliveries.c.id).correlate(deliveries)


def one_each(rows: Iterable[Any]) -> list[int]:
    """Of `CHOSEN`, the first of each person: the next claim sees what came of it."""
    seen: set[int] = set()
    ids = []
    for row in rows:
        if row.contact_id is None or row.contact_id not in seen:
            ids.append(row.id)
        if row.contact_id is not None:
            seen.add(row.contact_id)
    return ids
