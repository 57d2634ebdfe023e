"""Numbers per room and post."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.ports.room_figures import RoomFigure
from campaign_engine.store.tables import deliveries, occurrences, room_figures, seen_updates
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_KEY = ("room_id", "figure", "subject")


class SqlRoomFiguresRepository(Transaction):
    """Implements ports.room_figures.RoomFiguresRepository."""

    async def is_new(self, channel: str, update_id: str, now: datetime) -> bool:
        """One insert."""
        mark = insert(self._connection, seen_updates).values(channel=channel, update_id=update_id, seen_at=now)
        marked = mark.on_conflict_do_nothing().returning(seen_updates.c.update_id)
        return (await self._connection.execute(marked)).one_or_none() is not None

    async def post_of(self, room_id: int, platform_id: str) -> int | None:
        """One read."""
        wanted = (
            sa.select(occurrences.c.post_id)
            .join_from(deliveries, occurrences, occurrences.c.id == deliveries.c.occurrence_id)
            .where(deliveries.c.room_id == room_id, deliveries.c.platform_id == platform_id)
            .order_by(deliveries.c.id.desc())
            .limit(1)
        )
        post: int | None = await self._connection.scalar(wanted)
        return post

    async def add(self, room_id: int, figure: RoomFigure, subject: str, change: int, now: datetime) -> None:
        """One upsert."""
        total = room_figures.c.count + change
        await self._write((room_id, figure, subject), max(0, change), sa.case((total < 0, 0), else_=total), now)

    async def totals(self, room_id: int) -> Mapping[RoomFigure, int]:
        """One read."""
        c = room_figures.c
        wanted = sa.select(c.figure, sa.func.sum(c.count).label("total")).where(c.room_id == room_id).group_by(c.figure)
        return {RoomFigure(row.figure): int(row.total) for row in await self._connection.execute(wanted)}

    async def put(self, room_id: int, figure: RoomFigure, subject: str, count: int, now: datetime) -> None:
        """One upsert."""
        await self._write((room_id, figure, subject), count, sa.literal(count), now)

    async def _write(self, key: tuple[int, str, str], first: int, again: sa.ColumnElement[int], now: datetime) -> None:
        row = dict(zip(_KEY, key, strict=True))
        new = insert(self._connection, room_figures).values(**row, count=first, counted_at=now)
        changed = new.on_conflict_do_update(
            index_elements=[room_figures.c[name] for name in _KEY], set_={"count": again, "counted_at": now}
        )
        await self._connection.execute(changed)
