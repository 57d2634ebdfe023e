"""The lesson series: who is due for which step, and its messages, in few statements."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignKind, PostContent
from campaign_engine.domain.contact import AgeBand, LessonCode
from campaign_engine.domain.lesson import DONE, SERIES_END
from campaign_engine.domain.planner import Priority
from campaign_engine.store import freezing
from campaign_engine.store.own_posts import AT_ONCE, Line, OwnPosts, may_get_one
from campaign_engine.store.tables import contacts, lesson_progress, series_steps

SERIES = Line("Lessons", CampaignKind.SERIES, Priority.SERIES, series_steps)
_CODES = (*(code.value for code in LessonCode), SERIES_END)


class SqlSeriesRepository(OwnPosts):
    """Implements ports.series.SeriesRepository."""

    async def free(self, now: datetime) -> int:
        """One delete."""
        return await self._free(SERIES, now)

    async def due(self, now: datetime) -> tuple[str, ...]:
        """One statement."""
        people = _due(now).subquery()
        found = await self._connection.execute(sa.select(people.c.place).distinct().order_by(people.c.place))
        return tuple(_CODES[place] for place in found.scalars())

    async def post(self, content: PostContent, now: datetime) -> int:
        """One statement, five where the post is new."""
        return await self._own_post(SERIES, content, now)

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
        await self._note(SERIES, ["contact_id", "lesson", "occurrence_id"], mine)
        return await self._queue(SERIES, occurrence_id, now)


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
            may_get_one(CampaignKind.SERIES, now),
            contacts.c.age_band != AgeBand.FROM_22,
            ~sent.correlate(contacts, step),
            ~done.correlate(contacts, step),
            sa.or_(step.c.lesson != SERIES_END, _knows_all()),
        )
        .group_by(contacts.c.id)
    )


def _knows_all() -> sa.ColumnElement[bool]:
    known = sa.select(sa.func.count()).where(
        lesson_progress.c.contact_id == contacts.c.id, lesson_progress.c.reached >= DONE
    )
    return known.correlate(contacts).scalar_subquery() >= len(LessonCode)
