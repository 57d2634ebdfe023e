"""How campaigns stand, and who got which card on a Sunday."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.boards import SundayCard
from campaign_engine.store import tables as t
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_DUE_AT = t.occurrences.c.due_at


class SqlBoardsRepository(Transaction):
    """Implements ports.boards.BoardsRepository."""

    async def messages(self, campaigns: Collection[int]) -> Mapping[int, Mapping[DeliveryStatus, int]]:
        """One statement."""
        found: dict[int, dict[DeliveryStatus, int]] = {number: {} for number in campaigns}
        there = (
            sa.select(t.posts.c.campaign_id, t.deliveries.c.status, sa.func.count().label("messages"))
            .select_from(t.deliveries)
            .join(t.occurrences, t.occurrences.c.id == t.deliveries.c.occurrence_id)
            .join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
            .where(t.posts.c.campaign_id.in_(found))
            .group_by(t.posts.c.campaign_id, t.deliveries.c.status)
        )
        c = t.delivery_counts.c
        counted = (
            sa.select(c.campaign_id, c.status, sa.func.sum(c.messages).label("messages"))
            .where(c.campaign_id.in_(found))
            .group_by(c.campaign_id, c.status)
        )
        for row in await self._connection.execute(sa.union_all(there, counted)):
            mine, status = found[row.campaign_id], DeliveryStatus(row.status)
            mine[status] = mine.get(status, 0) + int(row.messages)
        return found

    async def sunday_cards(self, since: datetime, until: datetime, sunday: date) -> tuple[SundayCard, ...]:
        """One insert that gives back what it wrote."""
        ran = sa.exists().where(
            t.posts.c.campaign_id == t.campaigns.c.id,
            t.occurrences.c.post_id == t.posts.c.id,
            sa.literal(since, _DUE_AT.type) <= _DUE_AT,
            sa.literal(until, _DUE_AT.type) > _DUE_AT,
        )
        due = (
            sa.select(t.campaigns.c.id, t.campaigns.c.author_id, sa.literal(sunday, sa.Date))
            .join(t.staff_members, t.staff_members.c.contact_id == t.campaigns.c.author_id)
            .where(ran)
            .order_by(t.campaigns.c.id)
        )
        cards = t.sunday_cards.c
        noted = insert(self._connection, t.sunday_cards).from_select(["campaign_id", "contact_id", "sunday"], due)
        rows = await self._connection.execute(
            noted.on_conflict_do_nothing().returning(cards.campaign_id, cards.contact_id)
        )
        return tuple(sorted((SundayCard(*row) for row in rows), key=lambda card: card.campaign_id))

    async def forget_sundays(self, before: date) -> int:
        """One delete."""
        gone = t.sunday_cards.delete().where(t.sunday_cards.c.sunday < before)
        return (await self._connection.execute(gone)).rowcount
