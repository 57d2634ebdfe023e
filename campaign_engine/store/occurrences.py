"""Firings of posts: opened once, frozen into deliveries, closed when nothing of them can leave any more."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus, topic_of
from campaign_engine.domain.contact import Topic
from campaign_engine.domain.delivery import TO_LEAVE, DeliveryStatus, OccurrenceStatus
from campaign_engine.domain.planner import first_leaving, priority_of
from campaign_engine.domain.ranges import Range
from campaign_engine.ports.sending import Frozen, LivePost, NewOccurrence, Unfrozen
from campaign_engine.store import freezing, holding
from campaign_engine.store.tables import (
    campaigns,
    contacts,
    deliveries,
    occurrences,
    own_posts,
    post_versions,
    posts,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states
from campaign_engine.store.upsert import insert

log = logging.getLogger(__name__)

_LIVE = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING)
_ENDED = (CampaignStatus.CANCELLED, CampaignStatus.FINISHED)
_FOREVER = datetime.max.replace(tzinfo=UTC)
_STILL_SENDING = (*TO_LEAVE, DeliveryStatus.SENDING)
_NOTHING: Mapping[str, int] = MappingProxyType({})
_COUNTED = {"preserve_rowcount": True}
_MANY = 1_000
_LAST_CONTACT = sa.select(sa.func.max(contacts.c.id))
_LAST_DELIVERY = sa.select(sa.func.max(deliveries.c.id))

Made = Callable[..., sa.Insert]
"""`freezing.people` or `freezing.in_rooms`."""


class SqlOccurrencesRepository(Transaction):
    """Implements ports.sending.OccurrencesRepository.

    Whatever changes several rows of an occurrence locks the occurrence first, so that two clocks take turns and each
    sees all that the other did.
    """

    async def live_posts(self) -> tuple[LivePost, ...]:
        """One statement; a version whose content is not what was approved is left out (safety S1)."""
        wanted = _posts().where(campaigns.c.status.in_(_LIVE), posts.c.status == PostStatus.APPROVED)
        rows = await self._connection.execute(wanted.where(post_versions.c.approved_at.is_not(None)))
        found = ((row, _live_post(row)) for row in rows)
        return tuple(post for row, post in found if post.content.content_hash() == row.content_hash)

    async def open(self, new: NewOccurrence, *, missed: bool = False) -> int | None:
        """One insert from a guarded select."""
        status = OccurrenceStatus.EXPIRED if missed else OccurrenceStatus.OPEN
        values = {
            "version": new.version,
            "wall_time": new.wall_time,
            "due_at": new.due_at,
            "stale_at": new.stale_at,
            "status": status,
            "frozen_people": 0,
            "frozen_rooms": 0,
        }
        typed = (sa.literal(value, occurrences.c[name].type) for name, value in values.items())
        approved = sa.select(posts.c.id, *typed).where(
            posts.c.id == new.post_id, posts.c.version == new.version, posts.c.status == PostStatus.APPROVED
        )
        opened = insert(self._connection, occurrences).from_select(["post_id", *values], approved)
        key = [occurrences.c.post_id, occurrences.c.wall_time]
        once = opened.on_conflict_do_nothing(index_elements=key).returning(occurrences.c.id)
        occurrence_id: int | None = await self._connection.scalar(once)
        return occurrence_id

    async def unfrozen(self) -> tuple[Unfrozen, ...]:
        """One statement."""
        of_version = sa.and_(
            post_versions.c.post_id == occurrences.c.post_id, post_versions.c.version == occurrences.c.version
        )
        wanted = (
            sa.select(
                occurrences.c.id,
                occurrences.c.post_id,
                posts.c.campaign_id,
                campaigns.c.kind,
                post_versions.c.content,
                post_versions.c.approved_at,
            )
            .join(posts, posts.c.id == occurrences.c.post_id)
            .join(post_versions, of_version)
            .join(campaigns, campaigns.c.id == posts.c.campaign_id)
            .where(occurrences.c.status == OccurrenceStatus.OPEN, occurrences.c.frozen_at.is_(None))
            .order_by(occurrences.c.due_at, occurrences.c.id)
        )
        return tuple(_unfrozen(row) for row in await self._connection.execute(wanted))

    async def reaches(self, occurrence: Unfrozen, number: int, now: datetime) -> bool:
        """One statement, which counts no further."""
        return bool(await self._connection.scalar(freezing.first_people(occurrence, number, now)) == number)

    async def freeze(self, occurrence: Unfrozen, now: datetime, within: Range | None = None) -> Frozen:
        """At most fourteen statements, and three more where a hold keeps something back."""
        still_open = sa.and_(
            occurrences.c.id == occurrence.id,
            occurrences.c.status == OccurrenceStatus.OPEN,
            occurrences.c.frozen_at.is_(None),
        )
        if not await self._locked(still_open):
            return Frozen(0, 0)
        begun, bounds = time.monotonic(), freezing.RANGES[self._connection.dialect.name]
        people, mine = 0, within or Range(0, bounds.first)
        if not occurrence.rooms_only:
            ends = {"after": mine.after, "last": mine.last}
            people = await self._freeze_in(occurrence, freezing.people, now, ends)
            if (await self._connection.scalar(_LAST_CONTACT) or 0) > mine.last:
                await self._connection.execute(freezing.counted(occurrence.id, people=people))
                return Frozen(people, 0, rest=mine.then(people, time.monotonic() - begun, bounds))
        rooms = 0
        if occurrence.topic is not Topic.CHECK_INS:
            # A check-in goes to nobody but the subscribers of check-ins (safety I2).
            rooms = await self._freeze_in(occurrence, freezing.in_rooms, now)
        frozen = freezing.counted(occurrence.id, people=people, rooms=rooms)
        await self._connection.execute(frozen.values(frozen_at=now))
        if (within or people > _MANY) and self._connection.dialect.name == "postgresql":
            # Until it looks by itself, a minute or more later, it takes a table that grew at once for a small one, and
            # reads all of it for each claim. A tenth of its usual sample says that much.
            await self._connection.execute(sa.text("SET LOCAL default_statistics_target = 10"))
            await self._connection.execute(sa.text("ANALYZE deliveries"))
        return Frozen(people, rooms)

    async def expire(self, now: datetime) -> int:
        """One read that locks, and two updates where something is stale."""
        stale = sa.and_(occurrences.c.status == OccurrenceStatus.OPEN, occurrences.c.stale_at <= now)
        ids = await self._locked(stale)
        if not ids:
            return 0
        expired = await self._settle(ids, DeliveryStatus.EXPIRED, "stale", now)
        await self._close(ids, OccurrenceStatus.EXPIRED)
        return expired

    async def cancel_withdrawn(self, now: datetime) -> int:
        """One read that locks, and two updates per reason where something was withdrawn."""
        edited = sa.or_(posts.c.version != occurrences.c.version, posts.c.status != PostStatus.APPROVED)
        withdrawn = (
            sa.select(occurrences.c.id, campaigns.c.status)
            .join(posts, posts.c.id == occurrences.c.post_id)
            .join(campaigns, campaigns.c.id == posts.c.campaign_id)
            .where(
                occurrences.c.status == OccurrenceStatus.OPEN,
                sa.or_(edited, campaigns.c.status.in_(_ENDED)),
                ~holding.is_notice(posts.c.id),
            )
            .order_by(occurrences.c.id)
            .with_for_update(of=occurrences)
        )
        by_reason: dict[str, list[int]] = {}
        for row in await self._connection.execute(withdrawn):
            by_reason.setdefault(row.status if row.status in _ENDED else "edited", []).append(row.id)
        cancelled = 0
        for reason, ids in by_reason.items():
            cancelled += await self._settle(ids, DeliveryStatus.CANCELLED, reason, now)
            await self._close(ids, OccurrenceStatus.CANCELLED)
        return cancelled

    async def over(self, now: datetime) -> tuple[int, ...]:
        """One statement, and one where the last firing of some campaign lies behind."""
        own = posts.c.id.in_(sa.select(own_posts.c.post_id))
        wanted = _posts().where(
            campaigns.c.status == CampaignStatus.RUNNING, posts.c.status != PostStatus.WITHDRAWN, ~own
        )
        fired_for_good: dict[int, bool] = {}
        for row in await self._connection.execute(wanted):
            done = row.post_status == PostStatus.APPROVED and next(_live_post(row).due(_FOREVER), None) is None
            fired_for_good[row.campaign_id] = fired_for_good.get(row.campaign_id, True) and done
        ids = [campaign_id for campaign_id, done in fired_for_good.items() if done]
        if not ids:
            return ()
        busy = set((await self._connection.execute(_busy(ids, now))).scalars())
        return tuple(campaign_id for campaign_id in ids if campaign_id not in busy)

    async def _locked(self, condition: sa.ColumnElement[bool]) -> Sequence[int]:
        """In one order for all, so that two clocks never wait for each other."""
        wanted = sa.select(occurrences.c.id).where(condition).order_by(occurrences.c.id).with_for_update()
        return (await self._connection.execute(wanted)).scalars().all()

    async def _freeze_in(
        self, occurrence: Unfrozen, made: Made, now: datetime, given: Mapping[str, int] = _NOTHING
    ) -> int:
        """Held within the transaction, so that nothing for a held precinct can be claimed in between (safety I1)."""
        newest = await self._connection.scalar(_LAST_DELIVERY) or 0
        added = await self._insert(partial(made, occurrence, now, self._connection.dialect.name), given)
        if await self._connection.scalar(holding.ANY_OPEN):
            await holding.keep_back(self._connection, [occurrence.id], now, newer_than=newest)
        return added

    async def _insert(self, made: Made, given: Mapping[str, int]) -> int:
        if self._connection.dialect.name == "postgresql":
            # To allow for rows that are there already, and for people who are being deleted, costs a fifth: the first
            # is where a freeze broke off, or where somebody's address has moved to another person meanwhile.
            try:
                async with self._connection.begin_nested(), self._by_hashing(wanted=bool(given)):
                    return await self._inserted(made(careful=False), given)
            except IntegrityError:
                log.info("some deliveries of an occurrence are there already, or somebody left meanwhile")
        return await self._inserted(made(careful=True), given)

    @asynccontextmanager
    async def _by_hashing(self, *, wanted: bool) -> AsyncIterator[None]:
        """PostgreSQL takes a range that is said of three tables for a sixteenth of it, and looks up row by row."""
        if wanted:
            await self._connection.execute(sa.text("SET LOCAL enable_nestloop = off"))
        yield
        if wanted:
            await self._connection.execute(sa.text("SET LOCAL enable_nestloop = DEFAULT"))

    async def _inserted(self, new: sa.Insert, given: Mapping[str, int]) -> int:
        return (await self._connection.execute(new, given, execution_options=_COUNTED)).rowcount

    async def _settle(self, ids: Iterable[int], after: DeliveryStatus, reason: str, now: datetime) -> int:
        """What a lane has in hand now stays with it, and is settled at a later tick if it comes back."""
        changed = (
            deliveries.update()
            .where(deliveries.c.occurrence_id.in_(ids), in_states(*TO_LEAVE))
            .values(status=after, reason=reason, updated_at=now)
        )
        return (await self._connection.execute(changed)).rowcount

    async def _close(self, ids: Iterable[int], unfrozen: OccurrenceStatus) -> None:
        """Once nothing of it can leave any more; `unfrozen` is what becomes of one that nobody was chosen for yet."""
        busy = sa.exists().where(deliveries.c.occurrence_id == occurrences.c.id, in_states(*_STILL_SENDING))
        after = sa.case((occurrences.c.frozen_at.is_(None), unfrozen), else_=OccurrenceStatus.CLOSED)
        closed = occurrences.update().where(occurrences.c.id.in_(ids), ~busy)
        await self._connection.execute(closed.values(status=after))


def _posts() -> sa.Select[Any]:
    """Posts in their current version, with their campaign."""
    newest = (
        sa.select(sa.func.max(occurrences.c.wall_time))
        .where(occurrences.c.post_id == posts.c.id)
        .scalar_subquery()
        .label("last_wall")
    )
    current = sa.and_(post_versions.c.post_id == posts.c.id, post_versions.c.version == posts.c.version)
    return (
        sa.select(
            posts.c.id,
            posts.c.version,
            posts.c.status.label("post_status"),
            posts.c.campaign_id,
            campaigns.c.status,
            campaigns.c.kind,
            post_versions.c.content,
            post_versions.c.content_hash,
            post_versions.c.approved_at,
            newest,
        )
        .join(campaigns, campaigns.c.id == posts.c.campaign_id)
        .join(post_versions, current)
        .order_by(posts.c.id)
    )


def _busy(campaign_ids: Iterable[int], now: datetime) -> sa.Select[Any]:
    """Those of the campaigns of which something may still leave."""
    waits_for_somebody = sa.and_(in_states(DeliveryStatus.UNCONFIRMED), occurrences.c.stale_at > now)
    moving = sa.exists().where(
        deliveries.c.occurrence_id == occurrences.c.id, sa.or_(in_states(*_STILL_SENDING), waits_for_somebody)
    )
    unfrozen = sa.and_(occurrences.c.status == OccurrenceStatus.OPEN, occurrences.c.frozen_at.is_(None))
    return (
        sa.select(posts.c.campaign_id)
        .join(occurrences, occurrences.c.post_id == posts.c.id)
        .where(posts.c.campaign_id.in_(campaign_ids), sa.or_(unfrozen, moving))
        .distinct()
    )


def _live_post(row: Any) -> LivePost:
    return LivePost(
        row.id,
        row.version,
        row.campaign_id,
        CampaignStatus(row.status),
        CampaignKind(row.kind),
        PostContent.from_json(row.content),
        row.approved_at,
        row.last_wall,
    )


def _unfrozen(row: Any) -> Unfrozen:
    content = PostContent.from_json(row.content)
    kind = CampaignKind(row.kind)
    topic = topic_of(kind)
    return Unfrozen(
        row.id,
        row.post_id,
        row.campaign_id,
        topic,
        content.channels,
        tuple(content.texts),
        content.rooms_only,
        content.without_rooms,
        content.needs_minimum and topic is not Topic.CHECK_INS,
        priority_of(kind),
        first_leaving(row.approved_at),
    )
