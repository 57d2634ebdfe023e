"""Push subscriptions."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus, Wake
from campaign_engine.domain.message import Destination
from campaign_engine.ports.push import Subscription, Waiting
from campaign_engine.store.tables import addresses, consents, inbox, push_subscriptions
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert

SEALED_AS = "push"
"""Authenticated with the ciphertext, in place of a channel."""


class SqlPushRepository(Transaction):
    """Implements ports.push.PushRepository."""

    async def keep(self, who: Destination, subscription: Subscription, now: datetime) -> bool:
        """Three statements. A browser that somebody else subscribed with before is theirs from now on."""
        contact_id = await self._connection.scalar(self._theirs(who).where(addresses.c.status == AddressStatus.ACTIVE))
        if contact_id is None:
            return False
        parts = {"endpoint": subscription.endpoint, "p256dh": subscription.p256dh, "auth": subscription.auth}
        hash_ = self._cipher.lookup(SEALED_AS, subscription.endpoint)
        before = sa.or_(push_subscriptions.c.endpoint_hash == hash_, push_subscriptions.c.contact_id == contact_id)
        await self._connection.execute(push_subscriptions.delete().where(before))
        new = {
            "contact_id": contact_id,
            "endpoint_hash": hash_,
            "endpoint_cipher": self._cipher.encrypt(SEALED_AS, json.dumps(parts)),
            "told_at": now,
        }
        await self._connection.execute(push_subscriptions.insert().values(new))
        await self._answer(contact_id, granted=True, now=now)
        return True

    async def drop(self, who: Destination, now: datetime) -> None:
        """Three statements."""
        contact_id = await self._connection.scalar(self._theirs(who))
        if contact_id is not None and await self.is_on(who):
            gone = push_subscriptions.delete().where(push_subscriptions.c.contact_id == contact_id)
            await self._connection.execute(gone)
            await self._answer(contact_id, granted=False, now=now)

    async def is_on(self, who: Destination) -> bool:
        """One statement."""
        mine = push_subscriptions.c.contact_id.in_(self._theirs(who))
        return await self._connection.scalar(sa.select(push_subscriptions.c.id).where(mine)) is not None

    async def waiting(self, since: datetime, now: datetime, limit: int) -> Sequence[Waiting]:
        """One statement."""
        p = push_subscriptions.c
        new = sa.exists().where(
            inbox.c.address_hash == addresses.c.address_hash,
            inbox.c.read_at.is_(None),
            inbox.c.created_at > since,
            inbox.c.created_at > p.told_at,
        )
        allowed = sa.exists().where(
            consents.c.contact_id == p.contact_id, consents.c.topic == Wake.WEB_PUSH, consents.c.granted
        )
        found = (
            sa.select(p.id, p.endpoint_cipher)
            .join(addresses, addresses.c.contact_id == p.contact_id)
            .where(addresses.c.status == AddressStatus.ACTIVE, new, allowed)
            .where(sa.or_(p.again_at.is_(None), p.again_at <= now))
            .order_by(p.id)
            .limit(limit)
        )
        return [Waiting(row.id, self._opened(row)) for row in await self._connection.execute(found)]

    async def told(self, ids: Sequence[int], now: datetime) -> None:
        """One update."""
        theirs = push_subscriptions.update().where(push_subscriptions.c.id.in_(ids))
        await self._connection.execute(theirs.values(told_at=now, again_at=None))

    async def later(self, id_: int, at: datetime) -> None:
        """One update."""
        one = push_subscriptions.update().where(push_subscriptions.c.id == id_)
        await self._connection.execute(one.values(again_at=at))

    async def forget(self, ids: Sequence[int]) -> None:
        """One delete."""
        await self._connection.execute(push_subscriptions.delete().where(push_subscriptions.c.id.in_(ids)))

    def _theirs(self, who: Destination) -> sa.Select[Any]:
        hash_ = self._cipher.lookup(who.channel, who.address)
        return sa.select(addresses.c.contact_id).where(addresses.c.address_hash == hash_)

    async def _answer(self, contact_id: int, *, granted: bool, now: datetime) -> None:
        answer = {"contact_id": contact_id, "topic": Wake.WEB_PUSH, "granted": granted, "changed_at": now}
        change = upsert(self._connection, consents, change=("granted", "changed_at"))
        await self._connection.execute(change.values(answer))

    def _opened(self, row: Any) -> Subscription:
        return Subscription(**json.loads(self._cipher.decrypt(SEALED_AS, row.endpoint_cipher)))
