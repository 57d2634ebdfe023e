"""One-time links and sessions of the team's pages."""

from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.contact import RoleGrant
from campaign_engine.domain.staff_session import LinkState
from campaign_engine.store.grants import grant_of
from campaign_engine.store.tables import role_grants, staff_links, staff_members, staff_sessions
from campaign_engine.store.transaction import Transaction


class SqlStaffSessionsRepository(Transaction):
    """Implements ports.staff_sessions.StaffSessionsRepository."""

    async def keep_link(self, token: str, contact_id: int, until: datetime) -> None:
        """One delete, one insert."""
        earlier = staff_links.delete().where(staff_links.c.contact_id == contact_id, staff_links.c.spent_at.is_(None))
        await self._connection.execute(earlier)
        new = staff_links.insert().values(token_hash=self._link(token), contact_id=contact_id, expires_at=until)
        await self._connection.execute(new)

    async def look(self, token: str, now: datetime) -> LinkState:
        """One read."""
        wanted = sa.select(staff_links.c.expires_at, staff_links.c.spent_at)
        row = (
            await self._connection.execute(wanted.where(staff_links.c.token_hash == self._link(token)))
        ).one_or_none()
        if row is None:
            return LinkState.OVER
        if row.spent_at is not None:
            return LinkState.SPENT
        return LinkState.OPEN if row.expires_at > now else LinkState.OVER

    async def spend(self, token: str, now: datetime) -> int | None:
        """One update, which only one of two who press at once can make."""
        c = staff_links.c
        open_ = (c.token_hash == self._link(token), c.spent_at.is_(None), c.expires_at > now)
        spent = staff_links.update().where(*open_).values(spent_at=now).returning(c.contact_id)
        contact_id: int | None = (await self._connection.execute(spent)).scalar_one_or_none()
        return contact_id

    async def begin(self, token: str, contact_id: int, until: datetime) -> None:
        """One insert."""
        new = staff_sessions.insert().values(token_hash=self._session(token), contact_id=contact_id, expires_at=until)
        await self._connection.execute(new)

    async def find(self, token: str, now: datetime) -> tuple[str, tuple[RoleGrant, ...]] | None:
        """One read."""
        c = staff_sessions.c
        wanted = (
            sa.select(staff_members.c.handle, role_grants)
            .select_from(staff_sessions)
            .join(staff_members, staff_members.c.contact_id == c.contact_id)
            .join(role_grants, role_grants.c.contact_id == c.contact_id)
            .where(c.token_hash == self._session(token), c.expires_at > now)
            .order_by(role_grants.c.id)
        )
        rows = (await self._connection.execute(wanted)).all()
        return (rows[0].handle, tuple(grant_of(row) for row in rows)) if rows else None

    async def end(self, token: str) -> bool:
        """One delete."""
        gone = staff_sessions.delete().where(staff_sessions.c.token_hash == self._session(token))
        return (await self._connection.execute(gone)).rowcount == 1

    async def contact_of(self, handle: str) -> int | None:
        """One read."""
        wanted = sa.select(staff_members.c.contact_id).where(staff_members.c.handle == handle)
        contact_id: int | None = (await self._connection.execute(wanted)).scalar_one_or_none()
        return contact_id

    async def forget(self, before: datetime) -> int:
        """Two deletes."""
        ended = [table.delete().where(table.c.expires_at <= before) for table in (staff_links, staff_sessions)]
        return sum([(await self._connection.execute(each)).rowcount for each in ended])

    def _link(self, token: str) -> str:
        return self._cipher.code_hash(f"staff_link:{token}")

    def _session(self, token: str) -> str:
        return self._cipher.code_hash(f"staff_session:{token}")
