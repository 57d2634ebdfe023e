"""How many an audience has, and who asked how often."""

from datetime import date, datetime

from campaign_engine.domain.audience import Audience, AudienceSize
from campaign_engine.store import freezing
from campaign_engine.store.tables import looks
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlAudiencesRepository(Transaction):
    """Implements ports.approvals.AudiencesRepository."""

    async def size(self, audience: Audience, now: datetime) -> AudienceSize:
        """One statement."""
        counted = freezing.size(audience.topic, audience.channels, audience.precincts, now, audience.without_rooms)
        people, rooms = (await self._connection.execute(counted)).one()
        return AudienceSize(0 if audience.rooms_only else people, rooms)

    async def look(self, contact_id: int, day: date, most: int) -> bool:
        """One upsert."""
        first = insert(self._connection, looks).values(contact_id=contact_id, day=day, count=1)
        again = first.on_conflict_do_update(
            index_elements=list(looks.primary_key.columns),
            set_={"count": looks.c.count + 1},
            where=looks.c.count < most,
        )
        return await self._connection.scalar(again.returning(looks.c.count)) is not None

    async def forget_looks(self, before: date) -> int:
        """One delete."""
        return (await self._connection.execute(looks.delete().where(looks.c.day < before))).rowcount
