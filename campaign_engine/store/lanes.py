"""One row per sending account."""

from datetime import datetime

import sqlalchemy as sa

from campaign_engine.ports.sending import LaneState
from campaign_engine.store import listening
from campaign_engine.store.tables import lanes
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_ALL = sa.select(lanes).order_by(lanes.c.name)
_LOCKED = sa.select(lanes).where(lanes.c.name == sa.bindparam("of_lane")).with_for_update(key_share=True)


class SqlLanesRepository(Transaction):
    """Implements ports.sending.LanesRepository."""

    async def take(self, name: str, owner: str, dead_before: datetime, now: datetime) -> int | None:
        """One upsert whose update matches only a lane that is free, dead or the owner's own."""
        first = insert(self._connection, lanes).values(name=name, owner=owner, epoch=1, heartbeat_at=now)
        silent = sa.or_(lanes.c.heartbeat_at.is_(None), lanes.c.heartbeat_at < dead_before)
        again = first.on_conflict_do_update(
            index_elements=[lanes.c.name],
            set_={"owner": owner, "epoch": lanes.c.epoch + 1, "heartbeat_at": now},
            where=sa.or_(lanes.c.owner.in_(("", owner)), silent),
        )
        epoch: int | None = await self._connection.scalar(again.returning(lanes.c.epoch))
        return epoch

    async def beat(self, name: str, epoch: int, now: datetime) -> bool:
        """One update."""
        alive = lanes.update().where(lanes.c.name == name, lanes.c.epoch == epoch, lanes.c.owner != "")
        return bool((await self._connection.execute(alive.values(heartbeat_at=now))).rowcount)

    async def release(self, name: str, epoch: int) -> None:
        """One update."""
        held = lanes.update().where(lanes.c.name == name, lanes.c.epoch == epoch)
        await self._connection.execute(held.values(owner="", heartbeat_at=None))

    async def hold(self, name: str, until: datetime) -> None:
        """One upsert, and word of it to every process; a lane that nobody has taken yet can be held too."""
        first = insert(self._connection, lanes).values(name=name, owner="", epoch=0, hold_until=until)
        longer = sa.or_(lanes.c.hold_until.is_(None), lanes.c.hold_until < until)
        again = first.on_conflict_do_update(
            index_elements=[lanes.c.name], set_={"hold_until": first.excluded.hold_until}, where=longer
        )
        if (await self._connection.execute(again)).rowcount:
            await listening.tell(self._connection, listening.LANES)

    async def set_away(self, name: str, since: datetime | None) -> None:
        """One update."""
        await self._connection.execute(lanes.update().where(lanes.c.name == name).values(away_since=since))

    async def locked(self, name: str) -> LaneState | None:
        """One statement."""
        row = (await self._connection.execute(_LOCKED, {"of_lane": name})).one_or_none()
        return None if row is None else LaneState(*row)

    async def states(self) -> tuple[LaneState, ...]:
        """One statement."""
        rows = await self._connection.execute(_ALL)
        return tuple(LaneState(*row) for row in rows)
