"""Trainings, requests for a role, and the list of staff."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus, AgeBand, RequestState, Role, RoleGrant
from campaign_engine.ports.planning import StaffContact
from campaign_engine.ports.team import LogLine
from campaign_engine.store import threads
from campaign_engine.store.confirming import CONFIRMED
from campaign_engine.store.grants import grant_of
from campaign_engine.store.tables import (
    addresses,
    audit_entries,
    contacts,
    role_grants,
    role_requests,
    staff_members,
    trainings,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

ADULT = (AgeBand.FROM_18, AgeBand.FROM_22)
"""As much of an age as whoever answers a request learns."""


class SqlTeamRepository(Transaction):
    """Implements ports.team.TeamRepository."""

    async def complete_training(self, contact_id: int, code: str, now: datetime) -> bool:
        """One insert."""
        new = insert(self._connection, trainings).values(contact_id=contact_id, code=code, completed_at=now)
        done = await self._connection.execute(new.on_conflict_do_nothing().returning(trainings.c.contact_id))
        return done.one_or_none() is not None

    async def ask(self, contact_id: int, role: Role, precinct: int, now: datetime, until: datetime) -> int | None:
        """One delete, one insert."""
        ended = role_requests.delete().where(role_requests.c.contact_id == contact_id, _ended(now))
        await self._connection.execute(ended)
        new = insert(self._connection, role_requests).values(
            contact_id=contact_id, role=role, precinct=precinct, state=RequestState.OPEN, asked_at=now,
            expires_at=until, answered_by="",
        )  # fmt: skip
        made = await self._connection.execute(new.on_conflict_do_nothing().returning(role_requests.c.id))
        number: int | None = made.scalar_one_or_none()
        return number

    async def take_back(self, contact_id: int) -> None:
        """One delete."""
        await self._connection.execute(role_requests.delete().where(role_requests.c.contact_id == contact_id))

    async def answer(self, request_id: int, state: str, handle: str, until: datetime, now: datetime) -> bool:
        """One update, which only one of two who answer at once can make."""
        waiting = (role_requests.c.id == request_id, role_requests.c.state == RequestState.OPEN, ~_ended(now))
        change = role_requests.update().where(*waiting).values(state=state, answered_by=handle, expires_at=until)
        return (await self._connection.execute(change)).rowcount == 1

    async def asker(self, contact_id: int, now: datetime) -> StaffContact | None:
        """One read."""
        awake = sa.or_(contacts.c.paused_until.is_(None), contacts.c.paused_until <= now)
        found = await self._reachable(contacts.c.id == contact_id, awake)
        return found[0] if found else None

    async def answerers(self, roles: tuple[Role, ...]) -> Mapping[int, tuple[RoleGrant, ...]]:
        """One read."""
        wanted = sa.select(role_grants).where(role_grants.c.role.in_(roles)).order_by(role_grants.c.id)
        found: dict[int, list[RoleGrant]] = defaultdict(list)
        for row in await self._connection.execute(wanted):
            found[row.contact_id].append(grant_of(row))
        return {contact_id: tuple(grants) for contact_id, grants in found.items()}

    async def contacts(self, contact_ids: frozenset[int]) -> tuple[StaffContact, ...]:
        """One read."""
        return await self._reachable(contacts.c.id.in_(sorted(contact_ids)))

    async def members(self) -> Mapping[str, tuple[RoleGrant, ...]]:
        """One read."""
        wanted = (
            sa.select(staff_members.c.handle, role_grants)
            .join_from(staff_members, role_grants, role_grants.c.contact_id == staff_members.c.contact_id)
            .order_by(staff_members.c.handle, role_grants.c.id)
        )
        found: dict[str, list[RoleGrant]] = defaultdict(list)
        for row in await self._connection.execute(wanted):
            found[row.handle].append(grant_of(row))
        return {handle: tuple(grants) for handle, grants in found.items()}

    async def take_role(self, handle: str, grant: RoleGrant) -> bool:
        """Two statements, four with the last role."""
        theirs = sa.select(staff_members.c.contact_id).where(staff_members.c.handle == handle).scalar_subquery()
        gone = role_grants.delete().where(
            role_grants.c.contact_id == theirs,
            role_grants.c.role == grant.role,
            role_grants.c.scope_kind == grant.scope.kind,
            role_grants.c.scope_value == grant.scope.value,
        )
        contact_id = (await self._connection.execute(gone.returning(role_grants.c.contact_id))).scalar_one_or_none()
        if contact_id is None:
            return False
        left = sa.select(sa.exists().where(role_grants.c.contact_id == contact_id))
        if not (await self._connection.execute(left)).scalar_one():
            for table in (trainings, staff_members):
                await self._connection.execute(table.delete().where(table.c.contact_id == contact_id))
        return True

    async def signed_up(self, site_id: int) -> int:
        """One read."""
        wanted = sa.select(sa.func.count()).select_from(contacts).where(contacts.c.site_id == site_id, CONFIRMED)
        return int(await self._connection.scalar(wanted) or 0)

    async def log(self, before: int | None, limit: int) -> tuple[LogLine, ...]:
        """One read."""
        wanted = sa.select(audit_entries).order_by(audit_entries.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(audit_entries.c.id < before)
        rows = await self._connection.execute(wanted)
        return tuple(LogLine(row.id, row.hour, row.actor, row.action, row.object) for row in rows)

    async def forget_requests(self, now: datetime) -> int:
        """One delete."""
        return (await self._connection.execute(role_requests.delete().where(_ended(now)))).rowcount

    async def _reachable(self, *which: sa.ColumnElement[bool]) -> tuple[StaffContact, ...]:
        wanted = (
            sa.select(
                contacts.c.id, contacts.c.language, addresses.c.channel, addresses.c.address_cipher, threads.THREAD
            )
            .join(addresses, addresses.c.contact_id == contacts.c.id)
            .where(addresses.c.status == AddressStatus.ACTIVE, *which)
            .order_by(contacts.c.id)
        )
        return tuple(
            StaffContact(
                row.id,
                row.language,
                threads.destination(row.channel, row.address_cipher, row.thread_cipher, self._cipher),
            )
            for row in await self._connection.execute(wanted)
        )


def _ended(now: datetime) -> sa.ColumnElement[bool]:
    return role_requests.c.expires_at <= now
