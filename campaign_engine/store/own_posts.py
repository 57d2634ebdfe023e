"""Posts of the program's own: fixed texts that reach each person when it is due, through the same send path."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus, topic_of
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.delivery import UNSETTLED, DeliveryStatus, OccurrenceStatus
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.hold import HELD_FOR
from campaign_engine.domain.planner import APART, MOST_A_WEEK, WEEK, Priority
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import freezing
from campaign_engine.store.claims import MAY_HAVE_LEFT, once_a_week
from campaign_engine.store.tables import (
    addresses,
    campaigns,
    contacts,
    deliveries,
    holds,
    occurrences,
    own_posts,
    post_versions,
    posts,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states
from campaign_engine.store.upsert import insert

AT_ONCE = 5_000
"""People of one transaction."""

LOOK_BACK = timedelta(weeks=2)
"""How long after its day a message that never left is looked for."""

_NEVER_LEFT = (DeliveryStatus.EXPIRED, DeliveryStatus.SUPPRESSED, DeliveryStatus.CANCELLED)

IS_OWN = posts.c.id.in_(sa.select(own_posts.c.post_id))
"""A post that no schedule fires and no clock finishes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the program writes about by itself: a campaign of its own kind, which has no targets.

    `noted` has a row per person with the `occurrence_id` of what went to them.
    """

    title: str
    kind: CampaignKind
    priority: Priority
    noted: sa.Table


class OwnPosts(Transaction):
    """What every line has in common."""

    async def _own_post(self, line: Line, content: PostContent, now: datetime) -> int:
        """One statement, five where the post is new. Raises Conflict when another clock has just made it."""
        key = {"content_hash": content.content_hash()}
        post_id = await self._connection.scalar(sa.select(own_posts.c.post_id).filter_by(**key))
        if post_id is not None:
            return int(post_id)
        campaign_id = await self._own_campaign(line, now)
        post = posts.insert().values(campaign_id=campaign_id, version=1, status=PostStatus.APPROVED)
        made = int((await self._connection.execute(post.returning(posts.c.id))).scalar_one())
        version = post_versions.insert().values(
            post_id=made, version=1, content=content.as_json(), created_at=now, approved_at=now, **key
        )
        await self._connection.execute(version)
        once = insert(self._connection, own_posts).values(**key, post_id=made).on_conflict_do_nothing()
        if await self._connection.scalar(once.returning(own_posts.c.post_id)) is None:
            raise Conflict("Another clock has just made this post.", "The next tick goes on.")
        return made

    async def _own_campaign(self, line: Line, now: datetime) -> int:
        """One for the whole line; without targets it is in nobody's list, and it runs until the end."""
        of_line = sa.select(posts.c.campaign_id).join(campaigns, campaigns.c.id == posts.c.campaign_id)
        of_line = of_line.where(IS_OWN, campaigns.c.kind == line.kind).limit(1)
        known: int | None = await self._connection.scalar(of_line)
        if known is not None:
            return known
        new = campaigns.insert().values(
            title=line.title, kind=line.kind, goal=0, languages=list(LANGUAGES), version=1,
            status=CampaignStatus.RUNNING, created_at=now, launched_at=now,
        )  # fmt: skip
        return int((await self._connection.execute(new.returning(campaigns.c.id))).scalar_one())

    async def _today(self, post_id: int, now: datetime, stale_at: datetime) -> int:
        """One a day, frozen from the start, so that no clock chooses another audience. Two statements."""
        day = _midnight(now)
        opened = insert(self._connection, occurrences).values(
            post_id=post_id, version=1, wall_time=day, due_at=now, stale_at=stale_at,
            status=OccurrenceStatus.OPEN, frozen_at=now, frozen_people=0, frozen_rooms=0,
        )  # fmt: skip
        await self._connection.execute(opened.on_conflict_do_nothing(index_elements=["post_id", "wall_time"]))
        mine = sa.select(occurrences.c.id).where(occurrences.c.post_id == post_id, occurrences.c.wall_time == day)
        return int((await self._connection.execute(mine)).scalar_one())

    async def _note(self, line: Line, columns: list[str], people: sa.Select[Any]) -> None:
        """Whom another clock has noted already is left out. One statement."""
        rows = insert(self._connection, line.noted).from_select(columns, people)
        await self._connection.execute(rows.on_conflict_do_nothing())

    async def _queue(self, line: Line, occurrence_id: int, now: datetime) -> int:
        """A message for everybody noted with this occurrence; how many. Two statements."""
        reached = contacts.join(addresses, addresses.c.contact_id == contacts.c.id)
        audience = (
            freezing.delivery_rows(
                occurrence_id,
                now,
                priority=sa.literal(line.priority.value, deliveries.c.priority.type),
                **freezing.to_person(),
            )
            .select_from(reached.join(line.noted, line.noted.c.contact_id == contacts.c.id))
            .where(line.noted.c.occurrence_id == occurrence_id)
        )
        names = [column.name for column in audience.selected_columns]
        queued = insert(self._connection, deliveries).from_select(names, audience).on_conflict_do_nothing()
        people = (await self._connection.execute(queued.execution_options(preserve_rowcount=True))).rowcount
        await self._connection.execute(freezing.counted(occurrence_id, people=people))
        return people

    async def _free(self, line: Line, now: datetime) -> int:
        """What was noted and never left is forgotten, so that it is due again. One delete."""
        noted = line.noted
        recent = (
            sa.select(occurrences.c.id)
            .join(own_posts, own_posts.c.post_id == occurrences.c.post_id)
            .where(occurrences.c.due_at > now - LOOK_BACK)
        )
        never_left = sa.exists().where(
            deliveries.c.contact_id == noted.c.contact_id,
            deliveries.c.occurrence_id == noted.c.occurrence_id,
            deliveries.c.status.in_(_NEVER_LEFT),
        )
        freed = noted.delete().where(noted.c.occurrence_id.in_(recent), never_left)
        return (await self._connection.execute(freed)).rowcount


def may_get_one(kind: CampaignKind, now: datetime) -> sa.ColumnElement[bool]:
    """Over `freezing.ADDRESSED`: subscribers whose caps leave room, to whom nothing else is on its way, in no held
    precinct, and who got nothing of the program's own today (safety C6, S5, I1)."""
    held = sa.exists().where(
        holds.c.precinct == contacts.c.precinct,
        holds.c.ended_at.is_(None),
        holds.c.renewed_at > now - HELD_FOR[kind],
    )
    theirs = deliveries.c.contact_id == contacts.c.id
    left = sa.and_(theirs, deliveries.c.status.in_(MAY_HAVE_LEFT))
    this_week = sa.select(sa.func.count()).where(left, deliveries.c.updated_at > now - WEEK)
    today = sa.exists().where(
        theirs,
        occurrences.c.id == deliveries.c.occurrence_id,
        occurrences.c.wall_time == _midnight(now),
        own_posts.c.post_id == occurrences.c.post_id,
    )
    return sa.and_(
        freezing.may_be_told(topic_of(kind), DIRECT_CHANNELS, now),
        ~held.correlate(contacts),
        ~sa.exists().where(theirs, in_states(*UNSETTLED)).correlate(contacts),
        ~sa.exists().where(left, deliveries.c.updated_at > now - APART).correlate(contacts),
        this_week.correlate(contacts).scalar_subquery() < sa.case((once_a_week(), 1), else_=MOST_A_WEEK),
        ~today.correlate(contacts),
    )


def _midnight(now: datetime) -> datetime:
    return to_wall(now).replace(hour=0, minute=0, second=0, microsecond=0)
