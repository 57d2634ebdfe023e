"""Conditional pledges of an area: who is in, what is seen of it, and its one message."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignKind, PostContent
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.joint import TOLD_FOR, Joint, JointStatus, NewJoint, Outcome, Start
from campaign_engine.domain.planner import Priority
from campaign_engine.store import freezing
from campaign_engine.store.confirming import is_confirmed
from campaign_engine.store.own_posts import AT_ONCE, Line, OwnPosts, may_get_one
from campaign_engine.store.tables import contacts, joint_joins, joint_words, joints
from campaign_engine.store.upsert import insert

TOGETHER = Line("Together", CampaignKind.PLEDGE, Priority.CAMPAIGN, joint_words)
PAGE = 8
_ENDED = (JointStatus.CLOSED, JointStatus.DROPPED)


class SqlJointsRepository(OwnPosts):
    """Implements ports.joints.JointsRepository."""

    async def add(self, new: NewJoint, author_id: int, now: datetime) -> int:
        """One insert."""
        row = joints.insert().values(
            precinct=new.precinct, goal=new.goal, last_day=new.last_day, start=new.start, anyway=new.anyway,
            status=JointStatus.SUBMITTED, author_id=author_id, created_at=now, frozen=0,
        )  # fmt: skip
        return int((await self._connection.execute(row.returning(joints.c.id))).scalar_one())

    async def get(self, joint_id: int) -> Joint:
        """One read."""
        row = (await self._connection.execute(sa.select(joints).where(joints.c.id == joint_id))).one_or_none()
        if row is None:
            raise NotFound("This is gone.", "Open the list again.", "no_joint")
        return _joint(row)

    async def listed(self, precincts: Collection[int], *, waiting: bool = False) -> tuple[Joint, ...]:
        """One read."""
        status = joints.c.status == JointStatus.SUBMITTED if waiting else joints.c.status != JointStatus.DROPPED
        found = sa.select(joints).where(joints.c.precinct.in_(precincts), status)
        rows = await self._connection.execute(found.order_by(joints.c.id.desc()).limit(PAGE))
        return tuple(_joint(row) for row in rows)

    async def decide(self, joint_id: int, status: JointStatus, approver_id: int) -> bool:
        """One update."""
        mine = joints.update().where(joints.c.id == joint_id, joints.c.status == JointStatus.SUBMITTED)
        return (await self._connection.execute(mine.values(status=status, approver_id=approver_id))).rowcount == 1

    async def set_anyway(self, joint_id: int, *, anyway: bool) -> bool:
        """One update."""
        mine = joints.update().where(joints.c.id == joint_id, joints.c.status.not_in(_ENDED))
        return (await self._connection.execute(mine.values(anyway=anyway))).rowcount == 1

    async def join(self, joint_id: int, contact_id: int, today: date) -> bool:
        """One statement; a second tap gives the same row."""
        theirs = sa.select(
            joints.c.id, sa.literal(contact_id, contacts.c.id.type), sa.literal(today, joint_joins.c.joined_on.type)
        ).where(
            joints.c.id == joint_id,
            joints.c.status == JointStatus.OPEN,
            joints.c.last_day >= today,
            sa.exists().where(contacts.c.id == contact_id, contacts.c.precinct == joints.c.precinct),
        )
        row = insert(self._connection, joint_joins).from_select(["joint_id", "contact_id", "joined_on"], theirs)
        there = row.on_conflict_do_update(
            index_elements=["joint_id", "contact_id"], set_={"joined_on": joint_joins.c.joined_on}
        )
        return await self._connection.scalar(there.returning(joint_joins.c.joint_id)) is not None

    async def leave(self, joint_id: int, contact_id: int) -> None:
        """One delete."""
        c = joint_joins.c
        await self._connection.execute(joint_joins.delete().where(c.joint_id == joint_id, c.contact_id == contact_id))

    async def open_ones(self) -> tuple[tuple[Joint, int, date | None], ...]:
        """One read."""
        counted = (joint_joins.c.joint_id == joints.c.id, is_confirmed(joint_joins.c.contact_id))
        joined = sa.select(sa.func.count()).where(*counted).scalar_subquery()
        found = sa.select(joints, joined.label("joined")).where(joints.c.status == JointStatus.OPEN)
        rows = await self._connection.execute(found.order_by(joints.c.id))
        return tuple((_joint(row), int(row.joined), row.counted_on) for row in rows)

    async def freeze(self, joint_id: int, frozen: int, shown: int | None, today: date) -> None:
        """One update."""
        mine = joints.update().where(joints.c.id == joint_id, joints.c.status == JointStatus.OPEN)
        await self._connection.execute(mine.values(frozen=frozen, shown=shown, counted_on=today))

    async def close(self, joint: Joint, outcome: Outcome, shown: int | None, now: datetime) -> bool:
        """One update, of what was read only: whoever changed their mind in between is heard at the next tick."""
        c = joints.c
        mine = joints.update().where(c.id == joint.id, c.status == JointStatus.OPEN, c.anyway == joint.plan.anyway)
        ended = mine.values(status=JointStatus.CLOSED, outcome=outcome, shown=shown, closed_at=now)
        return (await self._connection.execute(ended)).rowcount == 1

    async def free(self, now: datetime) -> int:
        """One delete."""
        return await self._free(TOGETHER, now)

    async def untold(self, now: datetime) -> tuple[Joint, ...]:
        """One read."""
        people = _untold(now).subquery()
        found = sa.select(joints).where(joints.c.id.in_(sa.select(people.c.joint_id))).order_by(joints.c.id)
        return tuple(_joint(row) for row in await self._connection.execute(found))

    async def post(self, content: PostContent, now: datetime) -> int:
        """One statement, five where the post is new."""
        return await self._own_post(TOGETHER, content, now)

    async def send(self, post_id: int, joint_id: int, now: datetime, stale_at: datetime) -> int:
        """Four statements."""
        occurrence_id = await self._today(post_id, now, stale_at)
        people = _untold(now).subquery()
        occurrence = sa.literal(occurrence_id, joint_words.c.occurrence_id.type)
        mine = sa.select(people.c.joint_id, people.c.contact_id, occurrence).where(people.c.joint_id == joint_id)
        mine = mine.order_by(people.c.contact_id).limit(AT_ONCE)
        await self._note(TOGETHER, ["joint_id", "contact_id", "occurrence_id"], mine)
        return await self._queue(TOGETHER, occurrence_id, now)

    async def forget_joins(self, closed_before: datetime) -> int:
        """Two deletes."""
        over = sa.select(joints.c.id).where(joints.c.closed_at < closed_before)
        gone = 0
        for table in (joint_joins, joint_words):
            gone += (await self._connection.execute(table.delete().where(table.c.joint_id.in_(over)))).rowcount
        return gone

    async def forget(self, closed_before: datetime) -> int:
        """One delete; what nobody ever opened goes by the day it was handed in."""
        last = sa.case((joints.c.status == JointStatus.CLOSED, joints.c.closed_at), else_=joints.c.created_at)
        over = joints.delete().where(joints.c.status != JointStatus.OPEN, last < closed_before)
        return (await self._connection.execute(over)).rowcount


def _untold(now: datetime) -> sa.Select[Any]:
    """Pairs of a joint pledge that ended lately and somebody who is in it and may be told now."""
    mine = joint_joins.c.contact_id == contacts.c.id
    told = sa.exists().where(
        joint_words.c.joint_id == joint_joins.c.joint_id, joint_words.c.contact_id == joint_joins.c.contact_id
    )
    source = freezing.ADDRESSED.join(joint_joins, mine).join(joints, joints.c.id == joint_joins.c.joint_id)
    return (
        sa.select(joint_joins.c.joint_id, joint_joins.c.contact_id)
        .select_from(source)
        .where(
            joints.c.status == JointStatus.CLOSED,
            joints.c.closed_at > now - TOLD_FOR,
            may_get_one(CampaignKind.PLEDGE, now),
            ~told.correlate(joint_joins),
        )
    )


def _joint(row: Any) -> Joint:
    return Joint(
        row.id,
        NewJoint(row.precinct, row.goal, row.last_day, Start(row.start), bool(row.anyway)),
        JointStatus(row.status),
        row.author_id or 0,
        row.frozen,
        row.shown,
        Outcome(row.outcome) if row.outcome else None,
        row.closed_at,
    )
