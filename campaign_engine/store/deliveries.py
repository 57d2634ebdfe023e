"""The truth about every message: what lanes claim and how it ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.domain.delivery import UNKNOWN_REFUSAL, DeliveryStatus, check_delivery_transition
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.store import choosing, claims, recording, text_approvals
from campaign_engine.store.tables import addresses, deliveries, occurrences, posts, rooms
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import IS_CLAIMABLE, IS_SENDING

_SENDING = DeliveryStatus.SENDING
_FAILED = DeliveryStatus.FAILED


def _struck_before() -> sa.ColumnElement[bool]:
    """Of all that this address or room got before, the platform refused the last one in words that nobody knows."""
    before = deliveries.alias("before")
    theirs = sa.or_(before.c.address_id == deliveries.c.address_id, before.c.room_id == deliveries.c.room_id)
    ended = before.c.status.in_((DeliveryStatus.SENT, _FAILED))
    last = sa.select(before.c.reason).where(theirs, ended).order_by(before.c.updated_at.desc(), before.c.id.desc())
    return last.limit(1).correlate(deliveries).scalar_subquery() == UNKNOWN_REFUSAL


class SqlDeliveriesRepository(Transaction):
    """Implements ports.sending.DeliveriesRepository."""

    async def claim(
        self, lane: str, epoch: int, limit: int, now: datetime, *, notices_only: bool = False
    ) -> tuple[Claimed, ...]:
        """One read; for each campaign that has something due a read and an update; three or four reads of what it took.

        Campaigns of one priority have equal shares, and what one of them does not use the others get.
        """
        mine = {"of_lane": lane, "of_epoch": epoch, "now": now}
        rows = await (choosing.DUE_NOTICES if notices_only else choosing.DUE).rows(self._connection, mine)
        ids: list[int] = []
        for waiting in choosing.turns(rows, now):
            while waiting and len(ids) < limit:
                share = max(1, (limit - len(ids)) // len(waiting))
                for occurrences_of in tuple(waiting):
                    wanted = min(share, limit - len(ids))
                    taken = (
                        await self._take({**mine, "occurrence": occurrences_of[0], "most": wanted}) if wanted else []
                    )
                    ids.extend(taken)
                    if len(taken) < wanted:
                        occurrences_of.popleft()
                    if not occurrences_of:
                        waiting.remove(occurrences_of)
        return await self._details(ids, now)

    async def _take(self, wanted: dict[str, Any]) -> Sequence[int]:
        ids = choosing.one_each(await choosing.CHOSEN.rows(self._connection, wanted))
        if not ids:
            return ()
        # A statement of its own sees what other claims committed until they gave these people free (READ COMMITTED).
        to_mark = {"ids": ids, "of_epoch": wanted["of_epoch"], "now": wanted["now"]}
        found = {row.id for row in await choosing.MARKED.rows(self._connection, to_mark)}
        return [one for one in ids if one in found]

    async def again(self, claimed: Sequence[Claimed], now: datetime) -> dict[int, Claimed]:
        """One read; four or five more where something has changed."""
        asked = {"ids": [one.id for one in claimed], "epoch": claimed[0].epoch}
        rows = await claims.UNCHANGED.rows(self._connection, asked)
        seen = {row.id: claims.seen(row) for row in rows}
        changed = [one.id for one in claimed if one.id in seen and seen[one.id] != one.seen]
        same = {one.id: one for one in claimed if seen.get(one.id) == one.seen}
        return {**same, **{one.id: one for one in await self._details(changed, now)}}

    async def _details(self, ids: Sequence[int], now: datetime) -> tuple[Claimed, ...]:
        if not ids:
            return ()
        rows = await claims.DETAILS.rows(self._connection, {"ids": ids})
        of = {"ids": list({row.occurrence_id for row in rows})}
        of_posts = await claims.POSTS_OF.rows(self._connection, of)
        people = [row.contact_id for row in rows if row.contact_id is not None]
        left = await claims.LEFT.rows(self._connection, claims.of_week(people, ids, now)) if people else ()
        wordings = await text_approvals.approved(self._connection, claims.automatic(of_posts))
        found = claims.claimed(rows, of_posts, claims.by_person(left), wordings, self._cipher)
        return tuple(found[one] for one in ids if one in found)

    async def record(self, lane: str, epoch: int, outcomes: Sequence[Outcome], now: datetime) -> int:
        """One update for all; two more for addresses and rooms that are gone, or refused us twice in words that nobody
        knows, four where somebody moved.
        """
        if not outcomes:
            return 0
        for outcome in outcomes:
            check_delivery_transition(_SENDING, outcome.status)
        await self._addresses_of(lane, epoch, outcomes)
        return await recording.record(self._connection, recording.Batch(lane, epoch, now, outcomes))

    async def _addresses_of(self, lane: str, epoch: int, outcomes: Sequence[Outcome]) -> None:
        """Addresses before deliveries, as a deletion locks them: the other way round the two could wait for each other.

        Statements are put together only where there is such an outcome: that takes longer than a batch of others.
        """
        gone = [one.delivery_id for one in outcomes if one.gone]
        unknown = [one.delivery_id for one in outcomes if one.status is _FAILED and one.reason == UNKNOWN_REFUSAL]
        moved = [one for one in outcomes if one.moved_to]
        if not (gone or unknown or moved):
            return
        mine = sa.and_(deliveries.c.lane == lane, deliveries.c.epoch == epoch, IS_SENDING)
        if gone:
            await self._gone(gone, mine)
        if unknown:
            await self._gone(unknown, sa.and_(mine, _struck_before()))
        if moved:
            await self._moved(lane, moved, mine)

    async def unconfirmed(self, lane: str, epoch: int, now: datetime, *, claimed_before: datetime | None = None) -> int:
        """One update."""
        left = deliveries.update().where(deliveries.c.lane == lane, deliveries.c.epoch < epoch, IS_SENDING)
        if claimed_before is not None:
            # A moment that is still to come says nothing: the clock was set back since.
            left = left.where(sa.or_(deliveries.c.updated_at <= claimed_before, deliveries.c.updated_at > now))
        changed = left.values(status=DeliveryStatus.UNCONFIRMED, reason="interrupted", updated_at=now)
        return (await self._connection.execute(changed)).rowcount

    async def adopt(self, lane: str, epoch: int, now: datetime) -> tuple[Claimed, ...]:
        """One update and, where it found any, three or four reads."""
        theirs = deliveries.update().where(deliveries.c.lane == lane, deliveries.c.epoch < epoch, IS_SENDING)
        ids = (await self._connection.execute(theirs.values(epoch=epoch).returning(deliveries.c.id))).scalars().all()
        return tuple(replace(one, adopted=True) for one in await self._details(ids, now))

    async def never_left(self, lane: str, epoch: int, now: datetime) -> int:
        """One update."""
        mine = deliveries.update().where(deliveries.c.lane == lane, deliveries.c.epoch == epoch, IS_SENDING)
        changed = mine.values(
            status=DeliveryStatus.RETRYING, reason="claim_lost", attempts=deliveries.c.attempts - 1,
            next_attempt_at=now, updated_at=now,
        )  # fmt: skip
        return (await self._connection.execute(changed)).rowcount

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
            await self._connection.scalar(wanted.where(deliveries.c.lane == lane, IS_CLAIMABLE, choosing.GOES_ON)) or 0
        )

    async def _gone(self, ids: list[int], mine: sa.ColumnElement[bool]) -> None:
        """An opt-out stays what it is: the person's own word."""
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
