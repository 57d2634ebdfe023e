"""Campaigns with their posts and post versions."""

import dataclasses
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import (
    Campaign,
    CampaignKind,
    CampaignStatus,
    Draft,
    Post,
    PostContent,
    PostStatus,
    check_campaign_transition,
    check_post_transition,
)
from campaign_engine.domain.contact import LANGUAGES, Person
from campaign_engine.domain.errors import Conflict, NotFound, busy
from campaign_engine.domain.permission import LIVE
from campaign_engine.ports.planning import Logged, StaffContact
from campaign_engine.store import waiting
from campaign_engine.store.audit import line
from campaign_engine.store.compounds import DRAFT, LOGGED
from campaign_engine.store.tables import campaign_targets, campaigns, post_versions, posts, translators
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_ENDED = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
CURRENT = sa.and_(post_versions.c.post_id == posts.c.id, post_versions.c.version == posts.c.version)
"""The version that a post has now."""
_POSTS = posts.alias()
_TARGETS = (
    sa.select(sa.func.aggregate_strings(sa.cast(campaign_targets.c.precinct, sa.String), " "))
    .where(campaign_targets.c.campaign_id == campaigns.c.id)
    .scalar_subquery()
    .label("precincts")
)

_TRANSLATORS = (
    sa.select(sa.func.aggregate_strings(sa.cast(translators.c.contact_id, sa.String), " "))
    .where(translators.c.post_id.in_(sa.select(_POSTS.c.id).where(_POSTS.c.campaign_id == campaigns.c.id)))
    .correlate(campaigns)
    .scalar_subquery()
    .label("translators")
)


class SqlCampaignsRepository(Transaction):
    """Implements ports.planning.CampaignsRepository."""

    async def start(self, kind: CampaignKind, author_id: int, now: datetime) -> int:
        """Three inserts."""
        campaign_id = await self._insert(
            campaigns,
            title="",
            kind=kind,
            goal=0,
            languages=list(LANGUAGES),
            status=CampaignStatus.DRAFT,
            author_id=author_id,
            version=1,
            created_at=now,
        )
        post_id = await self._insert(posts, campaign_id=campaign_id, version=1, status=PostStatus.DRAFT)
        empty = Draft(campaign_id, kind).as_json()
        await self._connection.execute(
            post_versions.insert().values(
                post_id=post_id, version=1, content=empty, content_hash="", author_id=author_id, created_at=now
            )
        )
        return campaign_id

    async def current_draft(self, contact_id: int) -> Draft | None:
        """One statement."""
        newest = drafts().where(post_versions.c.author_id == contact_id)
        return await self._draft(newest.order_by(post_versions.c.created_at.desc(), posts.c.id.desc()))

    async def draft(self, campaign_id: int) -> Draft | None:
        """One statement."""
        return await self._draft(drafts().where(campaigns.c.id == campaign_id).order_by(posts.c.id))

    async def change_draft(self, draft: Draft, logged: Logged | None = None) -> None:
        """One statement."""
        whole = not set(draft.missing) - {"title", "goal"}
        changed = await DRAFT.run(
            self._connection,
            campaign_id=draft.campaign_id,
            read_version=draft.version,
            title=draft.title,
            goal=draft.goal,
            languages=list(draft.languages),
            post_id=draft.post_id,
            content=draft.as_json(),
            content_hash=draft.content().content_hash() if whole else "",
            **(dict.fromkeys(column.name for column in LOGGED) if logged is None else line(logged)),
        )
        if changed is None or changed[0] is None:
            raise _conflict()
        if logged is not None and changed[1] is None:
            raise busy()

    async def note_translator(self, post_id: int, contact_id: int) -> None:
        """One insert."""
        noted = insert(self._connection, translators).values(post_id=post_id, contact_id=contact_id)
        await self._connection.execute(noted.on_conflict_do_nothing())

    async def get(self, campaign_id: int) -> Campaign:
        """One statement."""
        found = await self._load(campaigns.c.id == campaign_id)
        if not found:
            raise NotFound("There is no such campaign.", "Open the list of campaigns and choose one.")
        return found[0]

    async def visible(self, contact_id: int, precincts: frozenset[int], limit: int = 10) -> tuple[Campaign, ...]:
        """One statement."""
        here = sa.exists().where(
            campaign_targets.c.campaign_id == campaigns.c.id, campaign_targets.c.precinct.in_(precincts)
        )
        shown = sa.or_(campaigns.c.author_id == contact_id, sa.and_(campaigns.c.status != CampaignStatus.DRAFT, here))
        ids = sa.select(campaigns.c.id).where(shown).order_by(campaigns.c.id.desc()).limit(limit)
        return tuple(reversed(await self._load(campaigns.c.id.in_(ids))))

    async def lately(self, since: datetime) -> tuple[Campaign, ...]:
        """One statement."""
        left = campaigns.c.status.not_in((CampaignStatus.DRAFT, CampaignStatus.CANCELLED))
        ended = sa.or_(campaigns.c.finished_at.is_(None), campaigns.c.finished_at > since)
        return await self._load(sa.and_(left, ended))

    async def set_status(self, campaign: Campaign, after: CampaignStatus, now: datetime) -> Campaign:
        """One update."""
        if after is not campaign.status:
            check_campaign_transition(campaign.status, after)
        values: dict[str, Any] = {"status": after, "version": campaign.version + 1}
        if after is CampaignStatus.RUNNING:
            values["launched_at"] = sa.func.coalesce(
                campaigns.c.launched_at, sa.literal(now, campaigns.c.launched_at.type)
            )
        if after in _ENDED:
            values["finished_at"] = now
        changed = await self._connection.execute(
            campaigns.update()
            .where(campaigns.c.id == campaign.id, campaigns.c.version == campaign.version)
            .values(values)
        )
        if not changed.rowcount:
            raise _conflict()
        return dataclasses.replace(campaign, status=after, version=campaign.version + 1)

    async def submit_posts(self, campaign_id: int) -> None:
        """One update."""
        await self._move_posts(campaign_id, (PostStatus.DRAFT,), PostStatus.SUBMITTED)

    async def return_posts(self, campaign_id: int) -> None:
        """One update."""
        await self._move_posts(campaign_id, (PostStatus.SUBMITTED,), PostStatus.DRAFT)

    async def approve_posts(self, campaign_id: int, approver_id: int, now: datetime) -> None:
        """Two updates."""
        waits = sa.exists().where(CURRENT, posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.SUBMITTED)
        await self._connection.execute(
            post_versions.update().where(waits).values(approver_id=approver_id, approved_at=now)
        )
        await self._move_posts(campaign_id, (PostStatus.SUBMITTED,), PostStatus.APPROVED)

    async def withdraw_posts(self, campaign_id: int) -> None:
        """One update."""
        still_open = tuple(status for status in PostStatus if status is not PostStatus.WITHDRAWN)
        await self._move_posts(campaign_id, still_open, PostStatus.WITHDRAWN)

    async def freeze_targets(self, campaign_id: int, precincts: tuple[int, ...], ranking_id: int) -> None:
        """Three statements."""
        await self._connection.execute(campaign_targets.delete().where(campaign_targets.c.campaign_id == campaign_id))
        rows = [{"campaign_id": campaign_id, "precinct": number} for number in precincts]
        await self._connection.execute(campaign_targets.insert(), rows)
        await self._connection.execute(
            campaigns.update().where(campaigns.c.id == campaign_id).values(ranking_id=ranking_id)
        )

    async def reopen(self, campaign_id: int, author_id: int, now: datetime) -> None:
        """Three statements."""
        mine = sa.exists().where(CURRENT, posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.DRAFT)
        await self._connection.execute(
            post_versions.update().where(mine, post_versions.c.author_id == author_id).values(created_at=now)
        )
        columns = ("post_id", "version", "content", "content_hash", "author_id", "created_at")
        copies = (
            sa.select(
                posts.c.id,
                posts.c.version + 1,
                post_versions.c.content,
                post_versions.c.content_hash,
                sa.literal(author_id, post_versions.c.author_id.type),
                sa.literal(now, post_versions.c.created_at.type),
            )
            .join(post_versions, CURRENT)
            .where(posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.APPROVED)
        )
        await self._connection.execute(post_versions.insert().from_select(columns, copies))
        await self._connection.execute(
            posts.update()
            .where(posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.APPROVED)
            .values(version=posts.c.version + 1, status=PostStatus.DRAFT)
        )

    async def restore_posts(self, campaign_id: int) -> None:
        """Two statements."""
        approved = (
            sa.select(sa.func.max(post_versions.c.version))
            .where(post_versions.c.post_id == posts.c.id, post_versions.c.approved_at.is_not(None))
            .scalar_subquery()
        )
        await self._connection.execute(
            posts.update()
            .where(posts.c.campaign_id == campaign_id, posts.c.status == PostStatus.DRAFT, approved.is_not(None))
            .values(version=approved, status=PostStatus.APPROVED)
        )
        thrown_away = sa.exists().where(
            posts.c.id == post_versions.c.post_id,
            posts.c.campaign_id == campaign_id,
            posts.c.version < post_versions.c.version,
        )
        await self._connection.execute(post_versions.delete().where(thrown_away))

    async def waiting_for(self, person: Person) -> tuple[Campaign, ...]:
        """At most one statement."""
        condition = waiting.for_person(person)
        return () if condition is None else await self._load(condition)

    async def approvers(self, campaign: Campaign) -> tuple[StaffContact, ...]:
        """One statement."""
        rows = await self._connection.execute(waiting.approvers(campaign.kind))
        return waiting.staff_contacts(rows, campaign, self._cipher)

    async def author(self, campaign: Campaign) -> StaffContact | None:
        """One statement."""
        return await self.staff_contact(campaign.author_id)

    async def staff_contact(self, contact_id: int) -> StaffContact | None:
        """One statement."""
        row = (await self._connection.execute(waiting.reachable(contact_id))).one_or_none()
        return waiting.staff_contact(row, self._cipher) if row else None

    async def _insert(self, table: sa.Table, **values: Any) -> int:
        inserted = await self._connection.execute(table.insert().values(values).returning(table.c.id))
        return int(inserted.scalar_one())

    async def _draft(self, statement: sa.Select[Any]) -> Draft | None:
        row = (await self._connection.execute(statement.limit(1))).one_or_none()
        return None if row is None else draft_of(row)

    async def _move_posts(self, campaign_id: int, before: tuple[PostStatus, ...], after: PostStatus) -> None:
        for status in before:
            check_post_transition(status, after)
        statement = posts.update().where(posts.c.campaign_id == campaign_id, posts.c.status.in_(before))
        await self._connection.execute(statement.values(status=after))

    async def _load(self, condition: sa.ColumnElement[bool]) -> tuple[Campaign, ...]:
        """Oldest first, with posts, in one statement."""
        statement = (
            sa.select(
                campaigns,
                _TARGETS,
                _TRANSLATORS,
                posts.c.id.label("post_id"),
                posts.c.version.label("post_version"),
                posts.c.status.label("post_status"),
                post_versions.c.content,
                post_versions.c.content_hash,
                post_versions.c.author_id.label("post_author_id"),
                post_versions.c.approver_id,
            )
            .join(posts, posts.c.campaign_id == campaigns.c.id)
            .join(post_versions, CURRENT)
            .where(condition)
            .order_by(campaigns.c.id, posts.c.id)
        )
        found: dict[int, list[Any]] = {}
        for row in await self._connection.execute(statement):
            found.setdefault(row.id, []).append(row)
        return tuple(_campaign(rows) for rows in found.values())


def drafts() -> sa.Select[Any]:
    """Posts in draft of campaigns that have not ended; what `draft_of` needs."""
    return (
        sa.select(
            campaigns.c.id,
            campaigns.c.kind,
            campaigns.c.title,
            campaigns.c.goal,
            campaigns.c.languages,
            campaigns.c.version,
            campaigns.c.status,
            posts.c.id.label("post_id"),
            post_versions.c.content,
            post_versions.c.author_id,
        )
        .where(posts.c.campaign_id == campaigns.c.id, CURRENT)
        .where(posts.c.status == PostStatus.DRAFT, campaigns.c.status.not_in(_ENDED))
    )


def draft_of(row: Any) -> Draft:
    """From a row of `drafts`."""
    return Draft(
        campaign_id=row.id,
        kind=row.kind,
        title=row.title,
        goal=row.goal,
        targets=row.content["targets"],
        texts=row.content["texts"],
        schedule=row.content["schedule"],
        channels=tuple(row.content["channels"]),
        pledge=row.content["pledge"],
        languages=tuple(row.languages),
        post_id=row.post_id,
        version=row.version,
        live=CampaignStatus(row.status) in LIVE,
        rooms_only=bool(row.content.get("rooms_only")),
        fixed=bool(row.content.get("fixed")),
        automatic=row.content.get("automatic", ""),
        asked=tuple(row.content.get("asked", ())),
        picture=row.content.get("picture"),
        without_rooms=tuple(row.content.get("without_rooms", ())),
        skipped=tuple(row.content.get("skipped", ())),
        before=row.content.get("before", {}),
    )


def _campaign(rows: list[Any]) -> Campaign:
    first = rows[0]
    return Campaign(
        id=first.id,
        title=first.title,
        kind=CampaignKind(first.kind),
        status=CampaignStatus(first.status),
        languages=tuple(first.languages),
        goal=first.goal,
        author_id=first.author_id or 0,
        created_at=first.created_at,
        precincts=_numbers(first.precincts),
        ranking_id=first.ranking_id,
        posts=tuple(_post(row) for row in rows if row.content_hash),
        version=first.version,
        launched_at=first.launched_at,
        translators=frozenset(_numbers(first.translators)),
    )


def _post(row: Any) -> Post:
    return Post(
        id=row.post_id,
        campaign_id=row.id,
        version=row.post_version,
        status=PostStatus(row.post_status),
        content=PostContent.from_json(row.content),
        author_id=row.post_author_id or 0,
        approver_id=row.approver_id,
    )


def _numbers(joined: str | None) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in (joined or "").split()))


def _conflict() -> Conflict:
    return Conflict("Somebody else changed this campaign just now.", "Open it again to see how it stands.")
