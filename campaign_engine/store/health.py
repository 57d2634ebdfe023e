"""What an operator looks at and no conversation needs; reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.store.tables import (
    deliveries,
    delivery_counts,
    lanes,
    occurrences,
    posts,
    precincts,
    rankings,
    role_grants,
)


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


async def database_clock(connection: AsyncConnection) -> datetime:
    """The present moment as PostgreSQL's machine has it."""
    moment: datetime = (await connection.execute(sa.select(sa.func.now()))).scalar_one()
    return moment


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


@dataclass(frozen=True, slots=True)
class Broken:
    """Of a campaign and New York day: `frozen` messages to people or rooms do not add up to what became of them.

    `found` are there or were counted and removed after their time; of them `known` are in a state that there is.
    """

    campaign_id: int
    day: date
    is_room: bool
    frozen: int
    found: int
    known: int


async def broken(connection: AsyncConnection) -> tuple[Broken, ...]:
    """Where the accounting identity of measures does not hold; one statement, so that it sees one moment.

    Left out are days with something frozen by a version that kept no count.
    """
    sums: dict[tuple[int, date, bool], list[int]] = {}
    unknown: set[tuple[int, date, bool]] = set()
    for row in await connection.execute(_accounts()):
        key = (row.campaign_id, date.fromisoformat(row.day), bool(row.is_room))
        if row.frozen is None:
            unknown.add(key)
            continue
        sums[key] = [total + int(more) for total, more in zip(sums.get(key, (0, 0, 0)), row[3:], strict=True)]
    return tuple(
        Broken(*key, *numbers) for key, numbers in sorted(sums.items()) if key not in unknown and len(set(numbers)) > 1
    )


def _accounts() -> sa.CompoundSelect[Any]:
    """Rows (campaign, day, rooms or people, frozen, found, known), to be added up."""
    known = [status.value for status in DeliveryStatus]
    none, day = sa.literal(0), _day(occurrences.c.wall_time)
    fired = sa.select(posts.c.campaign_id, day.label("day")).join(occurrences, occurrences.c.post_id == posts.c.id)
    frozen = (
        fired.add_columns(sa.literal(is_room, sa.Boolean).label("is_room"), column.label("frozen"), none, none)
        for is_room, column in ((False, occurrences.c.frozen_people), (True, occurrences.c.frozen_rooms))
    )
    each = sa.select(
        deliveries.c.occurrence_id,
        deliveries.c.is_room,
        sa.func.count().label("found"),
        sa.func.sum(sa.case((deliveries.c.status.in_(known), 1), else_=0)).label("known"),
    )
    rows = each.group_by(deliveries.c.occurrence_id, deliveries.c.is_room).subquery()
    there = fired.add_columns(rows.c.is_room, none, rows.c.found, rows.c.known)
    c = delivery_counts.c
    removed = sa.select(c.campaign_id, _day(c.day), sa.false(), none, c.messages, c.messages)
    still = sa.select(posts.c.campaign_id).join(occurrences, occurrences.c.post_id == posts.c.id)
    return sa.union_all(
        *frozen, there.join(rows, rows.c.occurrence_id == occurrences.c.id), removed.where(c.campaign_id.in_(still))
    )


def _day(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """ISO date as text, the same on both databases."""
    return sa.cast(sa.func.date(column), sa.String(10))


def _of(campaign_id: int | None, statement: sa.Select[Any]) -> sa.Select[Any]:
    if campaign_id is None:
        return statement
    mine = sa.select(occurrences.c.id).join_from(occurrences, posts, posts.c.id == occurrences.c.post_id)
    return statement.where(deliveries.c.occurrence_id.in_(mine.where(posts.c.campaign_id == campaign_id)))
