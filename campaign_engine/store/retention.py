"""Removing what has been kept long enough; what reports need is counted in the same transaction (safety A5)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import UNSETTLED, DeliveryStatus, shuts_out
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import closing, facts
from campaign_engine.store import tables as t
from campaign_engine.store.audit import cut
from campaign_engine.store.confirming import UNCONFIRMED
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert, upsert

_LOCK = 0x6B656570  # "keep": two processes must not count the same rows
_STAY = tuple(status for status in UNSETTLED if status is not DeliveryStatus.UNCONFIRMED)
_ENDED = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
_LEAVING = (ActionKind.OPT_OUT, ActionKind.DELETE, ActionKind.PAUSE)
_BLOCK = 400
"""Rows of one insert; SQLite takes a bounded number of values."""

First = tuple[int, int, str, int | None]
"""Contact, campaign, what, precinct."""


class SqlRetentionRepository(Transaction):
    """Implements ports.retention.RetentionRepository."""

    async def count_deliveries(self, before: datetime, limit: int) -> int:
        """One read, three writes."""
        await self._alone()
        c = t.deliveries.c
        old = (
            sa.select(c.id, c.contact_id, c.lane, c.precinct, c.site_id, c.status, c.reason)
            .add_columns(t.posts.c.campaign_id, t.occurrences.c.wall_time)
            .join(t.occurrences, t.occurrences.c.id == c.occurrence_id)
            .join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
            .where(~c.is_room, c.updated_at < before, c.status.not_in(_STAY))
            .order_by(c.id)
            .limit(limit)
        )
        rows = (await self._connection.execute(old)).all()
        counts = Counter(
            (
                row.campaign_id,
                row.wall_time.date(),
                row.lane,
                row.precinct or 0,
                row.site_id or 0,
                row.status,
                row.reason,
            )
            for row in rows
        )
        await self._add(t.delivery_counts, "messages", counts)
        await self._first([first for row in rows for first in _met(row)])
        await self._connection.execute(t.deliveries.delete().where(c.id.in_([row.id for row in rows])))
        return len(rows)

    async def count_actions(self, before: datetime, limit: int) -> int:
        """Two reads more where somebody left."""
        await self._alone()
        c = t.actions.c
        old = sa.select(t.actions).where(c.day < to_wall(before).date()).order_by(c.id).limit(limit)
        rows = (await self._connection.execute(old)).all()
        firsts = [first for row in rows for first in _took_part(row)]
        left = [row for row in rows if row.kind in _LEAVING]
        if left:
            firsts += await self._count_leavers(left)
        await self._first(firsts)
        await facts.keep_actions(self._connection, [row.id for row in rows])
        await self._connection.execute(t.actions.delete().where(c.id.in_([row.id for row in rows])))
        return len(rows)

    async def close_campaigns(self, ended_before: datetime, now: datetime) -> int:
        """See store.closing."""
        await self._alone()
        c = t.campaigns.c
        ended = sa.select(c.id).where(
            c.status.in_(_ENDED),
            sa.func.coalesce(c.finished_at, c.launched_at) < ended_before,
            c.id.not_in(sa.select(t.closings.c.campaign_id)),
        )
        numbers = (await self._connection.execute(ended)).scalars().all()
        for number in numbers:
            await closing.close(self._connection, number, now)
        return len(numbers)

    async def forget_inactive(self, seen_before: datetime, limit: int) -> int:
        """Counts lose their link by SET NULL, as when somebody deletes themselves."""
        c = t.contacts.c
        gone = (
            sa.select(c.id, t.addresses.c.address_hash)
            .outerjoin(t.addresses, t.addresses.c.contact_id == c.id)
            .where(c.last_seen_at < seen_before, c.id.not_in(sa.select(t.staff_members.c.contact_id)))
            .order_by(c.id)
            .limit(limit)
        )
        rows = (await self._connection.execute(gone)).all()
        hashes = [row.address_hash for row in rows if row.address_hash]
        for table in (t.dialogues, t.inbox):
            await self._connection.execute(table.delete().where(table.c.address_hash.in_(hashes)))
        gone_ids = [row.id for row in rows]
        # Who never counted leaves no pledge behind: one without a person would count (threats T10).
        unsure = t.pledges.c.contact_id.in_(UNCONFIRMED)
        await self._connection.execute(t.pledges.delete().where(t.pledges.c.contact_id.in_(gone_ids), unsure))
        await self._connection.execute(t.contacts.delete().where(c.id.in_(gone_ids)))
        return len(rows)

    async def forget_invites(self, now: datetime) -> int:
        """Three deletes."""
        c, today = t.role_invites.c, to_wall(now).date()
        removed = await self._delete(t.role_invites, sa.or_(c.expires_at <= now, c.used_at.is_not(None)))
        removed += await self._delete(t.invite_slots, t.invite_slots.c.last_day < today)
        return removed + await self._delete(t.used_invites, t.used_invites.c.forget_on < today)

    async def forget_counters(self, before: datetime) -> int:
        """One delete."""
        return await self._delete(t.counters, t.counters.c.day < to_wall(before).date())

    async def forget_campaign_work(self, ended_before: datetime) -> int:
        """The campaign's own row stays for its report, without its author."""
        c = t.campaigns.c
        last = sa.func.coalesce(c.finished_at, c.launched_at, c.created_at)
        over = sa.select(c.id).where(
            c.status.not_in((CampaignStatus.RUNNING, CampaignStatus.PAUSED)), last < ended_before
        )
        author = t.campaigns.update().where(c.id.in_(over), c.author_id.is_not(None)).values(author_id=None)
        await self._connection.execute(author)
        return await self._delete(t.posts, t.posts.c.campaign_id.in_(over))

    async def forget_holds(self, ended_before: datetime) -> int:
        """Two deletes; what hangs on a hold goes with it."""
        said = t.incidents.c
        gone = await self._delete(t.incidents, sa.func.coalesce(said.confirmed_at, said.declared_at) < ended_before)
        return gone + await self._delete(t.holds, t.holds.c.ended_at < ended_before)

    async def forget_rooms(self, linked_before: datetime) -> int:
        """One delete; not of a room that is still in a report."""
        r = t.rooms.c
        unused = [~sa.exists().where(table.c.room_id == r.id) for table in (t.room_figures, t.deliveries)]
        return await self._delete(t.rooms, sa.and_(~r.active, r.linked_at < linked_before, *unused))

    async def forget_room_figures(self, counted_before: datetime) -> int:
        """One delete."""
        return await self._delete(t.room_figures, t.room_figures.c.counted_at < counted_before)

    async def forget_uploads(self, uploaded_before: datetime) -> int:
        """One delete."""
        return await self._delete(t.uploads, t.uploads.c.uploaded_at < uploaded_before)

    async def cut_audit(self, before: datetime) -> int:
        """See store.audit."""
        return await cut(self._connection, before)

    async def note_run(self, rule: str, now: datetime, removed: int) -> None:
        """One upsert."""
        noted = upsert(self._connection, t.retention_runs, change=("ran_at", "removed"))
        await self._connection.execute(noted.values(rule=rule, ran_at=now, removed=removed))

    async def last_runs(self) -> Mapping[str, tuple[datetime, int]]:
        """One read."""
        rows = await self._connection.execute(sa.select(t.retention_runs))
        return {row.rule: (row.ran_at, row.removed) for row in rows}

    async def _count_leavers(self, left: Sequence[sa.Row[Any]]) -> list[First]:
        """Somebody left every campaign that ran that day and was theirs; who has no row any more is counted at once."""
        firsts: list[First] = []
        counts: Counter[tuple[int, str, int]] = Counter()
        written_to = await self._written_to([row.contact_id for row in left if row.contact_id is not None])
        for campaign_id, first, last, targets in await self._runs():
            for row in left:
                theirs = row.precinct in targets or (row.contact_id, campaign_id) in written_to
                if not first <= row.day <= last or not (theirs or row.campaign_id == campaign_id):
                    continue
                if row.contact_id is None:
                    counts[campaign_id, row.kind, row.precinct or 0] += 1
                else:
                    firsts.append((row.contact_id, campaign_id, row.kind, row.precinct))
        await self._add(t.leaver_counts, "people", counts)
        return firsts

    async def _runs(self) -> list[tuple[int, date, date, frozenset[int]]]:
        """Campaigns with their first and last New York day and their precincts."""
        c = t.campaigns.c
        launched = sa.select(c.id, c.launched_at, c.finished_at).where(c.launched_at.is_not(None))
        targets: dict[int, set[int]] = {}
        for row in await self._connection.execute(sa.select(t.campaign_targets)):
            targets.setdefault(row.campaign_id, set()).add(row.precinct)
        return [
            (
                row.id,
                to_wall(row.launched_at).date(),
                to_wall(row.finished_at).date() if row.finished_at else date.max,
                frozenset(targets.get(row.id, ())),
            )
            for row in await self._connection.execute(launched)
        ]

    async def _written_to(self, contacts: Sequence[int]) -> set[tuple[int, int]]:
        """Contact and campaign, of rows that are still there and of first times."""
        c = t.deliveries.c
        sent = (
            sa.select(c.contact_id, t.posts.c.campaign_id)
            .join(t.occurrences, t.occurrences.c.id == c.occurrence_id)
            .join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
            .where(c.contact_id.in_(contacts), c.status == DeliveryStatus.SENT, ~c.is_room)
        )
        f = t.first_times.c
        before = sa.select(f.contact_id, f.campaign_id).where(f.contact_id.in_(contacts), f.what == closing.DELIVERED)
        return {(row[0], row[1]) for row in await self._connection.execute(sent.union(before))}

    async def _first(self, firsts: Sequence[First]) -> None:
        known = list(dict.fromkeys(firsts))
        for at in range(0, len(known), _BLOCK):
            block = known[at : at + _BLOCK]
            there = await self._held({each[0] for each in block})
            rows = [
                dict(zip(("contact_id", "campaign_id", "what", "precinct"), each, strict=True))
                for each in block
                if each[0] in there
            ]
            if rows:
                await self._connection.execute(
                    insert(self._connection, t.first_times).values(rows).on_conflict_do_nothing()
                )

    async def _held(self, contacts: Collection[int]) -> set[int]:
        """Who of them is there and cannot be deleted until the end: a flag has no foreign key on PostgreSQL."""
        c = t.contacts.c
        there = sa.select(c.id).where(c.id.in_(contacts)).order_by(c.id).with_for_update(key_share=True, read=True)
        return set((await self._connection.execute(there)).scalars())

    async def _add(self, table: sa.Table, counted: str, counts: Counter[Any]) -> None:
        keys = [column.name for column in table.primary_key]
        rows = [dict(zip(keys, key, strict=True)) | {counted: count} for key, count in counts.items()]
        for at in range(0, len(rows), _BLOCK):
            added = insert(self._connection, table).values(rows[at : at + _BLOCK])
            more = {counted: table.c[counted] + added.excluded[counted]}
            await self._connection.execute(added.on_conflict_do_update(index_elements=keys, set_=more))

    async def _delete(self, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
        return (await self._connection.execute(table.delete().where(which))).rowcount

    async def _alone(self) -> None:
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _met(row: sa.Row[Any]) -> list[First]:
    if row.contact_id is None:
        return []
    if row.status == DeliveryStatus.SENT:
        return [(row.contact_id, row.campaign_id, closing.DELIVERED, None)]
    return [(row.contact_id, row.campaign_id, closing.BLOCKED, None)] if shuts_out(row.status, row.reason) else []


def _took_part(row: sa.Row[Any]) -> list[First]:
    if row.contact_id is None or row.campaign_id is None or row.kind in _LEAVING:
        return []
    what = closing.JOINED if row.kind == ActionKind.JOIN else closing.ENGAGED
    return [(row.contact_id, row.campaign_id, what, None)]
