"""What an operator looks at and no conversation needs; reads only."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.store.tables import deliveries, lanes, occurrences, posts, precincts, rankings, role_grants


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A message that may or may not have left."""

    delivery_id: int
    lane: str
    is_room: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """All rows of deliveries, counted twice: by statuses that the program knows, and in one number.

    `stranded` are sending under an epoch that has ended: the next start of the lane makes them unconfirmed.
    """

    by_status: dict[DeliveryStatus, int]
    rows: int
    stranded: int

    @property
    def adds_up(self) -> bool:
        """The accounting identity: every row is in one known status."""
        return sum(self.by_status.values()) == self.rows


async def holders(connection: AsyncConnection) -> dict[Role, frozenset[int]]:
    """Contact ids of staff by role."""
    found: dict[Role, set[int]] = {role: set() for role in Role}
    for row in await connection.execute(sa.select(role_grants.c.role, role_grants.c.contact_id)):
        found[Role(row.role)].add(row.contact_id)
    return {role: frozenset(ids) for role, ids in found.items()}


async def tables_filled(connection: AsyncConnection) -> tuple[int, int]:
    """How many precincts and rankings there are."""
    wanted = (sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in (precincts, rankings))
    loaded, ranked = (await connection.execute(sa.select(*wanted))).one()
    return loaded, ranked


async def ledger(connection: AsyncConnection, campaign_id: int | None = None) -> Ledger:
    """Of one campaign, or of all."""
    known = [status.value for status in DeliveryStatus]
    counts = sa.select(deliveries.c.status, sa.func.count()).where(deliveries.c.status.in_(known))
    by_status = dict.fromkeys(DeliveryStatus, 0)
    for status, count in await connection.execute(_of(campaign_id, counts).group_by(deliveries.c.status)):
        by_status[DeliveryStatus(status)] = count
    rows = await connection.scalar(_of(campaign_id, sa.select(sa.func.count(deliveries.c.id))))
    ended = sa.select(sa.func.count(deliveries.c.id)).outerjoin_from(
        deliveries, lanes, lanes.c.name == deliveries.c.lane
    )
    ended = ended.where(
        deliveries.c.status == DeliveryStatus.SENDING, sa.func.coalesce(lanes.c.epoch, -1) != deliveries.c.epoch
    )
    return Ledger(by_status, rows or 0, await connection.scalar(ended) or 0)


async def unconfirmed(connection: AsyncConnection, campaign_id: int) -> tuple[Unconfirmed, ...]:
    """Those that wait for somebody's decision, oldest first."""
    wanted = sa.select(deliveries.c.id, deliveries.c.lane, deliveries.c.is_room).where(
        deliveries.c.status == DeliveryStatus.UNCONFIRMED
    )
    rows = await connection.execute(_of(campaign_id, wanted).order_by(deliveries.c.id))
    return tuple(Unconfirmed(row.id, row.lane, row.is_room) for row in rows)


def _of(campaign_id: int | None, statement: sa.Select[Any]) -> sa.Select[Any]:
    if campaign_id is None:
        return statement
    mine = sa.select(occurrences.c.id).join_from(occurrences, posts, posts.c.id == occurrences.c.post_id)
    return statement.where(deliveries.c.occurrence_id.in_(mine.where(posts.c.campaign_id == campaign_id)))
