"""The hash-chained log of what staff did."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.ports.planning import AuditEntry, Logged
from campaign_engine.store.tables import audit_entries, meta
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert

START = "0" * 64
"""What the first entry follows."""
_CUT = "audit_cut"
"""Hash of the newest entry that was removed because of its age."""

_LOCK = 0x61756469  # "audi": any number that nothing else locks


class SqlAuditRepository(Transaction):
    """Implements ports.planning.AuditRepository."""

    async def append(self, entry: AuditEntry, now: datetime) -> None:
        """Two statements, three on PostgreSQL."""
        if self._connection.dialect.name == "postgresql":
            # Two writers at once would both follow the same entry and fork the chain; SQLite has one writer anyway.
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        values = line(Logged(entry, now, await self.head()))
        await self._connection.execute(audit_entries.insert().values(values))

    async def verify(self) -> int | None:
        """Reads the whole log as a stream."""
        previous = await _cut_at(self._connection)
        statement = sa.select(audit_entries).order_by(audit_entries.c.id)
        async with self._connection.stream(statement) as rows:
            async for row in rows:
                entry = AuditEntry(row.actor, row.action, row.object)
                if row.previous_hash != previous or row.hash != _hash(previous, entry, row.hour):
                    return int(row.id)
                previous = row.hash
        return None

    async def head(self) -> str:
        """One statement."""
        return str(await self._connection.scalar(sa.select(head_hash())))


def line(logged: Logged) -> dict[str, Any]:
    """Its columns."""
    entry, previous = logged.entry, logged.after
    hour = logged.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    named = {"actor": entry.actor, "action": entry.action, "object": entry.object}
    return {**named, "hour": hour, "previous_hash": previous, "hash": _hash(previous, entry, hour)}


def head_hash() -> sa.ColumnElement[str]:
    """Of the newest entry, else of the newest that was removed; 64 zeros before the first."""
    newest = sa.select(audit_entries.c.hash).order_by(audit_entries.c.id.desc()).limit(1)
    cut_at = sa.select(meta.c.value).where(meta.c.key == _CUT)
    return sa.func.coalesce(newest.scalar_subquery(), cut_at.scalar_subquery(), sa.literal(START))


async def cut(connection: AsyncConnection, before: datetime) -> int:
    """Remove entries of hours before; the hash of the last one stays, from which the next follows. How many went.

    Entries are in the order of their ids, so only a beginning of the log goes, even if a clock once went back.
    """
    c = audit_entries.c
    first_kept = await connection.scalar(sa.select(sa.func.min(c.id)).where(c.hour >= before))
    old = sa.true() if first_kept is None else c.id < first_kept
    last = await connection.scalar(sa.select(c.hash).where(old).order_by(c.id.desc()).limit(1))
    if last is None:
        return 0
    kept = upsert(connection, meta, change=("value",))
    await connection.execute(kept.values(key=_CUT, value=last))
    return (await connection.execute(audit_entries.delete().where(old))).rowcount


async def _cut_at(connection: AsyncConnection) -> str:
    return str(await connection.scalar(sa.select(meta.c.value).where(meta.c.key == _CUT)) or START)


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
