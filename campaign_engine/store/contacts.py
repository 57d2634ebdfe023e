"""Contacts with their one address, topics and consents."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.contact import (
    AddressStatus,
    ConsentKind,
)
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.people import ContactChanges, Held, NewContact
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.compound import document, rows_of
from campaign_engine.store.compounds import COMING_BACK, LEAVING, REFUSAL, STOP
from campaign_engine.store.held import held
from campaign_engine.store.leavers import Leaver, Leaving
from campaign_engine.store.newcomers import add_newcomer
from campaign_engine.store.short import Short
from campaign_engine.store.tables import (
    IS_IN_TAB,
    addresses,
    age_gates,
    consents,
    contacts,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert_for


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
        kinds = document(self._connection.dialect.name, [{"topic": kind} for kind in (topic, *also)])
        await _ANSWER.row(self._connection, {"whose": contact_id, "yes": granted, "at": now, "kinds": kinds})

    async def stay(self, who: Destination) -> None:
        """One update."""
        mine = addresses.update().where(addresses.c.address_hash == self._hash(who))
        await self._connection.execute(mine.values(in_tab=False))

    async def end_tabs(self, seen_before: datetime) -> int:
        """One update."""
        silent = sa.exists().where(contacts.c.id == addresses.c.contact_id, contacts.c.last_seen_at < seen_before)
        over = addresses.update().where(IS_IN_TAB, silent)
        return (await self._connection.execute(over.values(status=AddressStatus.UNREACHABLE))).rowcount

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
        """One statement."""
        return await held(self._connection, who, self._hash(who))

    async def forget_age_gates(self, now: datetime) -> int:
        """One delete."""
        return (await self._connection.execute(age_gates.delete().where(age_gates.c.until <= now))).rowcount

    def _goes(self, who: Destination, now: datetime, said: Leaving) -> None:
        self.left.append(Leaver(self._hash(who), now, said))

    def _hash(self, who: Destination) -> str:
        return self._cipher.lookup(who.channel, who.address)


def _answer_statement(dialect: str) -> Any:
    kinds, one = rows_of(dialect, sa.bindparam("kinds", type_=sa.Text), "each_kind", {"topic": consents.c.topic.type})
    given = {
        "contact_id": sa.bindparam("whose", type_=consents.c.contact_id.type),
        "topic": one["topic"],
        "granted": sa.bindparam("yes", type_=consents.c.granted.type),
        "changed_at": sa.bindparam("at", type_=consents.c.changed_at.type),
    }
    # Without a WHERE SQLite takes ON CONFLICT for the condition of a join.
    rows = sa.select(*given.values()).select_from(kinds).where(sa.true())
    statement = insert_for(dialect, consents).from_select(list(given), rows)
    new = {name: statement.excluded[name] for name in ("granted", "changed_at")}
    return statement.on_conflict_do_update(index_elements=list(consents.primary_key.columns), set_=new)


_ANSWER = Short(_answer_statement)
