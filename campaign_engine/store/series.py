"""The lesson series: who is due for which step, and its messages, in few statements."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus
from campaign_engine.domain.contact import LANGUAGES, AgeBand, LessonCode, Topic
from campaign_engine.domain.delivery import UNSETTLED, DeliveryStatus, OccurrenceStatus
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.hold import HELD_FOR
from campaign_engine.domain.lesson import DONE, SERIES_END
from campaign_engine.domain.planner import APART, MOST_A_WEEK, WEEK, Priority
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import freezing
from campaign_engine.store.claims import MAY_HAVE_LEFT
from campaign_engine.store.tables import (
    addresses,
    campaigns,
    contacts,
    deliveries,
    holds,
    lesson_progress,
    occurrences,
    post_versions,
    posts,
    series_posts,
    series_steps,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states
from campaign_engine.store.upsert import insert

AT_ONCE = 5_000
"""People of one transaction."""

LOOK_BACK = WEEK * 2
"""How long after its day a step that never left is looked for."""

TITLE = "Lessons"
_CODES = (*(code.value for code in LessonCode), SERIES_END)
_NEVER_LEFT = (DeliveryStatus.EXPIRED, DeliveryStatus.SUPPRESSED, DeliveryStatus.CANCELLED)

IS_SERIES = posts.c.id.in_(sa.select(series_posts.c.post_id))
"""A post of the series, which no schedule fires and no clock finishes."""


class SqlSeriesRepository(Transaction):
    """Implements ports.series.SeriesRepository."""

    async def free(self, now: datetime) -> int:
        """One delete."""
        recent = (
            sa.select(occurrences.c.id)
            .join(series_posts, series_posts.c.post_id == occurrences.c.post_id)
            .where(occurrences.c.due_at > now - LOOK_BACK)
        )
        never_left = sa.exists().where(
            deliveries.c.contact_id == series_steps.c.contact_id,
            deliveries.c.occurrence_id == series_steps.c.occurrence_id,
            deliveries.c.status.in_(_NEVER_LEFT),
        )
        freed = series_steps.delete().where(series_steps.c.occurrence_id.in_(recent), never_left)
        return (await self._connection.execute(freed)).rowcount

    async def due(self, now: datetime) -> tuple[str, ...]:
        """One statement."""
        people = _due(now).subquery()
        found = await self._connection.execute(sa.select(people.c.place).distinct().order_by(people.c.place))
        return tuple(_CODES[place] for place in found.scalars())

    async def post(self, content: PostContent, now: datetime) -> int:
        """One statement, five where the post is new."""
        key = {"lesson": content.lesson, "content_hash": content.content_hash()}
        known = sa.select(series_posts.c.post_id).filter_by(**key)
        post_id = await self._connection.scalar(known)
        return int(post_id) if post_id is not None else await self._make(content, key, now)

    async def send(self, post_id: int, code: str, now: datetime, stale_at: datetime) -> int:
        """Four statements."""
        occurrence_id = await self._today(post_id, now, stale_at)
        people = _due(now).subquery()
        mine = (
            sa.select(people.c.id, sa.literal(code), sa.literal(occurrence_id, series_steps.c.occurrence_id.type))
            .where(people.c.place == _CODES.index(code))
            .order_by(people.c.id)
            .limit(AT_ONCE)
        )
        columns = ["contact_id", "lesson", "occurrence_id"]
        steps = insert(self._connection, series_steps).from_select(columns, mine)
        await self._connection.execute(steps.on_conflict_do_nothing())
        audience = _messages(occurrence_id, now)
        names = [column.name for column in audience.selected_columns]
        queued = insert(self._connection, deliveries).from_select(names, audience).on_conflict_do_nothing()
        return (await self._connection.execute(queued.execution_options(preserve_rowcount=True))).rowcount

    async def _make(self, content: PostContent, key: dict[str, str], now: datetime) -> int:
        post = posts.insert().values(campaign_id=await self._campaign(now), version=1, status=PostStatus.APPROVED)
        post_id = int((await self._connection.execute(post.returning(posts.c.id))).scalar_one())
        version = post_versions.insert().values(
            post_id=post_id, version=1, content=content.as_json(), content_hash=content.content_hash(),
            created_at=now, approved_at=now,
        )  # fmt: skip
        await self._connection.execute(version)
        once = insert(self._connection, series_posts).values(**key, post_id=post_id).on_conflict_do_nothing()
        if await self._connection.scalar(once.returning(series_posts.c.post_id)) is None:
            raise Conflict("Another clock has just made this post.", "The next tick goes on.")
        return post_id

    async def _campaign(self, now: datetime) -> int:
        """One for all lessons; it has no targets, so that it is in nobody's list, and it runs until the end."""
        of_series = sa.select(posts.c.campaign_id).where(IS_SERIES).limit(1)
        known: int | None = await self._connection.scalar(of_series)
        if known is not None:
            return known
        new = campaigns.insert().values(
            title=TITLE, kind=CampaignKind.SERIES, goal=0, languages=list(LANGUAGES), version=1,
            status=CampaignStatus.RUNNING, created_at=now, launched_at=now,
        )  # fmt: skip
        return int((await self._connection.execute(new.returning(campaigns.c.id))).scalar_one())

    async def _today(self, post_id: int, now: datetime, stale_at: datetime) -> int:
        """One a day, frozen from the start, so that no clock chooses another audience."""
        day = to_wall(now).replace(hour=0, minute=0, second=0, microsecond=0)
        opened = insert(self._connection, occurrences).values(
            post_id=post_id, version=1, wall_time=day, due_at=now, stale_at=stale_at,
            status=OccurrenceStatus.OPEN, frozen_at=now,
        )  # fmt: skip
        await self._connection.execute(opened.on_conflict_do_nothing(index_elements=["post_id", "wall_time"]))
        mine = sa.select(occurrences.c.id).where(occurrences.c.post_id == post_id, occurrences.c.wall_time == day)
        return int((await self._connection.execute(mine)).scalar_one())


def _due(now: datetime) -> sa.Select[Any]:
    """Pairs of a contact and the place of their next step."""
    places = sa.values(sa.column("lesson", sa.String), sa.column("place", sa.Integer), name="places").data(
        [(code, place) for place, code in enumerate(_CODES)]
    )
    step = places.cte("steps")
    sent = sa.exists().where(series_steps.c.contact_id == contacts.c.id, series_steps.c.lesson == step.c.lesson)
    done = sa.exists().where(
        lesson_progress.c.contact_id == contacts.c.id,
        lesson_progress.c.lesson == step.c.lesson,
        lesson_progress.c.reached >= DONE,
    )
    return (
        sa.select(contacts.c.id, sa.func.min(step.c.place).label("place"))
        .select_from(freezing.ADDRESSED.join(step, sa.true()))
        .where(
            _may_get_one(now),
            ~sent.correlate(contacts, step),
            ~done.correlate(contacts, step),
            sa.or_(step.c.lesson != SERIES_END, _knows_all()),
        )
        .group_by(contacts.c.id)
    )


def _may_get_one(now: datetime) -> sa.ColumnElement[bool]:
    held = sa.exists().where(
        holds.c.precinct == contacts.c.precinct,
        holds.c.ended_at.is_(None),
        holds.c.renewed_at > now - HELD_FOR[CampaignKind.SERIES],
    )
    theirs = deliveries.c.contact_id == contacts.c.id
    left = sa.and_(theirs, deliveries.c.status.in_(MAY_HAVE_LEFT))
    this_week = sa.select(sa.func.count()).where(left, deliveries.c.updated_at > now - WEEK)
    day = to_wall(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = sa.exists().where(
        theirs,
        occurrences.c.id == deliveries.c.occurrence_id,
        occurrences.c.wall_time == day,
        series_posts.c.post_id == occurrences.c.post_id,
    )
    return sa.and_(
        freezing.may_be_told(Topic.LESSON_SERIES, DIRECT_CHANNELS, now),
        contacts.c.age_band != AgeBand.FROM_22,
        ~held.correlate(contacts),
        ~sa.exists().where(theirs, in_states(*UNSETTLED)).correlate(contacts),
        ~sa.exists().where(left, deliveries.c.updated_at > now - APART).correlate(contacts),
        this_week.correlate(contacts).scalar_subquery() < MOST_A_WEEK,
        ~today.correlate(contacts),
    )


def _knows_all() -> sa.ColumnElement[bool]:
    known = sa.select(sa.func.count()).where(
        lesson_progress.c.contact_id == contacts.c.id, lesson_progress.c.reached >= DONE
    )
    return known.correlate(contacts).scalar_subquery() >= len(LessonCode)


def _messages(occurrence_id: int, now: datetime) -> sa.Select[Any]:
    """Columns are named as those of deliveries."""
    reached = contacts.join(addresses, addresses.c.contact_id == contacts.c.id)
    return (
        freezing.delivery_rows(
            occurrence_id,
            now,
            priority=sa.literal(Priority.SERIES.value, deliveries.c.priority.type),
            **freezing.to_person(),
        )
        .select_from(reached.join(series_steps, series_steps.c.contact_id == contacts.c.id))
        .where(series_steps.c.occurrence_id == occurrence_id)
    )
