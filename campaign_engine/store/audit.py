"""The hash-chained log of what staff did."""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa

from campaign_engine.ports.planning import AuditEntry
from campaign_engine.store.tables import audit_entries
from campaign_engine.store.transaction import Transaction

_START = "0" * 64
_LOCK = 0x61756469  # "audi": any number that nothing else locks


class SqlAuditRepository(Transaction):
    """Implements ports.planning.AuditRepository."""

    async def append(self, entry: AuditEntry, now: datetime) -> None:
        """Two statements, three on PostgreSQL."""
        if self._connection.dialect.name == "postgresql":
            # Two writers at once would both follow the same entry and fork the chain; SQLite has one writer anyway.
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        previous = await self.head()
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        await self._connection.execute(
            audit_entries.insert().values(
                actor=entry.actor,
                action=entry.action,
                object=entry.object,
                hour=hour,
                previous_hash=previous,
                hash=_hash(previous, entry, hour),
            )
        )

    async def verify(self) -> int | None:
        """Reads the whole log as a stream."""
        previous = _START
        statement = sa.select(audit_entries).order_by(audit_entries.c.id)
        async with self._connection.stream(statement) as rows:
            async for row in rows:
                entry = AuditEntry(row.actor, row.action, row.object)
                if row.previous_hash != previous or row.hash != _hash(previous, entry, row.hour):
                    return int(row.id)
                previous = row.hash
        return None

    async def head(self) -> str:
        """One statement; 64 zeros before the first entry."""
        newest = sa.select(audit_entries.c.hash).order_by(audit_entries.c.id.desc()).limit(1)
        return (await self._connection.execute(newest)).scalar_one_or_none() or _START


def _hash(previous: str, entry: AuditEntry, hour: datetime) -> str:
    """SHA-256 over canonical JSON of the hash before and every field."""
    fields = {
        "previous": previous,
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "hour": hour.isoformat(),
    }
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
