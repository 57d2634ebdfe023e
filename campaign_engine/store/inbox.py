"""Posts that wait on the page for their reader."""

import dataclasses
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.message import Choice, Destination, Message
from campaign_engine.ports.sending import InboxPost
from campaign_engine.store.tables import inbox
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlInboxRepository(Transaction):
    """Implements ports.sending.InboxRepository; a reader is known by the keyed hash of their address (safety A1)."""

    async def put(self, who: Destination, key: str, message: Message, now: datetime) -> None:
        """One insert; the key is kept as a keyed hash over its reader, so that no row leads to a delivery."""
        post = insert(self._connection, inbox).values(
            address_hash=self._hash(who),
            delivery_key=self._cipher.code_hash(f"inbox:{self._hash(who)}:{key}"),
            text=message.text,
            choices=[[dataclasses.asdict(choice) for choice in row] for row in message.choices],
            language=message.spoken or message.language,
            picture={"key": message.picture.key, "alt": message.picture.alt} if message.picture else None,
            created_at=now,
        )
        await self._connection.execute(post.on_conflict_do_nothing(index_elements=[inbox.c.delivery_key]))

    async def waiting(self, who: Destination, limit: int = 20) -> tuple[InboxPost, ...]:
        """One statement."""
        newest = (
            sa.select(inbox.c.text, inbox.c.language, inbox.c.choices, inbox.c.created_at, inbox.c.picture)
            .where(inbox.c.address_hash == self._hash(who))
            .order_by(inbox.c.created_at.desc(), inbox.c.id.desc())
            .limit(limit)
        )
        return tuple(
            InboxPost(
                row.text,
                row.language,
                tuple(tuple(Choice(**choice) for choice in choices) for choices in row.choices),
                row.created_at,
                **{f"picture_{name}": value for name, value in (row.picture or {}).items()},
            )
            for row in await self._connection.execute(newest)
        )

    async def forget_old(self, before: datetime) -> int:
        """One delete."""
        return (await self._connection.execute(inbox.delete().where(inbox.c.created_at < before))).rowcount

    def _hash(self, who: Destination) -> str:
        return self._cipher.lookup(who.channel, who.address)
