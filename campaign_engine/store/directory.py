"""Looks at the entries of the support directory."""

from collections.abc import Mapping

import sqlalchemy as sa

from campaign_engine.domain.support import Look
from campaign_engine.store.tables import directory_looks as looks
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert


class SqlDirectoryRepository(Transaction):
    """Implements ports.directory.DirectoryRepository."""

    async def looks(self) -> Mapping[str, Look]:
        """One read."""
        rows = await self._connection.execute(
            sa.select(looks.c.name, looks.c.verified_on, looks.c.verified_by, looks.c.expires, looks.c.how)
        )
        return {row.name: Look(row.verified_on, row.verified_by, row.expires, row.how) for row in rows}

    async def keep(self, name: str, look: Look) -> None:
        """Insert or change."""
        change = upsert(self._connection, looks, ("verified_on", "verified_by", "expires", "how"))
        await self._connection.execute(
            change.values(
                name=name,
                verified_on=look.verified_on,
                verified_by=look.verified_by,
                expires=look.expires,
                how=look.how,
            )
        )
