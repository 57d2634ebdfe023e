"""Holds and incidents of precincts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.domain.delivery import DeliveryStatus, OccurrenceStatus
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.hold import INCIDENT_FOR, LONGEST, Hold, HoldEvent, HoldStep, HoldStory, Incident
from campaign_engine.domain.permission import WATCHERS, precincts_in
from campaign_engine.ports.holding import Actor, Settled, Watcher
from campaign_engine.store import holding, threads, waiting
from campaign_engine.store.grants import grant_of
from campaign_engine.store.tables import (
    addresses,
    contacts,
    deliveries,
    held_posts,
    hold_events,
    holds,
    incidents,
    occurrences,
    role_grants,
    staff_members,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlHoldsRepository(Transaction):
    """Implements ports.holding.HoldsRepository."""

    async def open(self, precincts: Iterable[int], now: datetime) -> tuple[Hold, ...]:
        """One statement."""
        wanted = sa.select(holds).where(_open(now), holds.c.precinct.in_(set(precincts))).order_by(holds.c.precinct)
        return tuple(_hold(row) for row in await self._connection.execute(wanted))

    async def locked(self, precinct: int, now: datetime) -> Hold | None:
        """Locks no key: a clock that counts what waits must not wait for it while it is waited for."""
        wanted = sa.select(holds).where(_open(now), holds.c.precinct == precinct).with_for_update(key_share=True)
        row = (await self._connection.execute(wanted)).one_or_none()
        return _hold(row) if row else None

    async def hold(self, precinct: int, by: Actor, now: datetime) -> Hold:
        """Of two at once the second one renews."""
        await self._end_old(now)
        new = insert(self._connection, holds).values(
            precinct=precinct, started_at=now, renewed_at=now, holder_id=by.contact_id, handle=by.handle,
            asked_handle="",
        )  # fmt: skip
        begun = new.on_conflict_do_nothing(
            index_elements=[holds.c.precinct], index_where=holds.c.ended_at.is_(None)
        ).returning(*holds.c)
        row = (await self._connection.execute(begun)).one_or_none()
        step = HoldStep.HOLD
        if row is None:
            step = HoldStep.RENEW
            again = holds.update().where(holds.c.precinct == precinct, holds.c.ended_at.is_(None))
            renewed = again.values(renewed_at=now, asked_by=None, asked_handle="").returning(*holds.c)
            row = (await self._connection.execute(renewed)).one()
        await self._note(row.id, step, by.handle, now)
        return _hold(row)

    async def ask_release(self, hold: Hold, by: Actor, now: datetime) -> None:
        """Two statements."""
        asked = holds.update().where(holds.c.id == hold.id)
        await self._connection.execute(asked.values(asked_by=by.contact_id, asked_handle=by.handle))
        await self._note(hold.id, HoldStep.ASK_RELEASE, by.handle, now)

    async def release(self, hold: Hold, by: Actor, now: datetime) -> None:
        """Two statements."""
        await self._connection.execute(holds.update().where(holds.c.id == hold.id).values(ended_at=now))
        await self._note(hold.id, HoldStep.RELEASE, by.handle, now)

    async def note(self, hold: Hold, step: HoldStep, by: Actor, now: datetime) -> None:
        """One insert."""
        await self._note(hold.id, step, by.handle, now)

    async def has_work(self, now: datetime) -> bool:
        """One statement over two short tables; a second one while somebody holds or something waits."""
        open_hold = sa.exists().where(holds.c.ended_at.is_(None))
        waits = sa.exists().where(held_posts.c.waiting)
        if not await self._connection.scalar(sa.select(sa.or_(open_hold, waits))):
            return False
        over = sa.exists().where(_over(now))
        moves = sa.exists().where(holding.to_move(now))
        return bool(
            await self._connection.scalar(sa.select(sa.or_(over, moves, sa.exists().where(holding.nothing_waits()))))
        )

    async def settle(self, now: datetime) -> Settled:
        """Three statements where nothing is to be moved, about eight where something is."""
        await self._end_old(now)
        ids = await self._touched(now)
        if not ids:
            await holding.close_posts(self._connection)
            return Settled()
        gone = sa.select(occurrences.c.id).where(occurrences.c.stale_at <= now)
        stale = sa.and_(holding.WAITING, deliveries.c.occurrence_id.in_(gone))
        expired = await holding.move(self._connection, ids, stale, (DeliveryStatus.EXPIRED, holding.REASON), now)
        free = sa.and_(holding.WAITING, ~holding.keeps_back(now))
        released = await holding.move(self._connection, ids, free, (DeliveryStatus.QUEUED, ""), now)
        held = await holding.keep_back(self._connection, ids, now)
        await holding.count_expired(self._connection, expired)
        await holding.close_posts(self._connection)
        return Settled(held, released.total(), expired.total())

    async def stories(self, precincts: Iterable[int], limit: int) -> tuple[HoldStory, ...]:
        """Three statements."""
        newest = sa.select(holds).where(holds.c.precinct.in_(set(precincts)))
        rows = (await self._connection.execute(newest.order_by(holds.c.id.desc()).limit(limit))).all()
        ids = [row.id for row in rows]
        events: dict[int, list[HoldEvent]] = {}
        told = sa.select(hold_events).where(hold_events.c.hold_id.in_(ids)).order_by(hold_events.c.id)
        for row in await self._connection.execute(told):
            events.setdefault(row.hold_id, []).append(HoldEvent(HoldStep(row.step), row.at, row.handle))
        counted = (
            sa.select(
                held_posts.c.hold_id,
                sa.func.count().label("posts"),
                sa.func.sum(held_posts.c.messages).label("messages"),
                sa.func.sum(sa.case((held_posts.c.expired > 0, 1), else_=0)).label("expired"),
            )
            .where(held_posts.c.hold_id.in_(ids))
            .group_by(held_posts.c.hold_id)
        )
        counts = {row.hold_id: row for row in await self._connection.execute(counted)}
        return tuple(_story(row, events.get(row.id, []), counts.get(row.id)) for row in rows)

    async def watchers(self, precinct: int) -> tuple[Watcher, ...]:
        """One statement."""
        found: dict[int, Watcher] = {}
        for row in await self._connection.execute(_watching()):
            scope = grant_of(row).scope
            if row.contact_id not in found and precinct in precincts_in(scope):
                reachable = row.status == AddressStatus.ACTIVE
                contact = waiting.staff_contact(row, self._cipher) if reachable else None
                found[row.contact_id] = Watcher(row.contact_id, row.handle, contact)
        return tuple(found.values())

    async def watcher(self, handle: str) -> int | None:
        """One statement."""
        mine = sa.select(staff_members.c.contact_id).where(staff_members.c.handle == handle.lower())
        found: int | None = await self._connection.scalar(mine)
        return found

    async def _end_old(self, now: datetime) -> None:
        over = sa.select(holds.c.id, holds.c.renewed_at).where(_over(now))
        for row in (await self._connection.execute(over.order_by(holds.c.id))).all():
            end = row.renewed_at + LONGEST
            ended = holds.update().where(holds.c.id == row.id, holds.c.ended_at.is_(None)).values(ended_at=end)
            if await self._connection.scalar(ended.returning(holds.c.id)) is not None:
                await self._note(row.id, HoldStep.OVER, "", end)

    async def _touched(self, now: datetime) -> Sequence[int]:
        """Occurrences with something to move, locked in one order for all; see store.occurrences."""
        some = sa.exists().where(deliveries.c.occurrence_id == occurrences.c.id, holding.to_move(now))
        wanted = (
            sa.select(occurrences.c.id)
            .where(occurrences.c.status == OccurrenceStatus.OPEN, some)
            .order_by(occurrences.c.id)
            .with_for_update()
        )
        return (await self._connection.execute(wanted)).scalars().all()

    async def _note(self, hold_id: int, step: HoldStep, handle: str, at: datetime) -> None:
        await self._connection.execute(hold_events.insert().values(hold_id=hold_id, step=step, handle=handle, at=at))


class SqlIncidentsRepository(Transaction):
    """Implements ports.holding.IncidentsRepository."""

    async def newest(self, precinct: int, now: datetime) -> Incident | None:
        """One statement; where its only person has left, one has to be declared anew."""
        stands = sa.or_(incidents.c.confirmed_at.is_not(None), incidents.c.declared_by.is_not(None))
        mine = sa.and_(incidents.c.precinct == precinct, incidents.c.declared_at > now - INCIDENT_FOR, stands)
        wanted = sa.select(incidents).where(mine).order_by(incidents.c.id.desc()).limit(1)
        row = (await self._connection.execute(wanted)).one_or_none()
        return _incident(row) if row else None

    async def get(self, incident_id: int) -> Incident:
        """One statement."""
        wanted = sa.select(incidents).where(incidents.c.id == incident_id)
        row = (await self._connection.execute(wanted)).one_or_none()
        if row is None:
            raise NotFound("There is no such incident.", "Open the precinct again.", "no_incident")
        return _incident(row)

    async def declare(self, precinct: int, by: Actor, now: datetime) -> Incident:
        """One insert."""
        new = incidents.insert().values(
            precinct=precinct, declared_at=now, declared_by=by.contact_id, declared_handle=by.handle,
            confirmed_handle="",
        )  # fmt: skip
        return _incident((await self._connection.execute(new.returning(*incidents.c))).one())

    async def confirm(self, incident_id: int, by: Actor, now: datetime) -> bool:
        """One update."""
        open_one = sa.and_(
            incidents.c.id == incident_id,
            incidents.c.confirmed_at.is_(None),
            incidents.c.declared_by != by.contact_id,
            incidents.c.declared_handle != by.handle,
        )
        values = {"confirmed_at": now, "confirmed_by": by.contact_id, "confirmed_handle": by.handle}
        return (await self._connection.execute(incidents.update().where(open_one).values(values))).rowcount > 0


def _over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(holds.c.ended_at.is_(None), holds.c.renewed_at <= now - LONGEST)


def _open(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(holds.c.ended_at.is_(None), holds.c.renewed_at > now - LONGEST)


def _watching() -> sa.Select[Any]:
    return (
        sa.select(
            role_grants.c.contact_id,
            *(role_grants.c[name] for name in ("role", "scope_kind", "scope_value")),
            staff_members.c.handle,
            contacts.c.language,
            *(addresses.c[name] for name in ("channel", "address_cipher", "status")),
            threads.THREAD,
        )
        .join(staff_members, staff_members.c.contact_id == role_grants.c.contact_id)
        .join(contacts, contacts.c.id == role_grants.c.contact_id)
        .outerjoin(addresses, addresses.c.contact_id == role_grants.c.contact_id)
        .where(role_grants.c.role.in_(WATCHERS))
        .order_by(staff_members.c.handle, role_grants.c.id)
    )


def _hold(row: Any) -> Hold:
    """Whoever asked for a release and left since may be the one who comes now: nobody asks then (safety I1)."""
    return Hold(
        row.id,
        row.precinct,
        row.started_at,
        row.renewed_at,
        row.holder_id,
        row.handle,
        row.asked_by,
        row.asked_handle if row.asked_by is not None else "",
        row.ended_at,
    )


def _story(row: Any, events: list[HoldEvent], counts: Any) -> HoldStory:
    if counts is None:
        return HoldStory(_hold(row), tuple(events))
    return HoldStory(_hold(row), tuple(events), counts.posts, int(counts.messages), int(counts.expired))


def _incident(row: Any) -> Incident:
    return Incident(
        row.id,
        row.precinct,
        row.declared_at,
        row.declared_by,
        row.declared_handle,
        row.confirmed_by,
        row.confirmed_handle,
        row.confirmed_at,
    )
