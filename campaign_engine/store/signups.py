"""Which sign-ups on the open web count (threats T10, ADR 19)."""

from datetime import date, datetime

import sqlalchemy as sa

from campaign_engine.domain.confirming import CROWD, may_settle
from campaign_engine.store.tables import signup_sources, site_windows, unconfirmed_contacts
from campaign_engine.store.transaction import Transaction


class SqlSignupsRepository(Transaction):
    """Implements ports.signups.SignupsRepository."""

    async def settle(self, now: datetime) -> int:
        """One read, and one write for each site and hour: none is looked at again."""
        c = unconfirmed_contacts.c
        settling = sa.func.sum(sa.case((c.settles, 1), else_=0))
        crowds = sa.select(c.site_id, c.hour, sa.func.count().label("people")).group_by(c.site_id, c.hour)
        settled = 0
        for crowd in (await self._connection.execute(crowds.having(settling > 0))).all():
            if not may_settle(crowd.hour, now):
                continue
            theirs = sa.and_(c.site_id.is_not_distinct_from(crowd.site_id), c.hour == crowd.hour, c.settles)
            if crowd.people <= CROWD:
                settled += (await self._connection.execute(unconfirmed_contacts.delete().where(theirs))).rowcount
            else:
                await self._connection.execute(unconfirmed_contacts.update().where(theirs).values(settles=False))
        return settled

    async def forget(self, closed_before: datetime) -> int:
        """One delete."""
        old = site_windows.delete().where(site_windows.c.closes_at < closed_before)
        return (await self._connection.execute(old)).rowcount

    async def forget_sources(self, before: date) -> int:
        """One delete."""
        old = signup_sources.delete().where(signup_sources.c.day < before)
        return (await self._connection.execute(old)).rowcount
