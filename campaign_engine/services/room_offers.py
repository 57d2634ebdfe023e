"""Offers whoever added us to a room the areas that it may be tied to, and invite links for it, as buttons.

Data of buttons: `rm:<address of the room>:<page>`. The room is not stored before it is linked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from campaign_engine.dialogue.flow import Rows, column, named, option
from campaign_engine.dialogue.state import Places
from campaign_engine.domain.audience import RoomSeen
from campaign_engine.domain.contact import Person, ScopeKind
from campaign_engine.domain.languages import SAFETY_LANGUAGES, from_tag
from campaign_engine.domain.message import Destination, Message, Option, Reply
from campaign_engine.domain.permission import LIVE, precincts_in, reach
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Borough, borough_of
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.rooms import LINKERS

BUTTON = "rm:"
TOP, BOROUGH, SITES, INVITES, LEAVE, UNLINK, KEEP = "", "?", "?sites", "inv", "x", "off", "="
"""Pages, KEEP of a room that stays as linked; everything else behind the address is an area as /link takes it, or
a link's name behind `inv:`.
"""

WHOLE_ROOM = "room"
MOST = 8
SHOWN_FROM = 5
"""Smaller numbers are not shown to organizers (safety K1)."""
_PER_ROW = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, in which language, about which room."""

    person: Person
    language: str
    room: RoomSeen
    linked: bool

    @property
    def covered(self) -> frozenset[int]:
        return reach(self.person.grants, LINKERS)

    def data(self, page: str) -> str:
        return room_button(self.room.address, page)


def room_button(address: str, page: str) -> str:
    """Data of a button about one room."""
    return f"{BUTTON}{address}:{page}"


def read_button(data: str) -> tuple[str, str]:
    """Address and page."""
    address, _, page = data.removeprefix(BUTTON).partition(":")
    return address, page


def manage_rows(room: RoomSeen) -> Rows:
    """What can be done with a room that is linked."""
    change = option("room.change", room_button(room.address, TOP))
    link = option("room.invite", room_button(room.address, INVITES))
    off = option("room.unlink", room_button(room.address, UNLINK))
    return ((change, link), (off,))


def precinct_rows(room: RoomSeen, precincts: Iterable[int], places: Places) -> Rows:
    """A button for each, in the order given."""
    labels = ((number, f"{number} · {places.name(number).partition(',')[0]}") for number in precincts)
    return _in_rows(named(label, room_button(room.address, str(number))) for number, label in labels)


class RoomOffers:
    """Words and buttons only; linking itself is services.room_desk."""

    def __init__(self, store: Store, renderer: Renderer, places: Places, clock: Clock) -> None:
        self._store = store
        self._renderer = renderer
        self._places = places
        self._clock = clock

    async def page(self, room: RoomSeen, page: str) -> Message | None:
        """None for somebody without a role that links rooms. Raises StoreUnavailable."""
        async with self._store.read() as work:
            asked = await self._asked(work, room)
            if not asked.person.has_role(*LINKERS):
                return None
            if page == INVITES:
                reply = await self._invites(work, asked)
            elif page == SITES:
                back = (option("room.back", asked.data(TOP)),)
                reply = self._choose(asked, (*await self._sites(work, asked), back))
            elif page.startswith(BOROUGH):
                reply = self._choose(asked, self._precincts(asked, page.removeprefix(BOROUGH)))
            else:
                reply = self._choose(asked, await self._top(work, asked))
        return self._said(reply, asked)

    async def invite_name(self, room: RoomSeen, subject: str) -> str:
        """What Telegram shows of the link to the room's administrators; empty where this person may not make it."""
        async with self._store.read() as work:
            asked = await self._asked(work, room)
            linked = await work.rooms.by_address(room.channel, room.address)
            if linked is None or not asked.person.has_role(*LINKERS):
                return ""
            offered = [one.data for row in (await self._invites(work, asked)).options for one in row]
        return read_subject(subject) if asked.data(f"{INVITES}:{subject}") in offered else ""

    async def invite_ready(self, room: RoomSeen, url: str) -> Message:
        """The link in words; without one, what is missing for it."""
        async with self._store.read() as work:
            asked = await self._asked(work, room)
        rows = ((option("room.back", asked.data(INVITES)),),)
        reply = Reply("room.invite_ready", {"url": url, "title": room.title}, rows, stays=True)
        return self._said(reply if url else Reply("room.invite_refused", {"kind": str(room.kind)}, rows), asked)

    async def said(self, room: RoomSeen, block: str) -> Message:
        """A line of room.j2 in their language."""
        async with self._store.read() as work:
            asked = await self._asked(work, room)
        return self._said(Reply(f"room.{block}", {"title": room.title}, edits=True), asked)

    async def _asked(self, work: UnitOfWork, room: RoomSeen) -> _Asked:
        opened = await work.dialogues.look(Destination(room.channel, room.by), self._clock())
        known = opened.person.language if opened.language_known else from_tag(room.language_hint)
        linked = await work.rooms.by_address(room.channel, room.address)
        return _Asked(opened.person, known or SAFETY_LANGUAGES[0], room, linked is not None)

    def _said(self, reply: Reply, asked: _Asked) -> Message:
        return self._renderer.answers((reply,), asked.language)[0]

    def _choose(self, asked: _Asked, rows: Rows) -> Reply:
        """What is linked already stays so; we go only from where nobody has linked us."""
        no = option("room.keep", asked.data(KEEP)) if asked.linked else option("room.not_now", asked.data(LEAVE))
        return Reply("room.offer", {"title": asked.room.title}, (*rows, (no,)), edits=True)

    async def _top(self, work: UnitOfWork, asked: _Asked) -> Rows:
        covered = asked.covered
        rows: Rows = ()
        if covered >= {*PRECINCT_NUMBERS}:
            rows += ((option("room.city", asked.data("city")),),)
        boroughs = [borough for borough in Borough if any(borough_of(number) == borough for number in covered)]
        if len(covered) <= MOST:
            rows += self._numbers(asked, covered)
        else:
            rows += _in_rows(named(str(one), asked.data(f"{BOROUGH}{one}")) for one in boroughs)
        if await self._sites(work, asked):
            rows += ((option("room.site", asked.data(SITES)),),)
        return rows

    def _precincts(self, asked: _Asked, name: str) -> Rows:
        inside = frozenset(number for number in asked.covered if str(borough_of(number)) == name)
        whole = [number for number in PRECINCT_NUMBERS if str(borough_of(number)) == name]
        rows: Rows = ((option("room.back", asked.data(TOP)),),)
        if inside and inside >= {*whole}:
            all_of = Option(label="room.whole", data=asked.data(name), values={"borough": name})
            rows = ((all_of,), *self._numbers(asked, inside), *rows)
        else:
            rows = (*self._numbers(asked, inside), *rows)
        return rows

    def _numbers(self, asked: _Asked, precincts: Iterable[int]) -> Rows:
        return precinct_rows(asked.room, sorted(precincts), self._places)

    async def _sites(self, work: UnitOfWork, asked: _Asked) -> Rows:
        """A few; more are found by name, with /link."""
        found = (await work.sites.in_precincts(asked.covered))[:MOST]
        return column(*(named(site.name, asked.data(f"site{site.id}")) for site in found))

    async def _invites(self, work: UnitOfWork, asked: _Asked) -> Reply:
        """One link for the room, one for each campaign that runs where the room is, one for its site."""
        room = await work.rooms.by_address(asked.room.channel, asked.room.address)
        if room is None:
            return Reply("room.not_linked", options=((option("room.change", asked.data(TOP)),),), edits=True)
        subjects = [option("room.invite_any", asked.data(f"{INVITES}:{WHOLE_ROOM}"))]
        if room.scope.kind is ScopeKind.SITE:
            site = await work.sites.get(int(room.scope.value))
            subjects.append(named(site.name, asked.data(f"{INVITES}:site {site.id}")))
            area = frozenset({site.precinct})
        else:
            area = precincts_in(room.scope)
        shown = await work.campaigns.visible(asked.person.contact_id or 0, area & asked.covered)
        live = [one for one in shown if one.status in LIVE][-MOST:]
        subjects += [named(one.title, asked.data(f"{INVITES}:campaign {one.id}")) for one in live]
        totals = await work.room_figures.totals(room.id)
        shown_from = {str(figure): total for figure, total in totals.items() if total >= SHOWN_FROM}
        counted = {"joins": 0, "reactions": 0, "taps": 0, **shown_from}
        subjects.append(option("room.back", asked.data(KEEP)))
        return Reply("room.invite_what", {"title": asked.room.title, **counted}, column(*subjects), edits=True)


def read_subject(name: str) -> str:
    """What a link's name counts for: `campaign 3`, `site 4` or `room`; empty for a name that is not ours."""
    head, _, number = name.partition(" ")
    ours = name == WHOLE_ROOM or (head in ("campaign", "site") and number.isascii() and number.isdecimal())
    return name if ours and len(name) <= 32 else ""


def _in_rows(options: Iterable[Option]) -> Rows:
    each = list(options)
    return tuple(tuple(each[start : start + _PER_ROW]) for start in range(0, len(each), _PER_ROW))
