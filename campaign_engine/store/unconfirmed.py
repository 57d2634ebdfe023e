"""Messages that may or may not have left, by post: counted, decided on, taken back (ADR 3)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus, PostStatus
from campaign_engine.domain.delivery import Decision, DeliveryStatus, OccurrenceStatus, check_delivery_transition
from campaign_engine.ports.unconfirmed import Unsure
from campaign_engine.store import holding
from campaign_engine.store.own_posts import IS_OWN
from campaign_engine.store.tables import campaigns, deliveries, occurrences, posts
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states

_UNCONFIRMED = DeliveryStatus.UNCONFIRMED
_AFTER = {Decision.RESEND: DeliveryStatus.QUEUED, Decision.LEAVE: DeliveryStatus.LEFT}
_GOING = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)


class SqlUnconfirmedRepository(Transaction):
    """Implements ports.unconfirmed.UnconfirmedRepository."""

    async def groups(self, now: datetime, campaign_id: int | None = None) -> tuple[Unsure, ...]:
        """One statement."""
        until = sa.case((_can_go(now), occurrences.c.stale_at)).label("until")
        key = (posts.c.campaign_id, posts.c.id, deliveries.c.lane, deliveries.c.is_room)
        found = sa.select(*key, sa.func.count(), sa.func.max(until), until.is_(None).label("late"))
        found = found.select_from(_fired().join(deliveries, deliveries.c.occurrence_id == occurrences.c.id))
        mine = sa.true() if campaign_id is None else posts.c.campaign_id == campaign_id
        found = found.where(in_states(_UNCONFIRMED), mine).group_by(*key, until.is_(None))
        rows = await self._connection.execute(found.order_by(*key, until.is_(None)))
        return tuple(Unsure(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) for row in rows)

    async def decide(self, post_id: int, decision: Decision, now: datetime, not_before: datetime) -> int:
        """One update; a resend makes clocks look at its occurrences again, which is another."""
        check_delivery_transition(_UNCONFIRMED, _AFTER[decision])
        of_post = sa.select(occurrences.c.id).select_from(_fired()).where(posts.c.id == post_id)
        if decision is Decision.RESEND:
            of_post = of_post.where(_can_go(now))
        decided = deliveries.update().where(deliveries.c.occurrence_id.in_(of_post), in_states(_UNCONFIRMED))
        changed = await self._connection.execute(
            decided.values(status=_AFTER[decision], reason=decision, next_attempt_at=not_before, updated_at=now)
        )
        if decision is Decision.RESEND and changed.rowcount:
            again = occurrences.update().where(occurrences.c.id.in_(of_post))
            await self._connection.execute(again.values(status=OccurrenceStatus.OPEN))
        return changed.rowcount

    async def undo(self, post_id: int, decision: Decision, now: datetime) -> int:
        """One update, and one so that nobody is told of it as if it were news."""
        before = _AFTER[decision]
        check_delivery_transition(before, _UNCONFIRMED)
        fired = sa.select(occurrences.c.id).where(occurrences.c.post_id == post_id)
        stands = in_states(before) if before is DeliveryStatus.QUEUED else deliveries.c.status == before
        back = deliveries.update().where(deliveries.c.occurrence_id.in_(fired), stands, deliveries.c.reason == decision)
        changed = await self._connection.execute(back.values(status=_UNCONFIRMED, reason="undone", updated_at=now))
        told = occurrences.update().where(occurrences.c.post_id == post_id)
        await self._connection.execute(told.values(unconfirmed_told_at=now))
        return changed.rowcount

    async def untold(self, now: datetime) -> tuple[int, ...]:
        """One update, and one read where somebody is to be told."""
        told = occurrences.c.unconfirmed_told_at
        newer = sa.exists().where(
            deliveries.c.occurrence_id == occurrences.c.id,
            in_states(_UNCONFIRMED),
            sa.or_(told.is_(None), deliveries.c.updated_at > told),
        )
        of_people = occurrences.c.post_id.not_in(sa.select(posts.c.id).where(IS_OWN))
        noted = occurrences.update().where(newer, of_people).values(unconfirmed_told_at=now)
        ids = (await self._connection.execute(noted.returning(occurrences.c.post_id))).scalars().all()
        if not ids:
            return ()
        wanted = sa.select(posts.c.campaign_id).where(posts.c.id.in_(ids)).distinct().order_by(posts.c.campaign_id)
        return tuple((await self._connection.execute(wanted)).scalars())


def _fired() -> sa.Join:
    return occurrences.join(posts, posts.c.id == occurrences.c.post_id).join(
        campaigns, campaigns.c.id == posts.c.campaign_id
    )


def _can_go(now: datetime) -> sa.ColumnElement[bool]:
    """Over `_fired`: in time, as it was approved, of a campaign that goes on; word of an event only needs the time."""
    stands: Any = sa.and_(
        campaigns.c.status.in_(_GOING),
        posts.c.status == PostStatus.APPROVED,
        posts.c.version == occurrences.c.version,
    )
    return sa.and_(
        sa.literal(now, occurrences.c.stale_at.type) < occurrences.c.stale_at,
        sa.or_(stands, holding.is_notice(posts.c.id)),
    )
