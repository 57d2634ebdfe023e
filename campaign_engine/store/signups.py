"""Windows for sign-ups, and what is remembered to tell a burst (threats T10, ADR 19)."""

from datetime import date, datetime

import sqlalchemy as sa

from campaign_engine.domain.confirming import SiteWindow
from campaign_engine.store.tables import recent_signups, signup_sources, site_windows, sites, source_codes
from campaign_engine.store.transaction import Transaction


class SqlSignupsRepository(Transaction):
    """Implements ports.signups.SignupsRepository."""

    async def is_open(self, site_id: int, now: datetime) -> bool:
        """One read."""
        return bool(await self._connection.scalar(sa.select(sa.exists().where(*open_windows(site_id, now)))))

    async def window(self, site_id: int, now: datetime) -> SiteWindow | None:
        """One read."""
        c = site_windows.c
        found = sa.select(c.closes_at, c.headcount, c.arrived).where(*open_windows(site_id, now)).limit(1)
        row = (await self._connection.execute(found)).one_or_none()
        return None if row is None else SiteWindow(row.closes_at, row.headcount, row.arrived >= row.headcount)

    async def open_window(self, site_id: int, now: datetime, closes_at: datetime, headcount: int) -> bool:
        """One update, so that two hosts open one after the other, and one insert."""
        locked = sites.update().where(sites.c.id == site_id).values(active=sites.c.active)
        await self._connection.execute(locked)
        if await self.is_open(site_id, now):
            return False
        row = {"site_id": site_id, "opened_at": now, "closes_at": closes_at, "headcount": headcount, "arrived": 0}
        await self._connection.execute(site_windows.insert().values(row))
        return True

    async def close_window(self, site_id: int, now: datetime) -> bool:
        """One update."""
        closed = site_windows.update().where(*open_windows(site_id, now)).values(closes_at=now)
        return bool((await self._connection.execute(closed)).rowcount)

    async def is_old(self, code: str) -> bool:
        """One read."""
        return bool(await self._connection.scalar(sa.select(replaced_code(sa.literal(code)))))

    async def forget_counted(self, before: datetime) -> int:
        """One delete."""
        c = recent_signups.c
        counted = recent_signups.delete().where(c.counts, c.hour < before)
        return (await self._connection.execute(counted)).rowcount

    async def forget(self, closed_before: datetime) -> int:
        """One delete."""
        old = site_windows.delete().where(site_windows.c.closes_at < closed_before)
        return (await self._connection.execute(old)).rowcount

    async def forget_sources(self, before: date) -> int:
        """One delete."""
        old = signup_sources.delete().where(signup_sources.c.day < before)
        return (await self._connection.execute(old)).rowcount


def open_windows(site_id: int, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """At most one of a site."""
    c = site_windows.c
    return (c.site_id == site_id, c.opened_at <= now, c.closes_at > now)


def replaced_code(code: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Stood on a poster of a site, which has another one by now."""
    c = source_codes.c
    return sa.exists().where(~c.active, sa.or_(c.code == code, c.word_code == code))
