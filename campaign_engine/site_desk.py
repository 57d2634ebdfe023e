"""What the command line and the pages do with sites, wired together."""

from dataclasses import dataclass

from campaign_engine.opendata.city import NewYorkData
from campaign_engine.opendata.site_list import CitySiteFile
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.hosting import Hosting
from campaign_engine.services.site_finding import SiteFinding
from campaign_engine.services.sites import SiteLists, Sites


@dataclass(frozen=True, slots=True)
class SiteDesk:
    """Adding and codes, the City's lists, finding by name, and the host's work."""

    sites: Sites
    lists: SiteLists
    finding: SiteFinding
    hosting: Hosting


def open_site_desk(store: Store, clock: Clock) -> SiteDesk:
    """Over one store."""
    sites = Sites(clock)
    lists = SiteLists(store, CitySiteFile(), NewYorkData())
    return SiteDesk(sites, lists, SiteFinding(store), Hosting(store, clock, sites))
