"""Handles, role grants and role invites."""

from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.codes import INVITE_CODE_LENGTH, new_code, plain_code
from campaign_engine.domain.contact import RoleGrant
from campaign_engine.domain.handle import code_not_valid, handle_taken
from campaign_engine.store.grants import grant_of
from campaign_engine.store.tables import audit_entries, role_grants, role_invites, staff_members
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_GRANT = ("role", "scope_kind", "scope_value")


class SqlStaffRepository(Transaction):
    """Implements ports.planning.StaffRepository."""

    async def invite(self, grant: RoleGrant, expires_at: datetime) -> str:
        """One insert."""
        code = new_code(INVITE_CODE_LENGTH)
        await self._connection.execute(
            role_invites.insert().values(
                code_hash=self._cipher.code_hash(code), expires_at=expires_at, **_grant_values(grant)
            )
        )
        return code

    async def invited(self, code: str, now: datetime) -> RoleGrant | None:
        """One statement."""
        wanted = sa.select(*(role_invites.c[name] for name in _GRANT)).where(self._valid(code, now))
        row = (await self._connection.execute(wanted)).one_or_none()
        return grant_of(row) if row else None

    async def redeem(self, code: str, contact_id: int, handle: str, now: datetime) -> RoleGrant:
        """Four statements."""
        spent = role_invites.update().where(self._valid(code, now)).values(used_at=now)
        row = (
            await self._connection.execute(spent.returning(*(role_invites.c[name] for name in _GRANT)))
        ).one_or_none()
        if row is None:
            raise code_not_valid()
        member = insert(self._connection, staff_members).values(contact_id=contact_id, handle=handle)
        await self._connection.execute(member.on_conflict_do_nothing())
        if not await self.handle(contact_id):
            raise handle_taken()
        grant = grant_of(row)
        given = insert(self._connection, role_grants).values(
            contact_id=contact_id, granted_at=now, **_grant_values(grant)
        )
        await self._connection.execute(given.on_conflict_do_nothing())
        return grant

    async def grants(self, contact_id: int) -> tuple[RoleGrant, ...]:
        """One statement."""
        mine = sa.select(*(role_grants.c[name] for name in _GRANT)).where(role_grants.c.contact_id == contact_id)
        return tuple(grant_of(row) for row in await self._connection.execute(mine.order_by(role_grants.c.id)))

    async def handle(self, contact_id: int) -> str:
        """One statement."""
        mine = sa.select(staff_members.c.handle).where(staff_members.c.contact_id == contact_id)
        return (await self._connection.execute(mine)).scalar_one_or_none() or ""

    async def handle_taken(self, handle: str) -> bool:
        """One statement; a handle that the log remembers belongs to whoever had it."""
        known = sa.exists().where(audit_entries.c.actor == handle)
        taken = sa.select(sa.or_(sa.exists().where(staff_members.c.handle == handle), known))
        return bool((await self._connection.execute(taken)).scalar_one())

    def _valid(self, code: str, now: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(
            role_invites.c.code_hash == self._cipher.code_hash(plain_code(code)),
            role_invites.c.used_at.is_(None),
            role_invites.c.expires_at > now,
        )


def _grant_values(grant: RoleGrant) -> dict[str, str]:
    return {"role": grant.role, "scope_kind": grant.scope.kind, "scope_value": grant.scope.value}
