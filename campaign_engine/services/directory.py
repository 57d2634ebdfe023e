"""The support directory at work: looks, places near somebody, and texts that name what nobody looked at (safety H5)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from campaign_engine.dialogue.intents import ShowNear
from campaign_engine.dialogue.state import Places
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.support import KEPT_FOR, Listed, Look, checked_look, named_but_not_shown
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.directory import SupportEntries
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.turn import Handlers, Replies, Turn


class SupportDirectory:
    """Entries from files, looks from the store; days are those of New York."""

    def __init__(self, entries: SupportEntries, clock: Clock) -> None:
        self._entries = entries
        self._clock = clock

    @property
    def today(self) -> date:
        """In New York."""
        return to_wall(self._clock()).date()

    async def listed(self, work: UnitOfWork) -> tuple[Listed, ...]:
        """All, with the newest look at each."""
        looks = await work.directory.looks()
        return tuple(Listed(entry, looks.get(entry.name)) for entry in self._entries.entries())

    async def verify(self, work: UnitOfWork, name: str, by: str, until: date | None = None, how: str = "") -> Listed:
        """Somebody looked; without a day it is good for 180 days. Raises NotFound, InvalidInput."""
        one = await self._named(work, name)
        known = one.look.how if one.look is not None else ""
        look = checked_look(one, Look(self.today, by, until or self.today + KEPT_FOR, how or known))
        await self._keep(work, one, look, "verify")
        return replace(one, look=look)

    async def expire(self, work: UnitOfWork, name: str, by: str) -> Listed:
        """From today it is not shown. Raises NotFound, InvalidInput where it is not shown anyway."""
        one = await self._named(work, name)
        if one.look is None or not one.is_shown(self.today):
            raise InvalidInput(f"{one.entry.name} is not shown.", "There is nothing to end.", "not_shown")
        look = replace(one.look, expires=date.fromordinal(self.today.toordinal() - 1))
        await self._keep(work, one, look, "expire", by)
        return replace(one, look=look)

    async def near(self, work: UnitOfWork, precinct: int | None) -> tuple[Listed, ...]:
        """What may be shown to somebody there: their precinct's first, then the City's, without the help card."""
        shown = [one for one in await self.listed(work) if one.is_shown(self.today) and one.is_near(precinct)]
        return tuple(sorted((one for one in shown if not one.entry.fixed), key=lambda one: not one.entry.precincts))

    async def check_texts(self, work: UnitOfWork, texts: Iterable[str]) -> None:
        """Raise InvalidInput for a text that names an entry which may not be shown now; nothing else blocks it."""
        listed = await self.listed(work)
        for text in texts:
            blocked = named_but_not_shown(text, listed, self.today)
            if blocked:
                name = blocked[0].entry.name
                raise InvalidInput(
                    f"The text names {name}, and nobody has looked lately whether that is right.",
                    "Leave it out, or ask whoever runs this to call there and verify it.",
                    "names_unverified",
                    {"name": name},
                )

    def handlers(self, places: Places) -> Handlers:
        """Dispatch table of this file."""

        async def show_near(turn: Turn, _intent: ShowNear) -> Replies:
            precinct = turn.person.precinct
            found = await self.near(turn.work, precinct)
            return (near_reply(found, places.name(precinct) if precinct is not None else ""),)

        return {ShowNear: show_near}

    async def _named(self, work: UnitOfWork, name: str) -> Listed:
        wanted = name.strip().casefold()
        for one in await self.listed(work):
            if wanted in {known.casefold() for known in (one.entry.name, *one.entry.aliases)}:
                return one
        raise NotFound("There is no such entry in the directory.", "`groundswell directory list` shows all names.")

    async def _keep(self, work: UnitOfWork, one: Listed, look: Look, action: str, by: str = "") -> None:
        await work.directory.keep(one.entry.name, look)
        entry = AuditEntry(by or look.verified_by, f"directory_{action}", f"directory:{one.entry.name[:60]}")
        await work.audit.append(entry, self._clock())


def near_reply(found: Iterable[Listed], area: str) -> Reply:
    """Kind and useful when it is empty: what always works stands under it."""
    lines = tuple(
        {"name": one.entry.name, "about": one.entry.about, "how": one.how, "hours": one.entry.hours} for one in found
    )
    row = (Option(label="menu.open", data="m:back"),)
    return Reply("help.near_list", {"lines": lines, "area": area}, (row,), stays=True)
