"""How many an audience has, and who asked how often."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from campaign_engine.domain.audience import Audience, AudienceSize
from campaign_engine.store import freezing
from campaign_engine.store.tables import looks
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlAudiencesRepository(Transaction):
    """Implements ports.approvals.AudiencesRepository."""

    async def size(self, audience: Audience, now: datetime) -> AudienceSize:
        """One statement."""
        (size,) = await self.sizes((audience,), now)
        return size

    async def sizes(self, audiences: Sequence[Audience], now: datetime) -> tuple[AudienceSize, ...]:
        """At most one statement."""
        if not audiences:
            return ()
        counted = [
            freezing.size(each.topic, each.channels, each.precincts, now, each.without_rooms).add_columns(
                sa.literal(place).label("place")
            )
            for place, each in enumerate(audiences)
        ]
        rows = {row.place: row for row in await self._connection.execute(sa.union_all(*counted))}
        return tuple(
            AudienceSize(0 if each.rooms_only else rows[place].people, rows[place].rooms)
            for place, each in enumerate(audiences)
        )

    async def look(self, contact_id: int, day: date, most: int, wanted: int = 1) -> int:
        """One upsert; what is counted beyond `most` is nobody's."""
        first = insert(self._connection, looks).values(contact_id=contact_id, day=day, count=wanted)
        again = first.on_conflict_do_update(
            index_elements=list(looks.primary_key.columns),
            set_={"count": looks.c.count + wanted},
            where=looks.c.count < most,
        )
        counted = await self._connection.scalar(again.returning(looks.c.count))
        return 0 if counted is None else wanted - max(0, counted - most)

    async def forget_looks(self, before: date) -> int:
        """One delete."""
        return (await self._connection.execute(looks.delete().where(looks.c.day < before))).rowcount
