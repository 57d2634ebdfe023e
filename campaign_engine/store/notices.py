"""Cancelled and changed events: a post of its own that goes at once to those signed up (safety S9)."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import WAITING, Campaign, PostContent, PostStatus
from campaign_engine.domain.contact import Topic
from campaign_engine.domain.delivery import CLAIMABLE, TO_LEAVE, DeliveryStatus, OccurrenceStatus
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.event_change import EventChange, Place
from campaign_engine.domain.permission import OPEN
from campaign_engine.domain.planner import Priority
from campaign_engine.ports.holding import Actor
from campaign_engine.store import freezing
from campaign_engine.store.kill_switch import IS_NOTICE
from campaign_engine.store.tables import (
    campaigns,
    contacts,
    deliveries,
    event_changes,
    event_notices,
    occurrences,
    pledges,
    post_versions,
    posts,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states
from campaign_engine.store.upsert import insert

_FOLLOWING = (*WAITING, PostStatus.APPROVED)
_TOLD = (DeliveryStatus.SENT, DeliveryStatus.SENDING, DeliveryStatus.UNCONFIRMED, DeliveryStatus.LEFT)
"""A post of the event reached them, or may have."""


class SqlNoticesRepository(Transaction):
    """Implements ports.holding.NoticesRepository."""

    async def told(self, campaign_id: int) -> str | None:
        """One statement."""
        known = sa.select(event_notices.c.handle).where(event_notices.c.campaign_id == campaign_id)
        handle: str | None = await self._connection.scalar(known)
        return handle

    async def waiting(self, lane: str) -> bool:
        """One statement."""
        mine = sa.exists().where(IS_NOTICE, deliveries.c.lane == lane, in_states(*CLAIMABLE))
        return bool(await self._connection.scalar(sa.select(mine)))

    async def tell(self, campaign: Campaign, content: PostContent, by: Actor, now: datetime) -> int:
        """Eight statements; the row of the notice is unique per campaign, so that two people tell once."""
        post_id = await self._approved_post(campaign, content, by, now)
        notice = {"campaign_id": campaign.id, "post_id": post_id, "handle": by.handle, "at": now}
        once = insert(self._connection, event_notices).values(notice).on_conflict_do_nothing()
        if await self._connection.scalar(once.returning(event_notices.c.post_id)) is None:
            raise Conflict("Somebody else cancelled this event just now.", "Those signed up are told once.")
        await self._supersede(campaign.id, now)
        return await self._queue(campaign.id, post_id, content, now)

    async def followers(self, campaign_id: int) -> tuple[int, ...]:
        """One statement."""
        event = post_versions.c.content[("schedule", "around", "campaign")].as_integer()
        current = sa.and_(post_versions.c.post_id == posts.c.id, post_versions.c.version == posts.c.version)
        mine = (
            sa.select(posts.c.campaign_id)
            .join(post_versions, current)
            .join(campaigns, campaigns.c.id == posts.c.campaign_id)
            .where(posts.c.status.in_(_FOLLOWING), campaigns.c.status.in_(tuple(sorted(OPEN))), event == campaign_id)
            .distinct()
            .order_by(posts.c.campaign_id)
        )
        return tuple((await self._connection.execute(mine)).scalars())

    async def last_change(self, campaign_id: int) -> tuple[EventChange, str] | None:
        """One statement."""
        mine = sa.select(event_changes).where(event_changes.c.campaign_id == campaign_id)
        row = (await self._connection.execute(mine.order_by(event_changes.c.post_id.desc()).limit(1))).one_or_none()
        return None if row is None else (EventChange(row.wall_time, Place(row.place), row.site_id), row.handle)

    async def size(self, campaign_id: int, now: datetime) -> int:
        """One statement."""
        told = sa.select(sa.func.count(contacts.c.id.distinct())).select_from(freezing.ADDRESSED)
        return int(await self._connection.scalar(told.where(_is_signed_up(campaign_id, now))) or 0)

    async def tell_change(
        self, campaign: Campaign, content: PostContent, change: EventChange, by: Actor, now: datetime
    ) -> int:
        """Nine statements; whoever writes has changed the campaign's row first, so that two take turns."""
        await self._supersede(campaign.id, now)
        post_id = await self._approved_post(campaign, content, by, now)
        # Nothing more is planned of it: no clock opens it again, and no edit of the event's post takes it along.
        await self._connection.execute(posts.update().where(posts.c.id == post_id).values(status=PostStatus.WITHDRAWN))
        told = event_changes.insert().values(
            post_id=post_id,
            campaign_id=campaign.id,
            wall_time=change.wall,
            place=change.place,
            site_id=change.site_id,
            handle=by.handle,
            at=now,
        )
        await self._connection.execute(told)
        return await self._queue(campaign.id, post_id, content, now)

    async def _supersede(self, campaign_id: int, now: datetime) -> None:
        """What has not left is cancelled; what a lane has in hand and gives back is too late from now on (S6)."""
        changes = sa.select(event_changes.c.post_id).where(event_changes.c.campaign_id == campaign_id)
        older = sa.select(occurrences.c.id).where(occurrences.c.post_id.in_(changes))
        unsent = deliveries.update().where(deliveries.c.occurrence_id.in_(older), in_states(*TO_LEAVE))
        await self._connection.execute(
            unsent.values(status=DeliveryStatus.CANCELLED, reason="superseded", updated_at=now)
        )
        late = occurrences.update().where(occurrences.c.post_id.in_(changes), occurrences.c.stale_at > now)
        await self._connection.execute(late.values(stale_at=now))

    async def _queue(self, campaign_id: int, post_id: int, content: PostContent, now: datetime) -> int:
        occurrence_id = await self._occurrence(post_id, content, now)
        audience = _signed_up(campaign_id, occurrence_id, now)
        names = [column.name for column in audience.selected_columns]
        queued = insert(self._connection, deliveries).from_select(names, audience).on_conflict_do_nothing()
        people = (await self._connection.execute(queued.execution_options(preserve_rowcount=True))).rowcount
        await self._connection.execute(freezing.counted(occurrence_id, people=people))
        return people

    async def _approved_post(self, campaign: Campaign, content: PostContent, by: Actor, now: datetime) -> int:
        """By one person alone: the text is fixed (safety S9)."""
        post = posts.insert().values(campaign_id=campaign.id, version=1, status=PostStatus.APPROVED)
        post_id = int((await self._connection.execute(post.returning(posts.c.id))).scalar_one())
        version = post_versions.insert().values(
            post_id=post_id,
            version=1,
            content=content.as_json(),
            content_hash=content.content_hash(),
            author_id=by.contact_id,
            approver_id=by.contact_id,
            created_at=now,
            approved_at=now,
        )
        await self._connection.execute(version)
        return post_id

    async def _occurrence(self, post_id: int, content: PostContent, now: datetime) -> int:
        """Frozen from the start, so that no clock chooses another audience."""
        opened = occurrences.insert().values(
            post_id=post_id,
            version=1,
            wall_time=content.schedule.first,
            due_at=now,
            stale_at=now + timedelta(minutes=content.stale_minutes),
            status=OccurrenceStatus.OPEN,
            frozen_at=now,
            frozen_people=0,
            frozen_rooms=0,
        )
        return int((await self._connection.execute(opened.returning(occurrences.c.id))).scalar_one())


def _signed_up(campaign_id: int, occurrence_id: int, now: datetime) -> sa.Select[Any]:
    """Columns are named as those of deliveries; who among them may be told is known to freezing."""
    return (
        freezing.delivery_rows(
            occurrence_id,
            now,
            priority=sa.literal(Priority.CANCELLATION.value, deliveries.c.priority.type),
            **freezing.to_person(),
        )
        .select_from(freezing.ADDRESSED)
        .where(_is_signed_up(campaign_id, now))
    )


def _is_signed_up(campaign_id: int, now: datetime) -> sa.ColumnElement[bool]:
    """Over freezing.ADDRESSED."""
    earlier = sa.exists().where(
        deliveries.c.contact_id == contacts.c.id,
        deliveries.c.status.in_(_TOLD),
        occurrences.c.id == deliveries.c.occurrence_id,
        posts.c.id == occurrences.c.post_id,
        posts.c.campaign_id == campaign_id,
    )
    pledged = sa.exists().where(pledges.c.contact_id == contacts.c.id, pledges.c.campaign_id == campaign_id)
    return sa.and_(
        freezing.may_be_told(Topic.EVENT_NEWS, DIRECT_CHANNELS, now, breaks=False),
        sa.or_(earlier.correlate(contacts), pledged.correlate(contacts)),
    )
