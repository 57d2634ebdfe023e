"""Numbers per room and post."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.room_figures import RoomFigure, about_campaign, about_post
from campaign_engine.store.tables import campaigns, deliveries, occurrences, posts, room_figures, seen_updates
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

    async def post_of(self, room_id: int, platform_id: str) -> str | None:
        """One read."""
        wanted = (
            sa.select(occurrences.c.post_id, occurrences.c.id)
            .join_from(deliveries, occurrences, occurrences.c.id == deliveries.c.occurrence_id)
            .where(deliveries.c.room_id == room_id, deliveries.c.platform_id == platform_id)
            .order_by(deliveries.c.id.desc())
            .limit(1)
        )
        row = (await self._connection.execute(wanted)).one_or_none()
        return about_post(row.post_id, row.id) if row is not None else None

    async def add(self, room_id: int, figure: RoomFigure, subject: str, change: int, now: datetime) -> None:
        """One upsert."""
        total = room_figures.c.count + change
        await self._write((room_id, figure, subject), max(0, change), sa.case((total < 0, 0), else_=total), now)

    async def add_meanwhile(self, room_id: int, now: datetime) -> None:
        """One read, and one upsert for each of them."""
        posted = (
            sa.select(campaigns.c.id)
            .join(posts, posts.c.campaign_id == campaigns.c.id)
            .join(occurrences, occurrences.c.post_id == posts.c.id)
            .join(deliveries, deliveries.c.occurrence_id == occurrences.c.id)
            .where(campaigns.c.status == CampaignStatus.RUNNING, deliveries.c.room_id == room_id)
            .where(deliveries.c.status == DeliveryStatus.SENT)
            .distinct()
            .order_by(campaigns.c.id)
        )
        for campaign_id in (await self._connection.scalars(posted)).all():
            await self.add(room_id, RoomFigure.JOINS_MEANWHILE, about_campaign(campaign_id), 1, now)

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
