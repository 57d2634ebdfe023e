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
        """One read."""
        ran = sa.exists().where(
            t.posts.c.campaign_id == t.campaigns.c.id,
            t.occurrences.c.post_id == t.posts.c.id,
            sa.literal(since, _DUE_AT.type) <= _DUE_AT,
            sa.literal(until, _DUE_AT.type) > _DUE_AT,
        )
        c, author = t.sunday_cards.c, t.campaigns.c.author_id
        got = sa.exists().where(c.campaign_id == t.campaigns.c.id, c.contact_id == author, c.sunday == sunday)
        due = (
            sa.select(t.campaigns.c.id, author)
            .join(t.staff_members, t.staff_members.c.contact_id == author)
            .where(ran, ~got)
            .order_by(t.campaigns.c.id)
        )
        return tuple(SundayCard(*row, sunday) for row in await self._connection.execute(due))

    async def note_sunday(self, card: SundayCard) -> int:
        """One insert and, where it noted something, one read."""
        row = (sa.literal(card.campaign_id, t.Id), t.staff_members.c.contact_id, sa.literal(card.sunday, sa.Date))
        theirs = sa.select(*row).where(t.staff_members.c.contact_id == card.contact_id)
        noted = insert(self._connection, t.sunday_cards).from_select(["campaign_id", "contact_id", "sunday"], theirs)
        once = noted.on_conflict_do_nothing().returning(t.sunday_cards.c.sunday)
        if (await self._connection.execute(once)).one_or_none() is None:
            return 0
        c = t.sunday_cards.c
        theirs_now = sa.select(sa.func.count()).where(c.contact_id == card.contact_id, c.sunday == card.sunday)
        return int(await self._connection.scalar(theirs_now) or 0)

    async def forget_sundays(self, before: date) -> int:
        """One delete."""
        gone = t.sunday_cards.delete().where(t.sunday_cards.c.sunday < before)
        return (await self._connection.execute(gone)).rowcount
