"""Who has left since a backup was made: a restored database must not bring them back (safety A1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus, Limit
from campaign_engine.store.confirming import CONFIRMED
from campaign_engine.store.database import Database
from campaign_engine.store.tables import (
    actions,
    addresses,
    consents,
    contacts,
    dialogues,
    do_not_contact,
    imported_optouts,
    inbox,
    pledges,
    push_subscriptions,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert


class Leaving(StrEnum):
    """What somebody said last about being written to."""

    DELETED = "deleted"
    STOPPED = "stopped"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Leaver:
    """A keyed hash of an address, and what its person did when."""

    address_hash: str
    at: datetime
    said: Leaving


@dataclass(slots=True)
class _Words:
    """The newest moment of each word of one person; None when it was never said."""

    deleted: datetime | None = None
    stopped: datetime | None = None
    back: datetime | None = None

    @property
    def last(self) -> datetime:
        return max(at for at in (self.deleted, self.stopped, self.back) if at is not None)

    @property
    def away_since(self) -> datetime | None:
        left = [at for at in (self.deleted, self.stopped) if at is not None]
        return max(left) if left and (self.back is None or max(left) >= self.back) else None


async def leavers(database: Database) -> tuple[Leaver, ...]:
    """Everybody who must not be written to now, an import's opt-outs included. Raises StoreUnavailable."""
    wanted = sa.select(do_not_contact.c.address_hash, do_not_contact.c.since, contacts.c.id)
    source = do_not_contact.outerjoin(addresses, addresses.c.address_hash == do_not_contact.c.address_hash)
    source = source.outerjoin(contacts, contacts.c.id == addresses.c.contact_id)
    async with database.read() as connection:
        return tuple(
            Leaver(row.address_hash, row.since, Leaving.DELETED if row.id is None else Leaving.STOPPED)
            for row in await connection.execute(wanted.select_from(source))
        )


async def replay(database: Database, left: Iterable[Leaver]) -> int:
    """Remove or stop them again; how many contacts were removed. Then nothing of them is in the file either.

    Somebody who came back after a deletion keeps what is newer than it; what they had said yes to before stays off.
    """
    removed = 0
    async with database.write(durable=True) as connection:
        work = _Replay(connection, database.cipher)
        for address_hash, words in _by_person(left).items():
            if words.deleted is not None:
                removed += await work.remove(address_hash, words.deleted)
            await work.withdraw(address_hash, words.last)
            if words.away_since is not None:
                await work.stop(address_hash, words.away_since)
    await database.scrub()
    return removed


def _by_person(left: Iterable[Leaver]) -> dict[str, _Words]:
    people: dict[str, _Words] = {}
    for leaver in left:
        words = people.setdefault(leaver.address_hash, _Words())
        before = getattr(words, leaver.said)
        setattr(words, leaver.said, leaver.at if before is None else max(before, leaver.at))
    return people


class _Replay(Transaction):
    async def remove(self, address_hash: str, deleted: datetime) -> int:
        theirs = sa.select(addresses.c.contact_id).where(addresses.c.address_hash == address_hash)
        old = (contacts.c.id.in_(theirs), contacts.c.created_at <= deleted)
        unsure = sa.select(contacts.c.id).where(*old, ~CONFIRMED)
        for counted in (pledges, actions):
            await self._connection.execute(counted.delete().where(counted.c.contact_id.in_(unsure)))
        gone = await self._connection.execute(contacts.delete().where(*old))
        for table, when in (
            (dialogues, dialogues.c.updated_at),
            (inbox, inbox.c.created_at),
            (imported_optouts, imported_optouts.c.imported_at),
        ):
            await self._connection.execute(table.delete().where(table.c.address_hash == address_hash, when <= deleted))
        return gone.rowcount

    async def withdraw(self, address_hash: str, until: datetime) -> None:
        """As by STOP: how often at most is kept, because it asks for less."""
        theirs = sa.select(addresses.c.contact_id).where(addresses.c.address_hash == address_hash)
        granted = consents.c.granted & (consents.c.changed_at <= until) & (consents.c.topic != Limit.ONCE_A_WEEK)
        changed = consents.update().where(consents.c.contact_id.in_(theirs), granted)
        await self._connection.execute(changed.values(granted=False, changed_at=until))

    async def stop(self, address_hash: str, since: datetime) -> None:
        """Their newest word counts: an older one may be an import's, which can be undone."""
        kept = upsert(self._connection, do_not_contact, change=("since",))
        await self._connection.execute(kept.values(address_hash=address_hash, since=since))
        theirs = sa.select(addresses.c.contact_id).where(addresses.c.address_hash == address_hash)
        await self._connection.execute(push_subscriptions.delete().where(push_subscriptions.c.contact_id.in_(theirs)))
        status = addresses.update().where(addresses.c.address_hash == address_hash)
        await self._connection.execute(status.values(status=AddressStatus.OPTED_OUT))
