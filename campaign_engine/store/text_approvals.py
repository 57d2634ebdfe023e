"""Which wording of an automatic text somebody stands behind (safety S1)."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.automatic_texts import TextKey
from campaign_engine.ports.automatic import TextApproval
from campaign_engine.store.tables import text_approvals
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_KEY = (text_approvals.c.name, text_approvals.c.language, text_approvals.c.hash)


async def approved(connection: AsyncConnection, names: Collection[str]) -> frozenset[TextKey]:
    """One statement, none for no names."""
    if not names:
        return frozenset()
    known = sa.select(*_KEY).where(text_approvals.c.name.in_(names))
    return frozenset(TextKey(*row) for row in await connection.execute(known))


class SqlTextApprovalsRepository(Transaction):
    """Implements ports.automatic.TextApprovalsRepository."""

    async def all(self) -> tuple[TextApproval, ...]:
        """One statement."""
        order = (text_approvals.c.name, text_approvals.c.language, text_approvals.c.approved_at)
        rows = await self._connection.execute(sa.select(text_approvals).order_by(*order))
        return tuple(
            TextApproval(TextKey(row.name, row.language, row.hash), row.handle, row.approved_at) for row in rows
        )

    async def approved(self, names: Collection[str]) -> frozenset[TextKey]:
        """One statement."""
        return await approved(self._connection, names)

    async def approve(self, keys: Collection[TextKey], contact_id: int | None, handle: str, now: datetime) -> bool:
        """One insert."""
        given = {"approver_id": contact_id, "handle": handle, "approved_at": now}
        rows = [{"name": key.name, "language": key.language, "hash": key.hash, **given} for key in keys]
        new = insert(self._connection, text_approvals).values(rows).on_conflict_do_nothing()
        return bool((await self._connection.execute(new.returning(text_approvals.c.name))).all())
