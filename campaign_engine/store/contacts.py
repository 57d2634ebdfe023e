"""Contacts with their one address, topics and consents."""

import secrets
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.contact import (
    CONSENT_KINDS,
    AddressStatus,
    AgeBand,
    ConsentKind,
    consent_kind,
)
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.people import ContactChanges, Held, HeldPledge, NewContact
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.grants import grant_of
from campaign_engine.store.leavers import Leaver, Leaving
from campaign_engine.store.tables import (
    actions,
    addresses,
    age_gates,
    campaigns,
    consent_questions,
    consents,
    contacts,
    counters,
    deliveries,
    dialogues,
    do_not_contact,
    imported_optouts,
    inbox,
    pledges,
    role_grants,
    sites,
    staff_members,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert, upsert

_PSEUDONYM_BYTES = 12
REFUSED_AGE = "refused_age"
"""Name of the only thing kept about children of 12 or under: a count per day."""


class SqlContactsRepository(Transaction):
    """Implements ports.people.ContactsRepository.

    `left` gathers who leaves or comes back, for the list that is kept outside the database (safety A1).
    """

    def __init__(self, connection: AsyncConnection, cipher: AddressCipher) -> None:
        super().__init__(connection, cipher)
        self.left: list[Leaver] = []

    async def create(self, new: NewContact) -> tuple[int, int]:
        """Two inserts."""
        contact = contacts.insert().values(
            pseudonym=secrets.token_hex(_PSEUDONYM_BYTES),
            age_band=new.age_band or "",
            language=new.language,
            precinct=new.precinct,
            precinct_declined=False,
            site_id=new.site_id,
            generation=new.generation,
            created_at=new.created_at,
            last_seen_at=new.created_at,
            simulated=new.simulated,
        )
        contact_id = (await self._connection.execute(contact.returning(contacts.c.id))).scalar_one()
        address = addresses.insert().values(
            contact_id=contact_id,
            channel=new.who.channel,
            address_hash=self._hash(new.who),
            address_cipher=self._cipher.encrypt(new.who.channel, new.who.address),
            status=new.status,
        )
        address_id = (await self._connection.execute(address.returning(addresses.c.id))).scalar_one()
        return contact_id, address_id

    async def change(self, contact_id: int, changes: ContactChanges) -> None:
        """One update."""
        await self._connection.execute(contacts.update().where(contacts.c.id == contact_id).values(**changes))

    async def set_status(self, address_id: int, status: AddressStatus) -> None:
        """One update."""
        await self._connection.execute(addresses.update().where(addresses.c.id == address_id).values(status=status))

    async def answer_topic(self, contact_id: int, topic: ConsentKind, granted: bool, now: datetime) -> None:
        """One upsert."""
        await self._connection.execute(
            upsert(self._connection, consents, change=("granted", "changed_at")).values(
                contact_id=contact_id, topic=topic, granted=granted, changed_at=now
            )
        )

    async def note_asked(self, contact_id: int, kind: ConsentKind, now: datetime) -> None:
        """One upsert."""
        await self._note_asked(contact_id, (kind,), now)

    async def _note_asked(self, contact_id: int, kinds: tuple[ConsentKind, ...], now: datetime) -> None:
        rows = [{"contact_id": contact_id, "topic": kind, "asked_at": now} for kind in kinds]
        await self._connection.execute(upsert(self._connection, consent_questions, change=("asked_at",)).values(rows))

    async def opt_out(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """Topics never answered stay unanswered; a withdrawal counts as a no from now on."""
        await self._do_not_contact(who, now, Leaving.STOPPED)
        if contact_id is None:
            return
        status = addresses.update().where(addresses.c.contact_id == contact_id)
        await self._connection.execute(status.values(status=AddressStatus.OPTED_OUT))
        await self._withdraw(contact_id, now)
        await self._note_asked(contact_id, CONSENT_KINDS, now)

    async def opt_in(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """An imported opt-out leaves the consents alone, so that it can be undone; they end here at the latest."""
        self.left.append(Leaver(self._hash(who), now, Leaving.BACK))
        for marks in (do_not_contact, imported_optouts):
            await self._connection.execute(marks.delete().where(marks.c.address_hash == self._hash(who)))
        if contact_id is not None:
            status = addresses.update().where(addresses.c.contact_id == contact_id)
            await self._connection.execute(status.values(status=AddressStatus.ACTIVE))
            await self._withdraw(contact_id, now)

    async def _withdraw(self, contact_id: int, now: datetime) -> None:
        given = consents.update().where(consents.c.contact_id == contact_id, consents.c.granted)
        await self._connection.execute(given.values(granted=False, changed_at=now))

    async def refuse_age(self, who: Destination, until: datetime, day: date) -> None:
        """Two upserts, and the dialogue goes."""
        gate = upsert(self._connection, age_gates, change=("until",))
        await self._connection.execute(gate.values(address_hash=self._hash(who), until=until))
        first = insert(self._connection, counters).values(name=REFUSED_AGE, day=day, count=1)
        again = first.on_conflict_do_update(
            index_elements=[counters.c.name, counters.c.day], set_={"count": counters.c.count + 1}
        )
        await self._connection.execute(again)
        await self._connection.execute(dialogues.delete().where(dialogues.c.address_hash == self._hash(who)))

    async def delete(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """The contact's row takes address, consents and staff rows along; counts lose their link by SET NULL."""
        address_hash = self._hash(who)
        if contact_id is not None:
            await self._connection.execute(contacts.delete().where(contacts.c.id == contact_id))
        for table in (dialogues, inbox, imported_optouts):
            await self._connection.execute(table.delete().where(table.c.address_hash == address_hash))
        await self._do_not_contact(who, now, Leaving.DELETED)

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
        sent = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.contact_id == contact_id)
        return {
            "topics": tuple((consent_kind(row.topic), row.granted, to_wall(row.changed_at).date()) for row in topics),
            "asked": tuple((consent_kind(row.topic), to_wall(row.asked_at).date()) for row in asked),
            "pledges": await self._pledges(contact_id),
            "actions": tuple((ActionKind(row.kind), row.day) for row in done),
            "grants": tuple(grant_of(row) for row in grants),
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

    async def _do_not_contact(self, who: Destination, now: datetime, said: Leaving) -> None:
        self.left.append(Leaver(self._hash(who), now, said))
        statement = upsert(self._connection, do_not_contact, change=("since",))
        await self._connection.execute(statement.values(address_hash=self._hash(who), since=now))

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
