"""Which deliveries a hold keeps back, and how they are moved: one statement per direction (safety I1)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.delivery import CLAIMABLE, DeliveryStatus
from campaign_engine.domain.hold import HELD_FOR
from campaign_engine.store.tables import (
    campaigns,
    deliveries,
    event_changes,
    event_notices,
    held_posts,
    holds,
    occurrences,
    posts,
)
from campaign_engine.store.unsettled import in_states
from campaign_engine.store.upsert import insert

REASON = "hold"

Moved = Counter[tuple[int, int]]
"""Deliveries by occurrence and precinct."""

WAITING = sa.and_(in_states(DeliveryStatus.HELD), deliveries.c.reason == REASON)
"""Held by a hold, and by nothing else."""

HELD_FROM = (
    sa.select(sa.func.max(holds.c.renewed_at))
    .where(holds.c.precinct == deliveries.c.precinct, holds.c.ended_at.is_(None))
    .correlate(deliveries)
    .scalar_subquery()
)
"""When the open hold of a delivery's precinct began to count."""


ANY_OPEN = sa.select(sa.exists().where(holds.c.ended_at.is_(None)))
"""Whether anything may have to be kept back; the table is short."""


def is_notice(post_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a post tells of a cancelled or changed event, which nothing delays (safety S9)."""
    return sa.or_(post_id.in_(sa.select(event_notices.c.post_id)), post_id.in_(sa.select(event_changes.c.post_id)))


def keeps_back(now: datetime) -> sa.ColumnElement[bool]:
    """Condition on deliveries: precinct, kind and time of an open hold; rooms of a borough have no precinct."""
    lengths = set(HELD_FOR.values())
    by_kind = (
        sa.and_(
            campaigns.c.kind.in_([kind.value for kind, each in HELD_FOR.items() if each == length]),
            holds.c.renewed_at > now - length,
        )
        for length in lengths
    )
    return (
        sa.exists()
        .where(
            occurrences.c.id == deliveries.c.occurrence_id,
            posts.c.id == occurrences.c.post_id,
            campaigns.c.id == posts.c.campaign_id,
            holds.c.precinct == deliveries.c.precinct,
            holds.c.ended_at.is_(None),
            sa.or_(*by_kind),
            ~is_notice(posts.c.id),
        )
        .correlate(deliveries)
    )


async def keep_back(connection: AsyncConnection, ids: Sequence[int], now: datetime, newer_than: int = 0) -> int:
    """What is to leave of these locked occurrences waits from now on; how many. One update, more where it found any.

    `newer_than`, an id of a delivery, spares a freeze from looking at all that it froze before.
    """
    which = sa.and_(in_states(*CLAIMABLE), keeps_back(now), deliveries.c.id > newer_than)
    held = await move(connection, ids, which, (DeliveryStatus.HELD, REASON), now, by_id=newer_than > 0)
    if held:
        await _count_held(connection, held)
    return held.total()


async def move(
    connection: AsyncConnection,
    ids: Sequence[int],
    which: sa.ColumnElement[bool],
    after: tuple[DeliveryStatus, str],
    now: datetime,
    *,
    by_id: bool = False,
) -> Moved:
    """`after` is the new status with its reason; `by_id` finds rows by `which` rather than by their occurrence."""
    status, reason = after
    occurrence = deliveries.c.occurrence_id + 0 if by_id else deliveries.c.occurrence_id
    moved = await connection.execute(
        deliveries.update()
        .where(occurrence.in_(ids), which)
        .values(status=status, reason=reason, next_attempt_at=now, updated_at=now)
        .returning(deliveries.c.occurrence_id, deliveries.c.precinct)
    )
    return Counter((row.occurrence_id, row.precinct) for row in moved)


async def count_expired(connection: AsyncConnection, expired: Moved) -> None:
    """One update per post and precinct."""
    for (occurrence_id, precinct), number in expired.items():
        of_precinct = sa.select(holds.c.id).where(holds.c.precinct == precinct)
        mine = sa.and_(held_posts.c.occurrence_id == occurrence_id, held_posts.c.hold_id.in_(of_precinct))
        counted = held_posts.update().where(mine, held_posts.c.waiting)
        await connection.execute(counted.values(expired=held_posts.c.expired + number))


async def close_posts(connection: AsyncConnection) -> None:
    """Posts of which nothing waits any more, whatever ended that; one update, where another clock has none in hand."""
    key = sa.tuple_(held_posts.c.hold_id, held_posts.c.occurrence_id)
    over = sa.select(held_posts.c.hold_id, held_posts.c.occurrence_id).where(nothing_waits())
    done = held_posts.update().where(key.in_(over.with_for_update(skip_locked=True)))
    await connection.execute(done.values(waiting=False))


def nothing_waits() -> sa.ColumnElement[bool]:
    """Condition on held posts that are still said to wait."""
    left = (
        sa.exists()
        .where(
            holds.c.id == held_posts.c.hold_id,
            deliveries.c.occurrence_id == held_posts.c.occurrence_id,
            deliveries.c.precinct == holds.c.precinct,
            WAITING,
        )
        .correlate(held_posts)
    )
    return sa.and_(held_posts.c.waiting, ~left)


def to_move(now: datetime) -> sa.ColumnElement[bool]:
    """Condition on deliveries that a clock must hold, let go or expire."""
    gone = deliveries.c.occurrence_id.in_(sa.select(occurrences.c.id).where(occurrences.c.stale_at <= now))
    ends = sa.and_(WAITING, sa.or_(gone, ~keeps_back(now)))
    return sa.or_(ends, sa.and_(in_states(*CLAIMABLE), keeps_back(now)))


async def _count_held(connection: AsyncConnection, held: Moved) -> None:
    open_holds = sa.select(holds.c.precinct, holds.c.id).where(holds.c.ended_at.is_(None))
    known = {row.precinct: row.id for row in await connection.execute(open_holds)}
    rows = [
        {"hold_id": known[precinct], "occurrence_id": occurrence_id, "messages": number, "expired": 0, "waiting": True}
        for (occurrence_id, precinct), number in held.items()
        if precinct in known
    ]
    if not rows:
        return
    new = insert(connection, held_posts).values(rows)
    added = {"messages": held_posts.c.messages + new.excluded.messages, "waiting": True}
    await connection.execute(new.on_conflict_do_update(index_elements=["hold_id", "occurrence_id"], set_=added))
