"""Posts that wait on the page for their reader."""

import dataclasses
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.message import Choice, Destination, Message
from campaign_engine.domain.moving import MOVED
from campaign_engine.ports.sending import InboxPost
from campaign_engine.store.tables import addresses, dialogues, inbox
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_KEY = sa.func.substr(inbox.c.delivery_key, 1, 16)
_SHOWN = (
    *(inbox.c.text, inbox.c.language, inbox.c.choices, inbox.c.created_at, inbox.c.picture, inbox.c.read_at),
    _KEY.label("key"),
)


class SqlInboxRepository(Transaction):
    """Implements ports.sending.InboxRepository; a reader is known by the keyed hash of their address (safety A1)."""

    async def deliver(self, who: Destination, key: str, message: Message, now: datetime) -> bool:
        """Two statements; on PostgreSQL a move of the same person comes before both of them or after both."""
        theirs = sa.select(addresses.c.id).where(addresses.c.address_hash == self._hash(who))
        if await self._connection.scalar(theirs.with_for_update(key_share=True, read=True)) is None:
            return False
        await self.put(who, key, message, now)
        return True

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

    async def waiting(self, who: Destination, limit: int = 20, before: str = "") -> tuple[InboxPost, ...]:
        """One statement. Where the reader has gone on elsewhere nobody reads what was put at that very moment."""
        gone = sa.exists().where(dialogues.c.address_hash == inbox.c.address_hash, dialogues.c.flow == MOVED)
        mine = sa.and_(inbox.c.address_hash == self._hash(who), ~gone)
        newest = sa.select(*_SHOWN).where(mine).order_by(inbox.c.created_at.desc(), inbox.c.id.desc()).limit(limit)
        if before:
            named = mine & (before == _KEY)
            at, number = (
                sa.select(column).where(named).scalar_subquery() for column in (inbox.c.created_at, inbox.c.id)
            )
            newest = newest.where(sa.tuple_(inbox.c.created_at, inbox.c.id) < sa.tuple_(at, number))
        return tuple(
            InboxPost(
                row.text,
                row.language,
                tuple(tuple(Choice(**choice) for choice in choices) for choices in row.choices),
                row.created_at,
                key=row.key,
                unread=row.read_at is None,
                **{f"picture_{name}": value for name, value in (row.picture or {}).items()},
            )
            for row in await self._connection.execute(newest)
        )

    async def mark_read(self, who: Destination, between: tuple[datetime, datetime], now: datetime) -> None:
        """One update."""
        shown = inbox.c.created_at.between(*between)
        theirs = inbox.update().where(inbox.c.address_hash == self._hash(who), inbox.c.read_at.is_(None), shown)
        await self._connection.execute(theirs.values(read_at=now))

    async def newer(self, than: int) -> tuple[tuple[int, str], ...]:
        """One statement."""
        found = sa.select(inbox.c.id, inbox.c.address_hash).where(inbox.c.id > than).order_by(inbox.c.id)
        return tuple((row.id, row.address_hash) for row in await self._connection.execute(found))

    async def newest(self) -> int:
        """One statement."""
        return int(await self._connection.scalar(sa.select(sa.func.max(inbox.c.id))) or 0)

    def mark(self, who: Destination) -> str:
        """The keyed hash of their address."""
        return self._hash(who)

    async def forget_old(self, before: datetime) -> int:
        """One delete, of what was put while its reader moved too."""
        gone = sa.select(dialogues.c.address_hash).where(dialogues.c.flow == MOVED)
        old = sa.or_(inbox.c.created_at < before, inbox.c.address_hash.in_(gone))
        return (await self._connection.execute(inbox.delete().where(old))).rowcount

    def _hash(self, who: Destination) -> str:
        return self._cipher.lookup(who.channel, who.address)
