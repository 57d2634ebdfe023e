"""Values by name, beside the key's fingerprint in `meta`."""

import sqlalchemy as sa

from campaign_engine.store.tables import meta
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert

_PREFIX = "mark:"


class SqlMarksRepository(Transaction):
    """Implements ports.marks.MarksRepository."""

    async def get(self, name: str) -> str:
        """One statement."""
        found = await self._connection.scalar(sa.select(meta.c.value).where(meta.c.key == _PREFIX + name))
        return str(found or "")

    async def put(self, name: str, value: str) -> None:
        """One upsert."""
        mark = upsert(self._connection, meta, change=("value",))
        await self._connection.execute(mark.values(key=_PREFIX + name, value=value))
