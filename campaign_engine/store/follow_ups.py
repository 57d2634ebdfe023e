"""The question about a plan: who is due for it, its messages, and what came of it, in few statements."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignKind, PostContent
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.follow_up import ANSWER_FOR, ASK_FROM, ASK_UNTIL, ASKED_APART, FollowThrough
from campaign_engine.domain.planner import Priority
from campaign_engine.store import freezing
from campaign_engine.store.claims import aftermath_near
from campaign_engine.store.confirming import CONFIRMED
from campaign_engine.store.own_posts import AT_ONCE, Line, OwnPosts, may_get_one
from campaign_engine.store.tables import closings, contacts, deliveries, follow_ups, pledges, staff_members
from campaign_engine.store.upsert import insert

FOLLOW_UP = Line("Follow-through", CampaignKind.FOLLOW_UP, Priority.FOLLOW_UP, follow_ups)
_ASKED = ["contact_id", "pledge_id", "asked_at", "occurrence_id"]
_ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.UNCONFIRMED, DeliveryStatus.LEFT)


class SqlFollowUpsRepository(OwnPosts):
    """Implements ports.follow_ups.FollowUpsRepository."""

    async def free(self, now: datetime) -> int:
        """One delete."""
        return await self._free(FOLLOW_UP, now)

    async def close(self, now: datetime) -> int:
        """One update."""
        c = follow_ups.c
        arrived = sa.exists().where(
            deliveries.c.contact_id == c.contact_id,
            deliveries.c.occurrence_id == c.occurrence_id,
            deliveries.c.status.in_(_ARRIVED),
        )
        became = sa.case(
            (sa.or_(c.occurrence_id.is_(None), arrived), FollowThrough.SILENT.value), else_=FollowThrough.OVER.value
        )
        late = follow_ups.update().where(c.outcome.is_(None), c.asked_at <= now - ANSWER_FOR)
        return (await self._connection.execute(late.values(outcome=became))).rowcount

    async def is_due(self, now: datetime) -> bool:
        """One read."""
        return await self._connection.scalar(_due(now).limit(1)) is not None

    async def post(self, content: PostContent, now: datetime) -> int:
        """One statement, five where the post is new."""
        return await self._own_post(FOLLOW_UP, content, now)

    async def send(self, post_id: int, now: datetime, stale_at: datetime) -> int:
        """Four statements."""
        occurrence_id = await self._today(post_id, now, stale_at)
        people = _due(now).order_by(contacts.c.id).limit(AT_ONCE).subquery()
        asked = sa.literal(now, follow_ups.c.asked_at.type)
        mine = sa.select(*people.c, asked, sa.literal(occurrence_id, follow_ups.c.occurrence_id.type))
        # Without a WHERE SQLite takes ON CONFLICT for the condition of a join.
        await self._note(FOLLOW_UP, _ASKED, mine.where(sa.true()))
        return await self._queue(FOLLOW_UP, occurrence_id, now)

    async def ask(self, contact_id: int, pledge_id: int, now: datetime) -> None:
        """One insert."""
        asked = sa.literal(now, follow_ups.c.asked_at.type)
        given = (pledges.c.id == pledge_id, pledges.c.contact_id == contact_id)
        mine = sa.select(pledges.c.contact_id, pledges.c.id, asked).where(*given)
        row = insert(self._connection, follow_ups).from_select(_ASKED[:3], mine)
        await self._connection.execute(row.on_conflict_do_nothing())

    async def answer(self, contact_id: int, pledge_id: int, outcome: FollowThrough, now: datetime) -> None:
        """One update."""
        c = follow_ups.c
        mine = sa.and_(c.pledge_id == pledge_id, c.contact_id == contact_id)
        in_time = sa.and_(c.outcome.is_(None), c.asked_at > now - ANSWER_FOR)
        await self._connection.execute(follow_ups.update().where(mine, in_time).values(outcome=outcome))

    async def forget(self, asked_before: datetime) -> int:
        """One update."""
        c = follow_ups.c
        old = sa.and_(c.outcome.is_not(None), c.outcome != FollowThrough.OVER, c.asked_at < asked_before)
        return (
            await self._connection.execute(follow_ups.update().where(old).values(outcome=FollowThrough.OVER))
        ).rowcount


def _due(now: datetime) -> sa.Select[Any]:
    """Pairs of a contact and their newest pledge that is due."""
    mine = pledges.c.contact_id == contacts.c.id
    chosen = sa.func.coalesce(pledges.c.chosen_at, pledges.c.pledged_at, type_=pledges.c.pledged_at.type)
    asked = sa.exists().where(follow_ups.c.pledge_id == pledges.c.id)
    lately = sa.exists().where(follow_ups.c.contact_id == contacts.c.id, follow_ups.c.asked_at > now - ASKED_APART)
    closed = sa.exists().where(closings.c.campaign_id == pledges.c.campaign_id)
    return (
        sa.select(contacts.c.id, sa.func.max(pledges.c.id).label("pledge_id"))
        .select_from(freezing.ADDRESSED.join(pledges, mine))
        .where(
            may_get_one(CampaignKind.FOLLOW_UP, now),
            CONFIRMED,
            contacts.c.id.not_in(sa.select(staff_members.c.contact_id)),
            ~aftermath_near(),
            pledges.c.if_then.is_not(None),
            pledges.c.campaign_id.is_not(None),
            chosen <= now - ASK_FROM,
            chosen > now - ASK_UNTIL,
            ~asked.correlate(pledges),
            ~lately.correlate(contacts),
            ~closed.correlate(pledges),
        )
        .group_by(contacts.c.id)
    )
