"""Keyed hashes of those who must not be written to, and the imports that brought some of them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.ports.optouts import OptOutImport
from campaign_engine.store.tables import addresses, do_not_contact, imported_optouts
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert, upsert

_KNOWN = sa.select(do_not_contact.c.address_hash)
_UNTOUCHED = sa.and_(
    do_not_contact.c.address_hash == imported_optouts.c.address_hash,
    do_not_contact.c.since == imported_optouts.c.imported_at,
)
"""A STOP or a deletion since the import has put its own moment there."""


class SqlOptOutsRepository(Transaction):
    """Implements ports.optouts.OptOutsRepository."""

    @property
    def fingerprint(self) -> str:
        """See the port."""
        return self._cipher.fingerprint()

    def hash(self, channel: str, address: str) -> str:
        """See the port."""
        return self._cipher.lookup(channel, address)

    async def count(self) -> int:
        """One read."""
        return int(await self._connection.scalar(sa.select(sa.func.count()).select_from(do_not_contact)) or 0)

    async def each(self) -> AsyncIterator[str]:
        """A stream, by the hash itself."""
        async with self._connection.stream(_KNOWN.order_by(do_not_contact.c.address_hash)) as rows:
            async for row in rows:
                yield row.address_hash

    async def add(self, hashes: Sequence[str], now: datetime) -> int:
        """At most five statements; the caller keeps the sequence short (thousands)."""
        known = set(await self._connection.scalars(_KNOWN.where(do_not_contact.c.address_hash.in_(hashes))))
        new = [one for one in hashes if one not in known]
        if new:
            before = await self._statuses(new)
            kept = insert(self._connection, do_not_contact).on_conflict_do_nothing()
            await self._connection.execute(kept, [{"address_hash": one, "since": now} for one in new])
            await self._connection.execute(
                upsert(self._connection, imported_optouts, change=("imported_at", "status_before")),
                [{"address_hash": one, "imported_at": now, "status_before": before.get(one)} for one in new],
            )
        stopped = addresses.update().where(addresses.c.address_hash.in_(hashes))
        await self._connection.execute(stopped.values(status=AddressStatus.OPTED_OUT))
        return len(new)

    async def last_import(self) -> OptOutImport | None:
        """One read."""
        newest = sa.select(sa.func.max(imported_optouts.c.imported_at)).scalar_subquery()
        row = (
            await self._connection.execute(
                sa.select(
                    imported_optouts.c.imported_at,
                    sa.func.count().label("added"),
                    sa.func.count(do_not_contact.c.address_hash).label("untouched"),
                )
                .select_from(imported_optouts.outerjoin(do_not_contact, _UNTOUCHED))
                .where(imported_optouts.c.imported_at == newest)
                .group_by(imported_optouts.c.imported_at)
            )
        ).one_or_none()
        return None if row is None else OptOutImport(row.imported_at, row.added, row.untouched)

    async def undo(self, at: datetime) -> int:
        """Three statements."""
        batch = sa.select(imported_optouts.c.address_hash).where(imported_optouts.c.imported_at == at)
        hash_ = do_not_contact.c.address_hash
        taken_back = await self._connection.execute(
            do_not_contact.delete().where(do_not_contact.c.since == at, hash_.in_(batch))
        )
        await self._connection.execute(_status_as_before(at))
        await self._connection.execute(imported_optouts.delete().where(imported_optouts.c.imported_at == at))
        return taken_back.rowcount

    async def _statuses(self, hashes: Sequence[str]) -> dict[str, str]:
        found = await self._connection.execute(
            sa.select(addresses.c.address_hash, addresses.c.status).where(addresses.c.address_hash.in_(hashes))
        )
        return {row.address_hash: row.status for row in found}


def _status_as_before(at: datetime) -> sa.Update:
    """Of those whose opt-out is gone now; whoever came back by their own /start has another status already."""
    of_import = (
        sa.select(imported_optouts.c.status_before)
        .where(imported_optouts.c.address_hash == addresses.c.address_hash, imported_optouts.c.imported_at == at)
        .scalar_subquery()
    )
    stays: Any = sa.exists().where(do_not_contact.c.address_hash == addresses.c.address_hash)
    return (
        addresses.update()
        .where(addresses.c.status == AddressStatus.OPTED_OUT, of_import.is_not(None), ~stays)
        .values(status=of_import)
    )
