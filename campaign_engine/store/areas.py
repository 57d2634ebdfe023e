"""Figures of areas, edition by edition, and the cards that tell of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.area import CARD_EVERY, CITY, AreaFigure, AreaView, OpenJoint
from campaign_engine.domain.campaign import CampaignKind, PostContent
from campaign_engine.domain.joint import SEEN_FOR, JointStatus
from campaign_engine.domain.planner import Priority
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import freezing
from campaign_engine.store.confirming import CONFIRMED
from campaign_engine.store.own_posts import AT_ONCE, Line, OwnPosts, may_get_one
from campaign_engine.store.tables import area_cards, area_figures, contacts, joint_joins, joints, staff_members
from campaign_engine.store.upsert import insert, upsert

OWN_AREA = Line("My area", CampaignKind.AWARENESS, Priority.OWN_AREA, area_cards)
MOST_OFFERED = 3
_OFFERED = ("id", "goal", "last_day", "start", "outcome")
_CHANGES = ("frozen", "shown", "step", "step_at", "edition")


class SqlAreasRepository(OwnPosts):
    """Implements ports.areas.AreasRepository."""

    async def edition(self) -> date | None:
        """One read; the city's row carries it."""
        found: date | None = await self._connection.scalar(
            sa.select(area_figures.c.edition).where(area_figures.c.area == CITY)
        )
        return found

    async def begin(self, week: date) -> bool:
        """One upsert, for whose row a second clock waits and then finds its week taken."""
        new = insert(self._connection, area_figures).values(area=CITY, frozen=0, step=0, edition=week)
        taken = new.on_conflict_do_update(
            index_elements=["area"], set_={"edition": week}, where=area_figures.c.edition < week
        )
        return await self._connection.scalar(taken.returning(area_figures.c.area)) is not None

    async def counted(self) -> Mapping[int | None, int]:
        """One read."""
        allies = contacts.c.id.not_in(sa.select(staff_members.c.contact_id))
        counts = sa.select(contacts.c.precinct, sa.func.count()).where(allies, CONFIRMED).group_by(contacts.c.precinct)
        return {precinct: int(count) for precinct, count in await self._connection.execute(counts)}

    async def figures(self) -> Mapping[str, AreaFigure]:
        """One read."""
        c = area_figures.c
        rows = await self._connection.execute(sa.select(c.area, c.frozen, c.shown, c.step, c.step_at))
        return {row.area: AreaFigure(*row) for row in rows}

    async def publish(self, figures: Iterable[AreaFigure], week: date) -> None:
        """One upsert of about a hundred rows."""
        rows = [
            {
                "area": one.area,
                "frozen": one.frozen,
                "shown": one.shown,
                "step": one.step,
                "step_at": one.step_at,
                "edition": week,
            }
            for one in figures
        ]
        await self._connection.execute(upsert(self._connection, area_figures, change=_CHANGES).values(rows))

    async def view(self, areas: Iterable[str], contact_id: int, precinct: int | None, now: datetime) -> AreaView:
        """One read, of two kinds of rows."""
        c = area_figures.c
        none = [sa.cast(sa.null(), joints.c[name].type).label(name) for name in _OFFERED]
        cells = sa.select(c.area, c.shown, *none, sa.literal(0).label("joined"))
        cells = cells.where(c.area.in_(tuple(areas)), c.shown.is_not(None))
        rows = await self._connection.execute(cells.union_all(_offered(contact_id, precinct, now)))
        figures: dict[str, int] = {}
        offered: list[OpenJoint] = []
        for row in rows:
            if row.area:
                figures[row.area] = row.shown
            else:
                offered.append(_open_joint(row))
        return AreaView(
            figures, tuple(sorted(offered, key=lambda one: (bool(one.outcome), one.last_day, one.id))[:MOST_OFFERED])
        )

    async def due(self, now: datetime) -> tuple[int, ...]:
        """One statement."""
        people = _due(now).subquery()
        found = await self._connection.execute(sa.select(people.c.shown).distinct().order_by(people.c.shown))
        return tuple(found.scalars())

    async def post(self, content: PostContent, now: datetime) -> int:
        """One statement, five where the post is new."""
        return await self._own_post(OWN_AREA, content, now)

    async def send(self, post_id: int, shown: int, now: datetime, stale_at: datetime) -> int:
        """Four statements."""
        occurrence_id = await self._today(post_id, now, stale_at)
        people = _due(now).subquery()
        mine = (
            sa.select(
                people.c.id,
                people.c.precinct,
                people.c.shown,
                sa.literal(now, area_cards.c.queued_at.type),
                sa.literal(occurrence_id, area_cards.c.occurrence_id.type),
            )
            .where(people.c.shown == shown)
            .order_by(people.c.id)
            .limit(AT_ONCE)
        )
        await self._note(OWN_AREA, ["contact_id", "precinct", "shown", "queued_at", "occurrence_id"], mine)
        return await self._queue(OWN_AREA, occurrence_id, now)

    async def free(self, now: datetime) -> int:
        """One delete."""
        return await self._free(OWN_AREA, now)


def _open_joint(row: Any) -> OpenJoint:
    joined, outcome = bool(row.joined), row.outcome or ""
    return OpenJoint(row.id, row.goal, row.last_day, row.start, row.shown, joined, outcome)


def _offered(contact_id: int, precinct: int | None, now: datetime) -> sa.Select[Any]:
    """Conditional pledges of the precinct that are open, and those that they are in and ended lately."""
    mine = sa.exists().where(joint_joins.c.joint_id == joints.c.id, joint_joins.c.contact_id == contact_id)
    joined = sa.case((mine, 1), else_=0).label("joined")
    offered = sa.select(sa.literal("").label("area"), joints.c.shown, *(joints.c[name] for name in _OFFERED), joined)
    here = sa.and_(
        joints.c.status == JointStatus.OPEN, joints.c.precinct == precinct, joints.c.last_day >= to_wall(now).date()
    )
    theirs = sa.and_(joints.c.status == JointStatus.CLOSED, joints.c.closed_at > now - SEEN_FOR, mine)
    return offered.where(sa.or_(here, theirs))


def _due(now: datetime) -> sa.Select[Any]:
    """Contact, precinct and the figure that they have not been told."""
    mine = area_cards.c.contact_id == contacts.c.id
    told = sa.exists().where(
        mine, area_cards.c.precinct == contacts.c.precinct, area_cards.c.shown == area_figures.c.shown
    )
    last = sa.select(sa.func.max(area_cards.c.queued_at)).where(mine).correlate(contacts).scalar_subquery()
    since = sa.func.coalesce(last, contacts.c.created_at, type_=contacts.c.created_at.type)
    own = area_figures.c.area == sa.literal("precinct:").concat(sa.cast(contacts.c.precinct, sa.String))
    return (
        sa.select(contacts.c.id, contacts.c.precinct, area_figures.c.shown)
        .select_from(freezing.ADDRESSED.join(area_figures, own))
        .where(
            may_get_one(CampaignKind.AWARENESS, now),
            area_figures.c.shown.is_not(None),
            ~told.correlate(contacts, area_figures),
            sa.or_(since <= now - CARD_EVERY, area_figures.c.step_at > since),
        )
    )
