"""Windows for sign-ups, opened by the host of a site from the chat or the site's page (threats T10, ADR 19)."""

from datetime import timedelta

from campaign_engine.dialogue.staff_intents import CloseWindow, OpenWindow, ShowWindows
from campaign_engine.domain.confirming import (
    LEAST_HEADCOUNT,
    MOST_HEADCOUNT,
    WINDOW_MINUTES,
    SiteWindow,
    is_headcount,
)
from campaign_engine.domain.contact import Person, Role, ScopeKind
from campaign_engine.domain.errors import InvalidInput, NotAllowed
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.turn import Handlers, Replies, Turn

_MENU = ((Option(label="menu.open", data="m"),),)


class Windows:
    """`actor` is the handle of the host; who may is asked before by whoever calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def look(self, work: UnitOfWork, site_id: int) -> SiteWindow | None:
        """The one that is open."""
        return await work.signups.window(site_id, self._clock())

    async def open(self, work: UnitOfWork, actor: str, site_id: int, minutes: int, headcount: int) -> None:
        """Nothing where one is open already. Raises InvalidInput for other numbers than are offered."""
        if minutes not in WINDOW_MINUTES or not is_headcount(headcount):
            raise InvalidInput(
                "A window has one of the lengths offered, and a number of people.",
                f"Expect {LEAST_HEADCOUNT} to {MOST_HEADCOUNT} people.",
                "window_size",
            )
        now = self._clock()
        if await work.signups.open_window(site_id, now, now + timedelta(minutes=minutes), headcount):
            await work.audit.append(AuditEntry(actor, "open_window", f"site:{site_id}"), now)

    async def close(self, work: UnitOfWork, actor: str, site_id: int) -> None:
        """Nothing where none is open."""
        now = self._clock()
        if await work.signups.close_window(site_id, now):
            await work.audit.append(AuditEntry(actor, "close_window", f"site:{site_id}"), now)

    async def _show(self, turn: Turn, _: ShowWindows) -> Replies:
        return tuple([await self._card(turn, site_id) for site_id in sorted(hosted(turn.person))]) or _none()

    async def _open(self, turn: Turn, intent: OpenWindow) -> Replies:
        check_host(turn.person, intent.site_id)
        await self.open(turn.work, turn.person.handle, intent.site_id, intent.minutes, intent.headcount)
        return (await self._card(turn, intent.site_id),)

    async def _close(self, turn: Turn, intent: CloseWindow) -> Replies:
        check_host(turn.person, intent.site_id)
        await self.close(turn.work, turn.person.handle, intent.site_id)
        return (await self._card(turn, intent.site_id),)

    async def _card(self, turn: Turn, site_id: int) -> Reply:
        """Never how many have come: a number by the day is not the host's to see (threats T7)."""
        site = await turn.work.sites.get(site_id)
        window = await self.look(turn.work, site_id)
        if window is None:
            lengths = tuple(
                Option(label="window.minutes", data=f"aw:{site_id}:{minutes}", values={"minutes": minutes})
                for minutes in WINDOW_MINUTES
            )
            return Reply("window.closed", {"site": site.name}, options=(lengths, *_MENU))
        said = {"site": site.name, "until": to_wall(window.closes_at), "headcount": window.headcount}
        said["full"] = window.is_full
        close = (Option(label="window.close", data=f"aw:{site_id}:x"), *_MENU[0])
        return Reply("window.is_open", said, options=(close,))

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {ShowWindows: self._show, OpenWindow: self._open, CloseWindow: self._close}


def hosted(person: Person) -> frozenset[int]:
    """Ids of the sites that somebody hosts."""
    return frozenset(
        int(grant.scope.value)
        for grant in person.grants
        if grant.role is Role.SITE_HOST and grant.scope.kind is ScopeKind.SITE
    )


def check_host(person: Person, site_id: int) -> None:
    """Raises NotAllowed for everybody but the host of this site."""
    if site_id not in hosted(person):
        raise NotAllowed("This is not your site.", "Open the menu to see yours.", "not_your_role")


def _none() -> Replies:
    return (Reply("window.no_site", options=_MENU),)
