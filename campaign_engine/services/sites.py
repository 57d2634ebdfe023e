"""Schools, community centers and other places where people sign up."""

import asyncio
from datetime import timedelta
from pathlib import Path

from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.errors import ConfigurationError, InvalidInput, NotFound
from campaign_engine.domain.listed_site import Loaded, SiteList
from campaign_engine.domain.precinct import borough_of
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.opendata import CityData, Outlines, Progress, SiteFile
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

NAME_LENGTH = 200
UNDO_WITHIN = timedelta(days=1)
"""How long old codes can be brought back: after that a new poster hangs."""


class Sites:
    """Adds sites and changes their codes; `actor` is the handle of whoever does it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def add(self, work: UnitOfWork, actor: str, name: str, kind: SiteKind, precinct: int) -> Site:
        """Raises InvalidInput for a name that is empty or too long, NotFound for a number that is no precinct."""
        plain = " ".join(name.split())
        if not 1 <= len(plain) <= NAME_LENGTH:
            raise InvalidInput("This is no name for a site.", f"Use 1 to {NAME_LENGTH} characters.")
        borough_of(precinct)
        site = await work.sites.add(plain, kind, precinct, self._clock())
        await work.audit.append(AuditEntry(actor, "add_site", f"site:{site.id}"), self._clock())
        return site

    async def load(self, work: UnitOfWork, actor: str, found: SiteList) -> Loaded:
        """A list of the City's; the same list again changes nothing, and codes always stay."""
        loaded = await work.sites.load(found.sites, self._clock())
        said = f"{loaded.added} new, {loaded.changed} changed"
        await work.audit.append(AuditEntry(actor, "load_sites", said), self._clock())
        return loaded

    async def rotate(self, work: UnitOfWork, actor: str, site_id: int) -> Site:
        """New codes; posters with the old ones stop working. Raises NotFound."""
        site = await work.sites.rotate(site_id, self._clock())
        await work.audit.append(AuditEntry(actor, "rotate_site", f"site:{site.id}"), self._clock())
        return site

    async def undo_rotation(self, work: UnitOfWork, actor: str, site_id: int) -> Site:
        """The codes before work again, and posters with the newer ones stop. Raises NotFound after a day."""
        now = self._clock()
        site = await work.sites.undo_rotation(site_id, now - UNDO_WITHIN, now)
        await work.audit.append(AuditEntry(actor, "undo_rotate_site", f"site:{site.id}"), now)
        return site


class SiteLists:
    """Reads the City's lists; `city` makes outlines from what is stored."""

    def __init__(self, store: Store, file: SiteFile, city: CityData) -> None:
        self._store = store
        self._file = file
        self._city = city

    async def read(self, path: Path, progress: Progress | None = None) -> SiteList:
        """Nothing is stored. Raises BrokenFile for a file that is no such list."""
        outlines = await self._outlines()
        return await asyncio.to_thread(self._file.read, path, outlines, progress)

    async def precinct_at(self, latitude: float, longitude: float) -> int:
        """By the loaded outlines. Raises ConfigurationError while there are none, NotFound outside the city."""
        outlines = await self._outlines()
        if outlines is None:
            raise ConfigurationError(
                "No outlines are loaded, so a place cannot be told.",
                "Give --precinct, or load them first: groundswell data import FILE.geojson",
                "no_outlines",
            )
        found = await asyncio.to_thread(outlines.locate, [_Point(latitude, longitude)])
        if not found[0]:
            raise NotFound("No precinct lies there.", "Give latitude and longitude, such as 40.6681,-73.8791.")
        return found[0]

    async def _outlines(self) -> Outlines | None:
        async with self._store.read() as work:
            stored = await work.targeting.outlines()
        return self._city.outlines(*stored) if stored else None


class _Point:
    """Something whose precinct is asked for."""

    precinct = 0

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude: float | None = latitude
        self.longitude: float | None = longitude
