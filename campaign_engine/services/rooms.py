"""Public chats that we post in."""

from campaign_engine.domain.audience import NewRoom, Room
from campaign_engine.domain.contact import Person, Scope, ScopeKind
from campaign_engine.domain.errors import InvalidInput, NotAllowed
from campaign_engine.domain.permission import precincts_in, reach
from campaign_engine.domain.roles import Capability, roles_with
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork

LINKERS = roles_with(Capability.LINK_ROOMS)
"""Roles that may tie a chat to an area of their own scope."""

_PLATFORM = "platform"


class Rooms:
    """Ties a chat to an area, by staff whose own scope covers it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def link(self, work: UnitOfWork, person: Person, room: NewRoom) -> Room:
        """Again for the same chat: its title, area and members change. Raises NotAllowed, InvalidInput,
        NotFound for a site that is none.
        """
        await _check(work, person, room.scope)
        linked = await work.rooms.link(room, self._clock())
        await self._log(work, person, "link_room", linked.id)
        return linked

    async def unlink(self, work: UnitOfWork, person: Person, room: Room) -> None:
        """Its address is forgotten. Raises NotAllowed, NotFound."""
        await _check(work, person, room.scope)
        await work.rooms.unlink(room.id)
        await self._log(work, person, "unlink_room", room.id)

    async def forget(self, work: UnitOfWork, room: Room) -> None:
        """The platform put us out of it; nobody is asked. Raises NotFound."""
        await work.rooms.unlink(room.id)
        await work.audit.append(AuditEntry(_PLATFORM, "unlink_room", f"room:{room.id}"), self._clock())

    async def _log(self, work: UnitOfWork, person: Person, action: str, room_id: int) -> None:
        await work.audit.append(AuditEntry(person.handle, action, f"room:{room_id}"), self._clock())


async def _check(work: UnitOfWork, person: Person, scope: Scope) -> None:
    """A site's room belongs to whoever covers its precinct."""
    area = precincts_in(scope)
    if scope.kind is ScopeKind.SITE:
        area = frozenset({(await work.sites.get(int(scope.value))).precinct})
    if not area:
        raise InvalidInput("A room belongs to the city, a borough, a precinct or a site.", "Choose one of them.")
    if not reach(person.grants, LINKERS) >= area:
        raise NotAllowed("Your role does not reach this area.", "Ask somebody whose area covers it.", "beyond_scope")
