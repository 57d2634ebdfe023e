"""Shared tablets at sites."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.kiosk import Kiosk
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store.compounds import REFUSED_AGE
from campaign_engine.store.sites import shown_sites, site_of
from campaign_engine.store.tables import counters, kiosk_entries, kiosks
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlKiosksRepository(Transaction):
    """Implements ports.kiosks.KiosksRepository."""

    async def make(self, site_id: int, link: str, until: datetime) -> None:
        """One insert."""
        new = {"site_id": site_id, "link_hash": self._link(link), "ends_at": until, "waiting": 0, "taken": 0}
        await self._connection.execute(kiosks.insert().values(new))

    async def site_of_link(self, link: str, now: datetime) -> int | None:
        """One statement."""
        found = await self._connection.scalar(sa.select(kiosks.c.site_id).where(*self._unused(link, now)))
        return None if found is None else int(found)

    async def open(self, link: str, key: str, now: datetime, ends_at: datetime) -> bool:
        """One update."""
        values = {"key_hash": self._session(key), "opened_at": now, "ends_at": ends_at, "seen_at": now}
        used = kiosks.update().where(*self._unused(link, now)).values(values)
        return bool((await self._connection.execute(used)).rowcount)

    async def find(self, key: str) -> Kiosk | None:
        """One statement."""
        row = (await self._connection.execute(_shown().where(kiosks.c.key_hash == self._session(key)))).one_or_none()
        return _kiosk(row) if row else None

    async def of_site(self, site_id: int, since: datetime) -> Sequence[Kiosk]:
        """One statement."""
        there = _shown().where(kiosks.c.site_id == site_id, kiosks.c.key_hash.is_not(None), kiosks.c.ends_at > since)
        return [_kiosk(row) for row in await self._connection.execute(there.order_by(kiosks.c.opened_at.desc()))]

    async def note(self, kiosk_id: int, key: str) -> bool:
        """One insert."""
        entry = {"entry_hash": self._cipher.code_hash(f"kiosk_entry:{key}"), "kiosk_id": kiosk_id}
        new = insert(self._connection, kiosk_entries).values(entry).on_conflict_do_nothing()
        # On PostgreSQL an insert has no row count of its own.
        return await self._connection.scalar(new.returning(kiosk_entries.c.kiosk_id)) is not None

    async def count_child(self, day: datetime) -> None:
        """One upsert."""
        first = insert(self._connection, counters).values(name=REFUSED_AGE, day=to_wall(day).date(), count=1)
        more = {"count": counters.c.count + 1}
        await self._connection.execute(first.on_conflict_do_update(index_elements=["name", "day"], set_=more))

    async def seen(self, kiosk_id: int, now: datetime, waiting: int, taken: int) -> None:
        """One update."""
        values = {"seen_at": now, "waiting": waiting, "taken": kiosks.c.taken + taken}
        await self._connection.execute(kiosks.update().where(kiosks.c.id == kiosk_id).values(values))

    async def end(self, site_id: int, kiosk_id: int, now: datetime) -> bool:
        """One update."""
        theirs = (kiosks.c.id == kiosk_id, kiosks.c.site_id == site_id, kiosks.c.ended_at.is_(None))
        ended = kiosks.update().where(*theirs, kiosks.c.ends_at > now).values(ended_at=now)
        return bool((await self._connection.execute(ended)).rowcount)

    async def forget_old(self, before: datetime) -> int:
        """One delete."""
        return (await self._connection.execute(kiosks.delete().where(kiosks.c.ends_at < before))).rowcount

    def _unused(self, link: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
        return (kiosks.c.link_hash == self._link(link), kiosks.c.key_hash.is_(None), kiosks.c.ends_at > now)

    def _link(self, link: str) -> str:
        return self._cipher.code_hash(f"kiosk_link:{link}")

    def _session(self, key: str) -> str:
        return self._cipher.code_hash(f"kiosk:{key}")


def _shown() -> sa.Select[Any]:
    site = shown_sites().subquery()
    own = ("opened_at", "ends_at", "ended_at", "seen_at", "waiting", "taken")
    columns = (kiosks.c.id.label("kiosk_id"), *(kiosks.c[name] for name in own), *site.c)
    return sa.select(*columns).join(site, site.c.id == kiosks.c.site_id)


def _kiosk(row: Any) -> Kiosk:
    times = (row.opened_at, row.ends_at, row.ended_at, row.seen_at)
    return Kiosk(row.kiosk_id, site_of(row), *times, row.waiting, row.taken)
