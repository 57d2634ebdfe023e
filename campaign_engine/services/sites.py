"""Schools, community centers and other places where people sign up."""

from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import borough_of
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork

NAME_LENGTH = 200


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

    async def rotate(self, work: UnitOfWork, actor: str, site_id: int) -> Site:
        """New codes; posters with the old ones stop working. Raises NotFound."""
        site = await work.sites.rotate(site_id, self._clock())
        await work.audit.append(AuditEntry(actor, "rotate_site", f"site:{site.id}"), self._clock())
        return site
