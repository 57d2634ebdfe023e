"""Posts that wait for a second person: since when, for whom, and what they were told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import WAITING, Campaign, Post, PostContent, PostStatus
from campaign_engine.domain.permission import OPEN
from campaign_engine.domain.schedule import Schedule
from campaign_engine.ports.approvals import Wait
from campaign_engine.store.tables import (
    campaign_targets,
    campaigns,
    occurrences,
    post_versions,
    posts,
    small_audiences,
    staff_members,
    waits,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_OPEN = tuple(sorted(OPEN))
_GOING = (*WAITING, PostStatus.APPROVED)
_CURRENT = sa.and_(waits.c.post_id == posts.c.id, waits.c.version == posts.c.version)
STILL_WAITS = sa.and_(
    _CURRENT, posts.c.status.in_(WAITING), campaigns.c.id == posts.c.campaign_id, campaigns.c.status.in_(_OPEN)
)


class SqlApprovalsRepository(Transaction):
    """Implements ports.approvals.ApprovalsRepository."""

    async def begin(self, campaign_id: int, now: datetime) -> None:
        """One read and one upsert for each post."""
        submitted = sa.select(posts.c.id, posts.c.version).where(
            posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.SUBMITTED
        )
        for row in (await self._connection.execute(submitted)).all():
            await self._begin(row.id, row.version, now)

    async def renew(self, post: Post, content: PostContent, now: datetime, fixer_id: int | None = None) -> None:
        """Three statements."""
        version = post.version + 1
        await self._connection.execute(
            post_versions.insert().values(
                post_id=post.id,
                version=version,
                content=content.as_json(),
                content_hash=content.content_hash(),
                author_id=post.author_id or None,
                created_at=now,
            )
        )
        status = PostStatus.SUBMITTED if fixer_id is None else PostStatus.FIXED
        await self._connection.execute(
            posts.update().where(posts.c.id == post.id).values(version=version, status=status)
        )
        await self._begin(post.id, version, now, fixer_id)

    async def follow(self, post: Post, content: PostContent, now: datetime) -> None:
        """Two statements."""
        current = sa.and_(post_versions.c.post_id == post.id, post_versions.c.version == post.version)
        columns = (
            "post_id",
            "version",
            "content",
            "content_hash",
            "created_at",
            "author_id",
            "approver_id",
            "approved_at",
        )
        values = {
            "version": post.version + 1,
            "content": content.as_json(),
            "content_hash": content.content_hash(),
            "created_at": now,
        }
        kept = sa.select(
            post_versions.c.post_id,
            *(sa.literal(value, post_versions.c[name].type) for name, value in values.items()),
            *(post_versions.c[name] for name in columns[5:]),
        ).where(current)
        await self._connection.execute(post_versions.insert().from_select(columns, kept))
        await self._connection.execute(posts.update().where(posts.c.id == post.id).values(version=post.version + 1))

    async def withdraw(self, post_id: int) -> None:
        """One update."""
        gone = posts.update().where(posts.c.id == post_id).values(status=PostStatus.WITHDRAWN)
        await self._connection.execute(gone)

    async def countersign(self, campaign_id: int, now: datetime) -> None:
        """Two updates."""
        fixed = sa.and_(posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.FIXED)
        version = sa.and_(post_versions.c.post_id == posts.c.id, post_versions.c.version == posts.c.version)
        fixer = sa.select(waits.c.fixer_id).where(
            waits.c.post_id == post_versions.c.post_id, waits.c.version == post_versions.c.version
        )
        await self._connection.execute(
            post_versions.update()
            .where(sa.exists().where(version, fixed))
            .values(approver_id=fixer.scalar_subquery(), approved_at=now)
        )
        await self._connection.execute(posts.update().where(fixed).values(status=PostStatus.APPROVED))

    async def undo_fixes(self, campaign_id: int) -> None:
        """One update and one delete."""
        # A fix is always made of a version that waited, so that the one before it is the author's own.
        await self._connection.execute(
            posts.update()
            .where(posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.FIXED)
            .values(version=posts.c.version - 1, status=PostStatus.DRAFT)
        )
        undone = sa.exists().where(
            posts.c.id == post_versions.c.post_id,
            posts.c.campaign_id == campaign_id,
            posts.c.version < post_versions.c.version,
        )
        await self._connection.execute(post_versions.delete().where(undone))

    async def bring_up(self, campaign_id: int, now: datetime) -> None:
        """One update."""
        drafts = sa.exists().where(
            posts.c.id == post_versions.c.post_id,
            posts.c.version == post_versions.c.version,
            posts.c.campaign_id == campaign_id,
            posts.c.status == PostStatus.DRAFT,
        )
        await self._connection.execute(post_versions.update().where(drafts).values(created_at=now))

    async def waits(self, campaign_id: int) -> tuple[Wait, ...]:
        """One statement."""
        before = post_versions.alias("before")
        made_of = sa.and_(before.c.post_id == posts.c.id, before.c.version == posts.c.version - 1)
        found = (
            _waits(before.c.content.label("before"))
            .outerjoin(before, made_of)
            .where(posts.c.campaign_id == campaign_id)
        )
        return tuple(_wait(row) for row in await self._connection.execute(found))

    async def own_waits(self, author_id: int) -> tuple[int, ...]:
        """One statement."""
        mine = (
            sa.select(campaigns.c.id, sa.func.min(waits.c.since))
            .select_from(waits)
            .join(posts, _CURRENT)
            .join(campaigns, campaigns.c.id == posts.c.campaign_id)
            .where(STILL_WAITS, campaigns.c.author_id == author_id)
            .group_by(campaigns.c.id)
            .order_by(sa.func.min(waits.c.since), campaigns.c.id)
        )
        return tuple((await self._connection.execute(mine)).scalars())

    async def all_waiting(self) -> tuple[Wait, ...]:
        """One statement."""
        found = _waits(sa.null().label("before")).where(waits.c.passed_at.is_(None))
        return tuple(_wait(row) for row in await self._connection.execute(found))

    async def nudge(self, quiet_since: datetime, most: int, now: datetime) -> tuple[Wait, ...]:
        """One update, and one read where somebody is to be nudged."""
        due = (
            waits.update()
            .where(
                sa.exists().where(STILL_WAITS),
                waits.c.passed_at.is_(None),
                waits.c.nudges < most,
                sa.func.coalesce(waits.c.nudged_at, waits.c.since) <= sa.literal(quiet_since, waits.c.since.type),
            )
            .values(nudges=waits.c.nudges + 1, nudged_at=now)
            .returning(waits.c.post_id)
        )
        ids = (await self._connection.execute(due)).scalars().all()
        if not ids:
            return ()
        found = _waits(sa.null().label("before")).where(posts.c.id.in_(ids))
        return tuple(_wait(row) for row in await self._connection.execute(found))

    async def mark_passed(self, post_id: int, now: datetime) -> bool:
        """One update."""
        missed = waits.update().where(
            waits.c.post_id == post_id, waits.c.passed_at.is_(None), sa.exists().where(STILL_WAITS)
        )
        return bool((await self._connection.execute(missed.values(passed_at=now))).rowcount)

    async def neighbours(self, campaign: Campaign, post_id: int) -> Sequence[Schedule]:
        """One statement."""
        version = sa.and_(post_versions.c.post_id == posts.c.id, post_versions.c.version == posts.c.version)
        shares = sa.exists().where(
            campaign_targets.c.campaign_id == campaigns.c.id, campaign_targets.c.precinct.in_(campaign.precincts)
        )
        others = (
            sa.select(post_versions.c.content)
            .select_from(posts)
            .join(post_versions, version)
            .join(campaigns, campaigns.c.id == posts.c.campaign_id)
            .where(posts.c.id != post_id, posts.c.status.in_(_GOING), campaigns.c.status.in_(_OPEN))
            .where(sa.or_(campaigns.c.id == campaign.id, shares))
        )
        contents = (await self._connection.execute(others)).scalars()
        return tuple(PostContent.from_json(content).schedule for content in contents)

    async def note_small(self, occurrence_id: int, now: datetime) -> None:
        """One insert."""
        noted = insert(self._connection, small_audiences).values(occurrence_id=occurrence_id, found_at=now)
        await self._connection.execute(noted.on_conflict_do_nothing())

    async def untold_small(self, now: datetime) -> tuple[int, ...]:
        """One update, and one read where somebody is to be told."""
        told = small_audiences.update().where(small_audiences.c.told_at.is_(None)).values(told_at=now)
        ids = (await self._connection.execute(told.returning(small_audiences.c.occurrence_id))).scalars().all()
        if not ids:
            return ()
        of = sa.select(posts.c.campaign_id).join(occurrences, occurrences.c.post_id == posts.c.id)
        wanted = of.where(occurrences.c.id.in_(ids)).order_by(occurrences.c.id)
        return tuple((await self._connection.execute(wanted)).scalars())

    async def _begin(self, post_id: int, version: int, now: datetime, fixer_id: int | None = None) -> None:
        values = {"since": now, "fixer_id": fixer_id, "nudges": 0, "nudged_at": None, "passed_at": None}
        anew = insert(self._connection, waits).values(post_id=post_id, version=version, **values)
        await self._connection.execute(
            anew.on_conflict_do_update(index_elements=list(waits.primary_key.columns), set_=values)
        )


def _waits(before: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return (
        sa.select(
            waits.c.post_id, posts.c.campaign_id, posts.c.status, waits.c.since, waits.c.fixer_id,
            staff_members.c.handle, before,
        )
        .select_from(waits)
        .join(posts, _CURRENT)
        .join(campaigns, campaigns.c.id == posts.c.campaign_id)
        .outerjoin(staff_members, staff_members.c.contact_id == waits.c.fixer_id)
        .where(STILL_WAITS)
        .order_by(posts.c.id)
    )  # fmt: skip


def _wait(row: Any) -> Wait:
    fixed = row.status == PostStatus.FIXED
    before = PostContent.from_json(row.before) if fixed and row.before else None
    return Wait(row.post_id, row.campaign_id, row.since, fixed, row.fixer_id, row.handle or "", before)
