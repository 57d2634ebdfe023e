"""Counts what comes back from rooms: reactions to our posts, and joins by our links; nobody's name or number."""

from campaign_engine.domain.audience import Room
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.room_figures import RoomFigure
from campaign_engine.ports.unit_of_work import Store, UnitOfWork


class RoomFigures:
    """Each update counts once, in linked rooms only."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def reacted(self, room: tuple[str, str], message: str, update_id: str, change: int) -> None:
        """Somebody's reactions to a message became more or fewer. `room` is channel and address."""
        async with self._store.write() as work:
            found = await self._counted(work, room, update_id)
            post = await work.room_figures.post_of(found.id, message) if found is not None else None
            if found is not None and post is not None:
                await work.room_figures.add(found.id, RoomFigure.REACTIONS, post, change, self._clock())

    async def reactions(self, room: tuple[str, str], message: str, update_id: str, total: int) -> None:
        """The platform's own total, where it does not say who."""
        async with self._store.write() as work:
            found = await self._counted(work, room, update_id)
            post = await work.room_figures.post_of(found.id, message) if found is not None else None
            if found is not None and post is not None:
                await work.room_figures.put(found.id, RoomFigure.REACTIONS, post, total, self._clock())

    async def joined(self, room: tuple[str, str], subject: str, update_id: str) -> None:
        """Somebody came in by a link of ours; `subject` as in room_offers.read_subject.

        By a link of the room or its site they came to no one campaign: to each that runs and has posted there.
        """
        async with self._store.write() as work:
            found = await self._counted(work, room, update_id)
            if found is not None:
                await work.room_figures.add(found.id, RoomFigure.JOINS, subject, 1, self._clock())
                if not subject.startswith("campaign "):
                    await work.room_figures.add_meanwhile(found.id, self._clock())

    async def _counted(self, work: UnitOfWork, room: tuple[str, str], update_id: str) -> Room | None:
        channel, address = room
        found = await work.rooms.by_address(channel, address)
        if found is None or not await work.room_figures.is_new(channel, update_id, self._clock()):
            return None
        return found
