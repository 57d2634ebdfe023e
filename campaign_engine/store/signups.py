"""Windows for sign-ups, and what is remembered to tell a burst (threats T10, ADR 19)."""

from datetime import date, datetime

import sqlalchemy as sa

from campaign_engine.store.tables import recent_signups, signup_sources, site_windows, source_codes
from campaign_engine.store.transaction import Transaction


class SqlSignupsRepository(Transaction):
    """Implements ports.signups.SignupsRepository."""

    async def is_open(self, site_id: int, now: datetime) -> bool:
        """One read."""
        return bool(await self._connection.scalar(sa.select(sa.exists().where(*open_windows(site_id, now)))))

    async def is_old(self, code: str) -> bool:
        """One read."""
        c = source_codes.c
        replaced = sa.exists().where(~c.active, sa.or_(c.code == code, c.word_code == code))
        return bool(await self._connection.scalar(sa.select(replaced)))

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
