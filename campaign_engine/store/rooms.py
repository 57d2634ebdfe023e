"""Rooms and the area each is tied to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import NewRoom, Room, RoomKind
from campaign_engine.domain.contact import Scope, ScopeKind
from campaign_engine.domain.errors import NotFound
from campaign_engine.store import freezing
from campaign_engine.store.tables import rooms
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_CHANGES = ("kind", "title", "scope_kind", "scope_value", "members", "active")


class SqlRoomsRepository(Transaction):
    """Implements ports.planning.RoomsRepository."""

    async def link(self, room: NewRoom, now: datetime) -> Room:
        """One upsert."""
        statement = insert(self._connection, rooms).values(
            channel=room.channel,
            kind=room.kind,
            title=room.title,
            address_hash=self._cipher.lookup(room.channel, room.address),
            address_cipher=self._cipher.encrypt(room.channel, room.address),
            scope_kind=room.scope.kind,
            scope_value=room.scope.value,
            members=room.members,
            active=True,
            linked_at=now,
        )
        again = statement.on_conflict_do_update(
            index_elements=[rooms.c.address_hash], set_={name: statement.excluded[name] for name in _CHANGES}
        )
        return room_of((await self._connection.execute(again.returning(*shown()))).one())

    async def unlink(self, room_id: int) -> None:
        """One update."""
        forgotten = {"active": False, "address_hash": f"unlinked {room_id}", "address_cipher": b""}
        await self._change(sa.and_(rooms.c.id == room_id, rooms.c.active), forgotten)

    async def by_address(self, channel: str, address: str) -> Room | None:
        """One statement."""
        wanted = sa.select(*shown()).where(rooms.c.address_hash == self._cipher.lookup(channel, address))
        row = (await self._connection.execute(wanted)).one_or_none()
        return room_of(row) if row else None

    async def linked(self) -> tuple[Room, ...]:
        """One statement."""
        statement = sa.select(*shown()).where(rooms.c.active).order_by(rooms.c.title, rooms.c.id)
        return tuple(room_of(row) for row in await self._connection.execute(statement))

    async def meeting(self, *asked: tuple[Collection[str], Collection[int]]) -> tuple[tuple[Room, ...], ...]:
        """At most one statement."""
        if not asked:
            return ()
        each = [
            sa.select(*shown(), sa.literal(place).label("place"))
            .select_from(freezing.ROOMS)
            .where(freezing.is_posted(channels, tuple(precincts)))
            for place, (channels, precincts) in enumerate(asked)
        ]
        met = sa.union_all(*each).subquery()
        found: list[list[Room]] = [[] for _ in asked]
        for row in await self._connection.execute(sa.select(met).order_by(met.c.title, met.c.id)):
            found[row.place].append(room_of(row))
        return tuple(map(tuple, found))

    async def set_members(self, room_id: int, members: int) -> None:
        """One update. Raises NotFound."""
        await self._change(rooms.c.id == room_id, {"members": members})

    async def migrate(self, channel: str, old: str, new: str) -> None:
        """One update. Raises NotFound."""
        moved = {
            "address_hash": self._cipher.lookup(channel, new),
            "address_cipher": self._cipher.encrypt(channel, new),
        }
        await self._change(rooms.c.address_hash == self._cipher.lookup(channel, old), moved)

    async def _change(self, which: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
        changed = await self._connection.execute(rooms.update().where(which).values(values))
        if not changed.rowcount:
            raise NotFound("This room is not linked.", "Add the bot to the room and link it.")


def shown() -> tuple[sa.Column[Any], ...]:
    """What `room_of` needs."""
    names = ("id", "channel", "kind", "title", "scope_kind", "scope_value", "members", "active")
    return tuple(rooms.c[name] for name in names)


def room_of(row: Any) -> Room:
    """From a row of `shown`."""
    scope = Scope(ScopeKind(row.scope_kind), row.scope_value)
    return Room(row.id, row.channel, RoomKind(row.kind), row.title, scope, row.members, row.active)
