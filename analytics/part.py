"""Which part of a report is asked for: the whole campaign, one of its precincts, or one site for its host."""

from dataclasses import dataclass

from analytics import sections
from analytics.content import Report
from analytics.document import Document
from campaign_engine.domain.area import CITY
from campaign_engine.domain.precinct import borough_of


@dataclass(frozen=True, slots=True)
class Part:
    """At most one of both; neither is the whole. A part shows what the whole shows, never more (safety K3)."""

    precinct: int | None = None
    site: int | None = None

    @property
    def name(self) -> str:
        """For file names; empty for the whole."""
        return f"precinct-{self.precinct}" if self.precinct else f"site-{self.site}" if self.site else ""

    def document(self, report: Report, language: str) -> Document:
        """Raises NotFound for a precinct or site that is not in the report."""
        if self.precinct is not None:
            return sections.precinct(report, self.precinct, language)
        if self.site is not None:
            return sections.site(report, self.site, language)
        return sections.whole(report, language)

    def has(self, report: Report, key: str) -> bool:
        """Whether a cell belongs to it: a precinct with its channels, its borough and the campaign; a site, its
        precinct and the campaign.
        """
        if self.precinct is not None:
            own = f"precinct:{self.precinct}"
            return key in (CITY, f"borough:{borough_of(self.precinct)}") or key.partition("|")[0] == own
        if self.site is not None:
            return key in (CITY, f"site:{self.site}", f"precinct:{report.layout.sites[self.site][1]}")
        return True


WHOLE = Part()
