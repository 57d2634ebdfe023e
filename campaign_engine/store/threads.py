"""Direct chats that people asked for, on channels that open one first (safety S7)."""

from datetime import date

import sqlalchemy as sa

from campaign_engine.domain.audience import OPENED_FIRST
from campaign_engine.domain.contact import AddressStatus, Medium
from campaign_engine.domain.message import Destination
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.tables import addresses, consents, counters
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_asked = consents.alias("asked")
WANTED = (
    sa.exists()
    .where(_asked.c.contact_id == addresses.c.contact_id, _asked.c.topic == Medium.DIRECT_MESSAGES, _asked.c.granted)
    .correlate(addresses)
)
"""Over addresses: their person said yes to direct messages, and nothing took it back."""

OPEN = sa.or_(addresses.c.channel.not_in(OPENED_FIRST), sa.and_(addresses.c.thread_cipher.is_not(None), WANTED))
"""Over addresses: may be written to without having just written."""

THREAD = sa.case((WANTED, addresses.c.thread_cipher)).label("thread_cipher")


def destination(channel: str, address: bytes, thread: bytes | None, cipher: AddressCipher) -> Destination:
    """Of a person, from columns of addresses; `thread` as THREAD gives it."""
    opened = cipher.decrypt(channel, thread) if thread else ""
    return Destination(channel, cipher.decrypt(channel, address), thread=opened)


class SqlThreadsRepository(Transaction):
    """Implements ports.people.ThreadsRepository."""

    async def reserve(self, channel: str, day: date, most: int) -> bool:
        """One upsert, which counts only below the limit."""
        first = insert(self._connection, counters).values(name=f"opened_{channel}", day=day, count=1)
        counted = first.on_conflict_do_update(
            index_elements=[counters.c.name, counters.c.day],
            set_={"count": counters.c.count + 1},
            where=counters.c.count < most,
        )
        return await self._connection.scalar(counted.returning(counters.c.count)) is not None

    async def keep(self, who: Destination) -> bool:
        """One update. A STOP is never undone by it."""
        wanted = sa.and_(self._of(who), addresses.c.status != AddressStatus.OPTED_OUT, WANTED)
        opened = {
            "thread_cipher": self._cipher.encrypt(who.channel, who.thread),
            "status": AddressStatus.ACTIVE.value,
        }
        return bool((await self._connection.execute(addresses.update().where(wanted).values(opened))).rowcount)

    async def lacks(self, who: Destination) -> bool:
        """One statement."""
        wanted = sa.select(addresses.c.id).where(self._of(who), addresses.c.thread_cipher.is_(None), WANTED)
        return await self._connection.scalar(wanted) is not None

    def _of(self, who: Destination) -> sa.ColumnElement[bool]:
        return addresses.c.address_hash == self._cipher.lookup(who.channel, who.address)
