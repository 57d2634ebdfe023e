"""Kiosks: opened by a host's link on a shared tablet, taking pledges without a person."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from campaign_engine.domain.action import Site
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.kiosk import CHANNEL, LATE, LINK_LIFE, MOST_AT_ONCE, Entry, Kiosk, ends_at
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.people import NewPledge
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.actions import ATTRIBUTED

_BYTES = 24


class Kiosks:
    """`page` is the address that people reach the pages at."""

    def __init__(self, store: Store, clock: Clock, page: str) -> None:
        self._store = store
        self._clock = clock
        self._page = page

    async def link(self, work: UnitOfWork, actor: str, site_id: int) -> str:
        """The whole address; it opens one kiosk, within LINK_LIFE. Raises NotFound for a site that is not there."""
        await work.sites.get(site_id)
        link, now = secrets.token_urlsafe(_BYTES), self._clock()
        await work.kiosks.make(site_id, link, now + LINK_LIFE)
        await work.audit.append(AuditEntry(actor, "kiosk_link", f"site:{site_id}"), now)
        return f"{self._page}/kiosk/open/{link}"

    async def link_for(self, actor: str, site_id: int) -> str:
        """As `link`, in a transaction of its own."""
        async with self._store.write() as work:
            return await self.link(work, actor, site_id)

    async def look(self, link: str) -> Site:
        """Changes nothing, because previews open links too. Raises NotAllowed, code kiosk_link."""
        async with self._store.read() as work:
            site_id = await work.kiosks.site_of_link(link, self._clock())
            if site_id is None:
                raise _used_up()
            return await work.sites.get(site_id)

    async def open(self, link: str) -> tuple[str, Kiosk]:
        """Spend the link for the session of a tablet. Raises NotAllowed, code kiosk_link."""
        key, now = secrets.token_urlsafe(_BYTES), self._clock()
        async with self._store.write() as work:
            opened = await work.kiosks.open(link, key, now, ends_at(now))
            kiosk = await work.kiosks.find(key) if opened else None
            if kiosk is None:
                raise _used_up()
            await work.audit.append(AuditEntry("kiosk", "kiosk_open", f"site:{kiosk.site.id}"), now)
        return key, kiosk

    async def find(self, key: str) -> Kiosk:
        """The tablet's own; it may be over. Raises NotAllowed, code kiosk_over, for a session that we do not know."""
        async with self._store.read() as work:
            kiosk = await work.kiosks.find(key) if key else None
        if kiosk is None or self._clock() > kiosk.over_at + LATE:
            raise NotAllowed("This kiosk is closed.", "Ask the host for a new link.", "kiosk_over")
        return kiosk

    async def hand_in(self, key: str, entries: Sequence[Entry], waiting: int = 0) -> tuple[tuple[str, ...], Kiosk]:
        """Count what was not counted before; keys of all that the tablet may forget, and how the kiosk stands.

        What was made after the kiosk's end is not counted and may be forgotten. What comes faster than people can tap
        waits for its time. Raises NotAllowed, code kiosk_over.
        """
        await self.find(key)
        now = self._clock()
        async with self._store.write() as work:
            kiosk = await work.kiosks.find(key)
            if kiosk is None:
                raise NotFound("There is no such kiosk.", "Ask the host for a new link.")
            settled: list[str] = []
            taken = 0
            for entry in entries[:MOST_AT_ONCE]:
                if entry.made_at >= kiosk.over_at:
                    settled.append(entry.key)
                elif taken < kiosk.room(now):
                    taken += await self._count(work, kiosk, entry)
                    settled.append(entry.key)
            await work.kiosks.seen(kiosk.id, now, max(0, waiting - len(settled)), taken)
        return tuple(settled), kiosk

    async def of_site(self, site_id: int) -> Sequence[Kiosk]:
        """Those of the last two days, newest first."""
        async with self._store.read() as work:
            return await work.kiosks.of_site(site_id, self._clock() - LATE)

    async def end(self, actor: str, site_id: int, kiosk_id: int) -> None:
        """From another device; the tablet learns of it within a minute. Raises NotFound."""
        now = self._clock()
        async with self._store.write() as work:
            if not await work.kiosks.end(site_id, kiosk_id, now):
                raise NotFound("There is no such kiosk, or it is over.", "Look at the list again.")
            await work.audit.append(AuditEntry(actor, "kiosk_end", f"site:{site_id}"), now)

    async def _count(self, work: UnitOfWork, kiosk: Kiosk, entry: Entry) -> bool:
        if not await work.kiosks.note(kiosk.id, entry.key):
            return False
        made_at = _between(kiosk.opened_at, entry.made_at, self._clock())
        if entry.pledge is None:
            await work.kiosks.count_child(made_at)
            return True
        site = kiosk.site
        pledge = NewPledge(
            None, CHANNEL, entry.pledge, if_then=None, pledged_at=made_at, site_id=site.id, precinct=site.precinct
        )
        await work.actions.pledge(pledge, ATTRIBUTED)
        return True


def _between(first: datetime, moment: datetime, last: datetime) -> datetime:
    """A tablet's clock may be wrong."""
    return max(first, min(moment, last))


def _used_up() -> NotAllowed:
    return NotAllowed("This link opens no kiosk any more.", "Make a new one on the host's page.", "kiosk_link")
