"""The truth about every message: what lanes claim and how it ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.domain.delivery import CLAIMABLE, DeliveryStatus, OccurrenceStatus, check_delivery_transition
from campaign_engine.domain.errors import Conflict, NotFound
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.store import claims, text_approvals
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.tables import addresses, deliveries, occurrences, posts, rooms
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import in_states

_SENDING = DeliveryStatus.SENDING


class SqlDeliveriesRepository(Transaction):
    """Implements ports.sending.DeliveriesRepository."""

    async def claim(
        self, lane: str, epoch: int, limit: int, now: datetime, *, notices_only: bool = False
    ) -> tuple[Claimed, ...]:
        """One read that locks and, where it found any, one update and two reads, three with an automatic text."""
        found = await self._connection.execute(claims.chosen(lane, epoch, limit, now, notices_only=notices_only))
        ids = claims.one_each(found)
        if not ids:
            return ()
        # A statement of its own sees what other claims committed until they gave these people free (READ COMMITTED).
        marked = await self._connection.execute(
            deliveries.update()
            .where(deliveries.c.id.in_(ids), in_states(*CLAIMABLE), ~claims.in_hand())
            .values(status=_SENDING, epoch=epoch, attempts=deliveries.c.attempts + 1, updated_at=now)
            .returning(deliveries.c.id)
        )
        return await self._details(marked.scalars().all(), now)

    async def again(self, delivery_id: int, now: datetime) -> Claimed | None:
        """Two reads, three of an automatic text."""
        found = await self._details([delivery_id], now)
        return found[0] if found else None

    async def _details(self, ids: Sequence[int], now: datetime) -> tuple[Claimed, ...]:
        if not ids:
            return ()
        rows = (await self._connection.execute(claims.details(), {"ids": list(ids)})).all()
        people = [row.contact_id for row in rows if row.contact_id is not None]
        left = await self._connection.execute(claims.left(people, ids, now)) if people else ()
        wordings = await text_approvals.approved(self._connection, claims.automatic(rows))
        return claims.claimed(rows, claims.by_person(left), wordings, self._cipher)

    async def record(self, lane: str, epoch: int, outcomes: Sequence[Outcome], now: datetime) -> int:
        """One update; one more each for addresses and rooms that are gone, four where somebody moved."""
        if not outcomes:
            return 0
        for outcome in outcomes:
            check_delivery_transition(_SENDING, outcome.status)
        mine = sa.and_(
            deliveries.c.lane == lane,
            deliveries.c.epoch == epoch,
            in_states(_SENDING),
        )
        # Addresses first, as a deletion locks them: the other way round the two could wait for each other.
        await self._gone([outcome.delivery_id for outcome in outcomes if outcome.gone], mine)
        await self._moved(lane, [outcome for outcome in outcomes if outcome.moved_to], mine)
        ended = _as_rows(outcomes, now)
        recorded = await self._connection.execute(
            deliveries.update()
            .where(deliveries.c.id == ended.c.id, mine)
            .values(
                status=ended.c.status,
                reason=ended.c.reason,
                platform_id=ended.c.platform_id,
                next_attempt_at=ended.c.next_attempt_at,
                attempts=deliveries.c.attempts - ended.c.untried,
                updated_at=now,
            )
            .returning(deliveries.c.id)
        )
        return len(recorded.all())

    async def unconfirmed(self, lane: str, epoch: int, now: datetime) -> int:
        """One update."""
        left = deliveries.update().where(deliveries.c.lane == lane, deliveries.c.epoch < epoch, in_states(_SENDING))
        changed = left.values(status=DeliveryStatus.UNCONFIRMED, reason="interrupted", updated_at=now)
        return (await self._connection.execute(changed)).rowcount

    async def decide(self, delivery_id: int, after: DeliveryStatus, now: datetime) -> None:
        """One update, and for a resent one another that lets clocks look at its occurrence again."""
        check_delivery_transition(DeliveryStatus.UNCONFIRMED, after)
        changed = await self._connection.scalar(
            deliveries.update()
            .where(deliveries.c.id == delivery_id, in_states(DeliveryStatus.UNCONFIRMED))
            .values(status=after, next_attempt_at=now, updated_at=now)
            .returning(deliveries.c.occurrence_id)
        )
        if changed is None:
            await self._not_unconfirmed(delivery_id)
        if after is DeliveryStatus.QUEUED:
            again = occurrences.update().where(occurrences.c.id == changed)
            await self._connection.execute(again.values(status=OccurrenceStatus.OPEN))

    async def counts(self, campaign_id: int | None = None) -> dict[DeliveryStatus, int]:
        """One statement."""
        wanted = sa.select(deliveries.c.status, sa.func.count()).group_by(deliveries.c.status)
        if campaign_id is not None:
            fired = sa.select(occurrences.c.id).join(posts, posts.c.id == occurrences.c.post_id)
            mine = fired.where(posts.c.campaign_id == campaign_id)
            wanted = wanted.where(deliveries.c.occurrence_id.in_(mine))
        found = {DeliveryStatus(status): count for status, count in await self._connection.execute(wanted)}
        return dict.fromkeys(DeliveryStatus, 0) | found

    async def open_count(self, lane: str) -> int:
        """One statement."""
        wanted = sa.select(sa.func.count()).select_from(deliveries)
        return int(
            await self._connection.scalar(
                wanted.where(deliveries.c.lane == lane, in_states(*CLAIMABLE), claims.GOES_ON)
            )
            or 0
        )

    async def _not_unconfirmed(self, delivery_id: int) -> None:
        known = await self._connection.scalar(sa.select(deliveries.c.id).where(deliveries.c.id == delivery_id))
        if known is None:
            raise NotFound("There is no such message.", "Open the list of unconfirmed messages again.")
        raise Conflict("Somebody has decided about this message already.", "Open the list again to see the rest.")

    async def _gone(self, ids: list[int], mine: sa.ColumnElement[bool]) -> None:
        """An opt-out stays what it is: the person's own word."""
        if not ids:
            return
        lost = sa.and_(deliveries.c.id.in_(ids), mine)
        await self._connection.execute(
            addresses.update()
            .where(
                addresses.c.id.in_(sa.select(deliveries.c.address_id).where(lost)),
                addresses.c.status == AddressStatus.ACTIVE,
            )
            .values(status=AddressStatus.UNREACHABLE)
        )
        left = rooms.c.id.in_(sa.select(deliveries.c.room_id).where(lost))
        await self._connection.execute(rooms.update().where(left).values(active=False))

    async def _moved(self, channel: str, moved: list[Outcome], mine: sa.ColumnElement[bool]) -> None:
        """Each statement once for all of them; where the new address is known already the old one is given up."""
        if not moved:
            return
        new = [
            {
                "delivery": outcome.delivery_id,
                "new_hash": self._cipher.lookup(channel, outcome.moved_to),
                "new_cipher": self._cipher.encrypt(channel, outcome.moved_to),
            }
            for outcome in moved
        ]
        for table, link, given_up in (
            (addresses, deliveries.c.address_id, {"status": AddressStatus.UNREACHABLE}),
            (rooms, deliveries.c.room_id, {"active": False}),
        ):
            theirs = table.c.id.in_(sa.select(link).where(deliveries.c.id == sa.bindparam("delivery"), mine))
            other = table.alias()
            taken = sa.exists().where(other.c.address_hash == sa.bindparam("new_hash"))
            values: dict[str, Any] = {
                "address_hash": sa.bindparam("new_hash"),
                "address_cipher": sa.bindparam("new_cipher"),
            }
            await self._connection.execute(table.update().where(theirs, ~taken).values(values), new)
            stale = table.c.address_hash != sa.bindparam("new_hash")
            await self._connection.execute(table.update().where(theirs, stale).values(given_up), new)


def _as_rows(outcomes: Sequence[Outcome], now: datetime) -> sa.CTE:
    """A retry without a time of its own is due at once; for what has ended the time means nothing."""
    columns = (
        sa.column("id", deliveries.c.id.type),
        sa.column("status", sa.String),
        sa.column("reason", sa.String),
        sa.column("platform_id", sa.String),
        sa.column("next_attempt_at", UtcDateTime),
        sa.column("untried", sa.Integer),
    )
    rows = [
        (
            outcome.delivery_id,
            outcome.status.value,
            outcome.reason,
            outcome.platform_id,
            outcome.next_attempt_at or now,
            0 if outcome.tried else 1,
        )
        for outcome in outcomes
    ]
    return sa.values(*columns, name="ended").data(rows).cte("ended")
