"""Contacts with their one address, topics and consents."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.contact import (
    AddressStatus,
    AgeBand,
    ConsentKind,
    LessonCode,
    consent_kind,
)
from campaign_engine.domain.lesson import DONE
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.people import ContactChanges, Held, HeldPledge, NewContact
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.compounds import COMING_BACK, LEAVING, REFUSAL, STOP
from campaign_engine.store.grants import grant_of
from campaign_engine.store.leavers import Leaver, Leaving
from campaign_engine.store.newcomers import add_newcomer
from campaign_engine.store.tables import (
    actions,
    addresses,
    age_gates,
    campaigns,
    consent_questions,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    imported_optouts,
    inbox,
    lesson_progress,
    pledges,
    role_grants,
    series_steps,
    sites,
    staff_members,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert

_IN_ORDER = sa.case({code.value: place for place, code in enumerate(LessonCode)}, value=lesson_progress.c.lesson)


class SqlContactsRepository(Transaction):
    """Implements ports.people.ContactsRepository.

    `left` gathers who leaves or comes back, for the list that is kept outside the database (safety A1).
    """

    def __init__(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        super().__init__(connection, cipher)
        self.left: list[Leaver] = []

    async def create(self, new: NewContact) -> tuple[int, int]:
        """One statement."""
        contact_id, address_id, _ = await add_newcomer(self._connection, self._cipher, new)
        return contact_id, address_id

    async def change(self, contact_id: int, changes: ContactChanges) -> None:
        """One update."""
        await self._connection.execute(contacts.update().where(contacts.c.id == contact_id).values(**changes))

    async def set_status(self, address_id: int, status: AddressStatus) -> None:
        """One update."""
        await self._connection.execute(addresses.update().where(addresses.c.id == address_id).values(status=status))

    async def answer_topic(
        self, contact_id: int, topic: ConsentKind, granted: bool, now: datetime, also: tuple[ConsentKind, ...] = ()
    ) -> None:
        """One upsert."""
        rows = [
            {"contact_id": contact_id, "topic": kind, "granted": granted, "changed_at": now} for kind in (topic, *also)
        ]
        await self._connection.execute(
            upsert(self._connection, consents, change=("granted", "changed_at")).values(rows)
        )

    async def note_asked(self, contact_id: int, kind: ConsentKind, now: datetime) -> None:
        """One upsert."""
        await self._connection.execute(
            upsert(self._connection, consent_questions, change=("asked_at",)).values(
                contact_id=contact_id, topic=kind, asked_at=now
            )
        )

    async def opt_out(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """One statement."""
        self._goes(who, now, Leaving.STOPPED)
        await STOP.run(self._connection, address_hash=self._hash(who), contact_id=contact_id, now=now)

    async def opt_in(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """One statement."""
        self._goes(who, now, Leaving.BACK)
        await COMING_BACK.run(self._connection, address_hash=self._hash(who), contact_id=contact_id, now=now)

    async def refuse_age(self, who: Destination, contact_id: int | None, now: datetime, until: datetime) -> None:
        """One statement."""
        if contact_id is not None:
            self._goes(who, now, Leaving.DELETED)
        day, hash_ = to_wall(now).date(), self._hash(who)
        await REFUSAL.run(self._connection, address_hash=hash_, contact_id=contact_id, now=now, until=until, day=day)

    async def delete(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """One statement."""
        self._goes(who, now, Leaving.DELETED)
        await LEAVING.run(self._connection, address_hash=self._hash(who), contact_id=contact_id, now=now)

    async def held(self, who: Destination) -> Held:
        """One read per table."""
        stopped = sa.select(do_not_contact.c.since).where(do_not_contact.c.address_hash == self._hash(who))
        listed = sa.select(sa.func.count()).where(imported_optouts.c.address_hash == self._hash(who))
        waiting = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.address_hash == self._hash(who))
        held = Held(
            who,
            stopped=(await self._connection.execute(stopped)).one_or_none() is not None,
            listed=bool(await self._connection.scalar(listed)),
            waiting_posts=int(await self._connection.scalar(waiting) or 0),
        )
        row = (await self._connection.execute(_contact_of(self._hash(who)))).one_or_none()
        if row is None:
            return held
        return replace(
            held,
            pseudonym=row.pseudonym,
            status=AddressStatus(row.status),
            age_band=AgeBand(row.age_band) if row.age_band else None,
            language=row.language,
            precinct=row.precinct,
            precinct_declined=row.precinct_declined,
            site=row.site or "",
            generation=row.generation,
            paused_until=row.paused_until,
            joined_on=to_wall(row.created_at).date(),
            last_seen_on=to_wall(row.last_seen_at).date(),
            handle=row.handle or "",
            **await self._lists(row.id),
        )

    async def forget_age_gates(self, now: datetime) -> int:
        """One delete."""
        return (await self._connection.execute(age_gates.delete().where(age_gates.c.until <= now))).rowcount

    async def _lists(self, contact_id: int) -> dict[str, Any]:
        topics = await self._rows(consents, contact_id, consents.c.topic)
        asked = await self._rows(consent_questions, contact_id, consent_questions.c.topic)
        done = await self._rows(actions, contact_id, actions.c.id)
        grants = await self._rows(role_grants, contact_id, role_grants.c.id)
        opened = await self._rows(lesson_progress, contact_id, _IN_ORDER)
        of_series = await self._rows(series_steps, contact_id, series_steps.c.lesson)
        sent = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.contact_id == contact_id)
        return {
            "topics": tuple((consent_kind(row.topic), row.granted, to_wall(row.changed_at).date()) for row in topics),
            "asked": tuple((consent_kind(row.topic), to_wall(row.asked_at).date()) for row in asked),
            "pledges": await self._pledges(contact_id),
            "actions": tuple((ActionKind(row.kind), row.day) for row in done),
            "grants": tuple(grant_of(row) for row in grants),
            "lessons": tuple((LessonCode(row.lesson), row.reached >= DONE) for row in opened),
            "lessons_sent": tuple(row.lesson for row in of_series),
            "messages": int(await self._connection.scalar(sent) or 0),
        }

    async def _rows(self, table: sa.Table, contact_id: int, order: sa.ColumnElement[Any]) -> sa.CursorResult[Any]:
        return await self._connection.execute(
            sa.select(*table.c).where(table.c.contact_id == contact_id).order_by(order)
        )

    async def _pledges(self, contact_id: int) -> tuple[HeldPledge, ...]:
        with_title = pledges.outerjoin(campaigns, campaigns.c.id == pledges.c.campaign_id)
        given = (
            sa.select(pledges.c.pledge, pledges.c.if_then, pledges.c.pledged_at, campaigns.c.title)
            .select_from(with_title)
            .where(pledges.c.contact_id == contact_id)
            .order_by(pledges.c.id)
        )
        return tuple(
            HeldPledge(
                PledgeCode(row.pledge),
                IfThen(row.if_then) if row.if_then else None,
                row.title or "",
                to_wall(row.pledged_at).date(),
            )
            for row in await self._connection.execute(given)
        )

    def _goes(self, who: Destination, now: datetime, said: Leaving) -> None:
        self.left.append(Leaver(self._hash(who), now, said))

    def _hash(self, who: Destination) -> str:
        return self._cipher.lookup(who.channel, who.address)


def _contact_of(address_hash: str) -> sa.Select[Any]:
    source = contacts.join(addresses, addresses.c.contact_id == contacts.c.id)
    source = source.outerjoin(sites, sites.c.id == contacts.c.site_id)
    source = source.outerjoin(staff_members, staff_members.c.contact_id == contacts.c.id)
    return (
        sa.select(
            contacts.c.id,
            contacts.c.pseudonym,
            contacts.c.age_band,
            contacts.c.language,
            contacts.c.precinct,
            contacts.c.precinct_declined,
            contacts.c.generation,
            contacts.c.paused_until,
            contacts.c.created_at,
            contacts.c.last_seen_at,
            addresses.c.status,
            sites.c.name.label("site"),
            staff_members.c.handle,
        )
        .select_from(source)
        .where(addresses.c.address_hash == address_hash)
    )
