"""What a site's host sees and does: the own total, new codes, pledges on paper (F18)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_engine.domain.action import Site
from campaign_engine.domain.area import moved, rounded, week_of
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.tally import Bounds, TallySheet, read_bytes, read_sheet
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.tallies import TallyBatch
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.sites import UNDO_WITHIN, Sites

TALLY_UNDO = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HostView:
    """`total` is None while it is hidden; `paper` is what the host counted, never added to it."""

    site: Site
    total: int | None
    paper: int
    can_undo_codes: bool


async def weekly_total(work: UnitOfWork, site_id: int, now: datetime) -> int | None:
    """A site's own total in whole tens, None below ten; it moves once a week, by ten or more (safety K1, K3, P3)."""
    week, figure = week_of(now), await work.sites.figure(site_id)
    if figure is not None and figure[1] == week:
        return rounded(figure[0])
    frozen = moved(figure[0] if figure is not None else 0, await work.team.signed_up(site_id))
    await work.sites.keep_figure(site_id, frozen, week)
    return rounded(frozen)


class Hosting:
    """Whoever calls has checked that `actor` hosts the site."""

    def __init__(self, store: Store, clock: Clock, sites: Sites) -> None:
        self._store = store
        self._clock = clock
        self._sites = sites

    async def view(self, site_id: int) -> HostView:
        """Raises NotFound."""
        now = self._clock()
        async with self._store.write() as work:
            site = await work.sites.get(site_id)
            return HostView(
                site,
                await weekly_total(work, site_id, now),
                await work.tallies.total(site_id),
                await work.sites.was_rotated(site_id, now - UNDO_WITHIN),
            )

    async def names(self, site_ids: Sequence[int]) -> tuple[Site, ...]:
        """Those that are still open."""
        async with self._store.read() as work:
            return tuple(found.site for found in await work.sites.chosen(site_ids))

    async def rotate(self, site_id: int, actor: str, *, back: bool = False) -> Site:
        """New codes, or those of before `back`. Raises NotFound when there is nothing to bring back."""
        async with self._store.write() as work:
            change = self._sites.undo_rotation if back else self._sites.rotate
            return await change(work, actor, site_id)

    async def read_file(self, site_id: int, content: bytes) -> TallySheet:
        """Changes nothing."""
        return read_bytes(content, await self._bounds(site_id))

    async def read_rows(self, site_id: int, text: str) -> TallySheet:
        """The same of what a form says."""
        return read_sheet(text, await self._bounds(site_id))

    async def apply(self, site_id: int, actor: str, text: str) -> int:
        """Read again and add all of it; how many pledges. Raises InvalidInput, Conflict, with nothing added."""
        now = self._clock()
        async with self._store.write() as work:
            site = await work.sites.get(site_id)
            sheet = read_sheet(text, await self._held_to(work, site_id))
            if sheet.problems:
                raise InvalidInput("This sheet cannot be counted any more.", "Look at it again.", "tally_changed")
            batch = secrets.token_hex(6)
            await work.tallies.add(site, sheet.rows, batch, now)
            await work.audit.append(AuditEntry(actor, "tally", f"site:{site_id}:{batch}"), now)
        return sheet.total

    async def batches(self, site_id: int) -> tuple[TallyBatch, ...]:
        """Those that can still be taken back."""
        async with self._store.read() as work:
            return await work.tallies.batches(site_id, self._clock() - TALLY_UNDO)

    async def undo(self, site_id: int, actor: str, batch: str) -> int:
        """How many pledges were taken back. Raises NotFound."""
        now = self._clock()
        async with self._store.write() as work:
            gone = await work.tallies.undo(site_id, batch, now - TALLY_UNDO)
            if not gone:
                raise NotFound("This was taken back already, or is too old.", "Look at the list.", "no_tally")
            await work.audit.append(AuditEntry(actor, "undo_tally", f"site:{site_id}:{batch}"), now)
        return gone

    async def _bounds(self, site_id: int) -> Bounds:
        async with self._store.read() as work:
            await work.sites.get(site_id)
            return await self._held_to(work, site_id)

    async def _held_to(self, work: UnitOfWork, site_id: int) -> Bounds:
        today = to_wall(self._clock()).date()
        return Bounds(today, await work.tallies.known(site_id), await work.sites.size(site_id))
