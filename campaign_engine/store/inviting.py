"""Allies' invites: signed codes, a counter, and what was used (safety N4)."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from campaign_engine.domain.inviting import LIFE, new_invite, read, written
from campaign_engine.ports.people import FoundInvite
from campaign_engine.store.tables import invite_slots, sites, used_invites
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert


class SqlInvitesRepository(Transaction):
    """Implements ports.people.InvitesRepository."""

    async def issue(
        self, contact_id: int, slots: Sequence[int], generation: int, site_id: int | None, today: date
    ) -> tuple[str, ...]:
        """One upsert; the codes themselves are kept nowhere."""
        rows = [{"contact_id": contact_id, "slot": slot, "last_day": today + LIFE} for slot in slots]
        await self._connection.execute(upsert(self._connection, invite_slots, change=("last_day",)).values(rows))
        return tuple(written(new_invite(generation, site_id, today), self._cipher.code_hash) for _ in slots)

    async def look(self, code: str, today: date) -> FoundInvite | None:
        """One statement, none for a code that we did not make."""
        invite = read(code, today, self._cipher.code_hash)
        if invite is None:
            return None
        hash_ = self._cipher.code_hash(code)
        used = sa.exists().where(used_invites.c.code_hash == hash_)
        site = sa.select(sites.c.id).where(sites.c.id == (invite.site_id or 0), sites.c.active).scalar_subquery()
        row = (await self._connection.execute(sa.select(used.label("used"), site.label("site_id")))).one()
        return FoundInvite(hash_, invite.generation, row.site_id, over=bool(row.used) or invite.is_over(today))
