"""Who has left since a backup was made: a restored database must not bring them back (safety A1)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.store.database import Database
from campaign_engine.store.tables import (
    addresses,
    consents,
    contacts,
    dialogues,
    do_not_contact,
    imported_optouts,
    inbox,
)
from campaign_engine.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Leaver:
    """A keyed hash and when it was kept; `deleted` when no address is left, else only STOP was said."""

    address_hash: str
    since: datetime
    deleted: bool


async def leavers(database: Database) -> tuple[Leaver, ...]:
    """Everybody who must not be written to. Raises StoreUnavailable."""
    wanted = sa.select(do_not_contact.c.address_hash, do_not_contact.c.since, addresses.c.id).outerjoin_from(
        do_not_contact, addresses, addresses.c.address_hash == do_not_contact.c.address_hash
    )
    async with database.read() as connection:
        return tuple(Leaver(row.address_hash, row.since, row.id is None) for row in await connection.execute(wanted))


async def replay(database: Database, left: tuple[Leaver, ...]) -> int:
    """Remove or stop them again; how many contacts were removed. Then nothing of them is in the file either."""
    removed = 0
    async with database.write(durable=True) as connection:
        for leaver in left:
            # Their newest word counts: an older one may be an import's, which can be undone.
            kept = upsert(connection, do_not_contact, change=("since",))
            await connection.execute(kept.values(address_hash=leaver.address_hash, since=leaver.since))
            theirs = sa.select(addresses.c.contact_id).where(addresses.c.address_hash == leaver.address_hash)
            if leaver.deleted:
                gone = await connection.execute(contacts.delete().where(contacts.c.id.in_(theirs)))
                removed += gone.rowcount
                for table in (dialogues, inbox, imported_optouts):
                    await connection.execute(table.delete().where(table.c.address_hash == leaver.address_hash))
                continue
            status = addresses.update().where(addresses.c.address_hash == leaver.address_hash)
            await connection.execute(status.values(status=AddressStatus.OPTED_OUT))
            granted = consents.update().where(consents.c.contact_id.in_(theirs), consents.c.granted)
            await connection.execute(granted.values(granted=False, changed_at=leaver.since))
    await database.scrub()
    return removed
