"""Links public chats at the word of staff, for the bots: who asks is looked up by address, their roles decide."""

import re

from campaign_engine.dialogue.state import Places
from campaign_engine.domain.audience import NewRoom, RoomSeen
from campaign_engine.domain.contact import Person, Scope, ScopeKind
from campaign_engine.domain.errors import GroundswellError, InvalidInput, NotAllowed, StoreUnavailable
from campaign_engine.domain.languages import SAFETY_LANGUAGES, from_tag
from campaign_engine.domain.message import Destination, Message, Reply
from campaign_engine.domain.permission import precincts_in
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Borough
from campaign_engine.domain.words import squeezed
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.room_offers import KEEP, manage_rows, precinct_rows
from campaign_engine.services.rooms import LINKERS, Rooms
from campaign_engine.services.site_finding import SiteFinding

TITLE_LENGTH = 200
MOST_NAMED = 6

MANAGED_BY_BUTTONS = ("telegram", "discord")
"""Channels whose bot answers the buttons of services.room_offers."""

_PRECINCT = re.compile(r"(?:precinct|pct|precinto|comisaria)?([0-9]{1,3})(?:st|nd|rd|th)?(?:precinct|pct)?")
_SITE = re.compile(r"site([0-9]{1,9})")
_CITY = ("city", "nyc", "newyork", "newyorkcity", "thecity", "ciudad", "laciudad", "nuevayork")
_BOROUGHS = {squeezed(name): name for name in Borough} | {
    "thebronx": Borough.BRONX,
    "elbronx": Borough.BRONX,
}


class RoomDesk:
    """Implements bots.parts.RoomDesk; answers are words for whoever asked."""

    def __init__(self, store: Store, rooms: Rooms, renderer: Renderer, places: Places, clock: Clock) -> None:
        self._store = store
        self._rooms = rooms
        self._renderer = renderer
        self._places = places
        self._clock = clock
        self._finding = SiteFinding(store)

    async def link(self, room: RoomSeen, area: str) -> Message:
        """Tie it to `area` (a precinct number, a borough, "city", a site's name), else as before or to their scope.

        What it lacks is looked at anew each time.
        """
        language = from_tag(room.language_hint)
        try:
            async with self._store.write() as work:
                opened = await work.dialogues.look(Destination(room.channel, room.by), self._clock())
                language = opened.person.language if opened.language_known else language
                reply = await self._linked(work, opened.person, room, area)
        except GroundswellError as error:
            reply = _refusal(error)
        return self._renderer.answers((reply,), language or SAFETY_LANGUAGES[0])[0]

    async def unlink(self, channel: str, address: str) -> None:
        """The bot left or was removed; nothing for a chat that nobody linked. Raises StoreUnavailable."""
        async with self._store.write() as work:
            room = await work.rooms.by_address(channel, address)
            if room is not None:
                await self._rooms.forget(work, room)

    async def unlink_by(self, room: RoomSeen) -> bool:
        """At the word of staff; False where they may not, or it is not linked. Raises StoreUnavailable."""
        async with self._store.write() as work:
            opened = await work.dialogues.look(Destination(room.channel, room.by), self._clock())
            linked = await work.rooms.by_address(room.channel, room.address)
            if linked is None or not opened.person.has_role(*LINKERS):
                return False
            try:
                await self._rooms.unlink(work, opened.person, linked)
            except NotAllowed:
                return False
        return True

    async def moved(self, channel: str, old: str, new: str) -> None:
        """The platform gave the chat a new address; where that one is linked already, the old one is forgotten."""
        async with self._store.write() as work:
            room = await work.rooms.by_address(channel, old)
            if room is None:
                return
            if await work.rooms.by_address(channel, new) is None:
                await work.rooms.migrate(channel, old, new)
            else:
                await self._rooms.forget(work, room)

    async def _linked(self, work: UnitOfWork, person: Person, seen: RoomSeen, area: str) -> Reply:
        if not person.has_role(*LINKERS):
            raise NotAllowed("Only the team links rooms.", "Ask an organizer to do it.")
        before = await work.rooms.by_address(seen.channel, seen.address)
        if area.strip() not in ("", KEEP):
            scope = await self._meant(work, seen, area)
            if isinstance(scope, Reply):
                return scope
        else:
            scope = before.scope if before is not None else _widest(person)
        new = NewRoom(seen.channel, seen.address, seen.kind, seen.title[:TITLE_LENGTH], scope, seen.members)
        room = await self._rooms.link(work, person, new)
        values = {
            "title": room.title,
            "area": await self._named(work, scope),
            "kind": str(seen.kind),
            "lacks": seen.lacks,
        }
        rows = manage_rows(seen) if seen.channel in MANAGED_BY_BUTTONS else ()
        return Reply("room.linked", values, rows, edits=True)

    async def _meant(self, work: UnitOfWork, seen: RoomSeen, area: str) -> Scope | Reply:
        """An area, else the one site that is called like it, else a question which, with the precincts that a
        neighbourhood lies in. Raises InvalidInput.
        """
        try:
            return read_area(area)
        except InvalidInput:
            found = await self._finding.find_in(work, area, MOST_NAMED)
            precincts = self._places.by_words(area)
            near = precincts if len(precincts) <= MOST_NAMED and seen.channel in MANAGED_BY_BUTTONS else ()
            if not found and not near:
                raise
        if len(found) == 1 and not near:
            return Scope(ScopeKind.SITE, str(found[0].site.id))
        shown = tuple({"id": one.site.id, "name": one.site.name, "street": one.street} for one in found)
        return Reply("room.which_site", {"sites": shown}, precinct_rows(seen, near, self._places))

    async def _named(self, work: UnitOfWork, scope: Scope) -> str:
        """Empty for the city."""
        if scope.kind is ScopeKind.PRECINCT:
            return f"{self._places.name(int(scope.value))} ({scope.value})"
        return (await work.sites.get(int(scope.value))).name if scope.kind is ScopeKind.SITE else scope.value


def read_area(text: str) -> Scope:
    """`75`, `75th precinct`, `Bronx`, `city`, as people write them. Raises InvalidInput."""
    plain = squeezed(text)
    if plain in _CITY:
        return Scope()
    if plain in _BOROUGHS:
        return Scope(ScopeKind.BOROUGH, str(_BOROUGHS[plain]))
    if site := _SITE.fullmatch(plain):
        return Scope(ScopeKind.SITE, str(int(site[1])))
    found = _PRECINCT.fullmatch(plain)
    if found is None or int(found[1]) not in PRECINCT_NUMBERS:
        raise InvalidInput("There is no such area.", "Send /link 75, /link Brooklyn or /link city.", "unknown_area")
    return Scope(ScopeKind.PRECINCT, str(int(found[1])))


def _widest(person: Person) -> Scope:
    scopes = [grant.scope for grant in person.grants if grant.role in LINKERS]
    return max(scopes, key=lambda scope: len(precincts_in(scope)))


_REFUSALS = {"not_allowed": "room.only_team", "beyond_scope": "room.beyond_scope"}


def _refusal(error: GroundswellError) -> Reply:
    if isinstance(error, StoreUnavailable):
        return Reply("contact.unavailable")
    return Reply(_REFUSALS.get(error.code, "room.unknown_area"))
