"""Protected figures of a campaign, for chat cards and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CampaignLink:
    """One campaign on the list of reports."""

    id: int
    title: str
    status: str


class Figures(Protocol):
    """Reads measures through the suppression rules; nothing unprotected comes out."""

    async def card(self, campaign_id: int) -> Mapping[str, object]:
        """Values for the template `campaign.report`: numbers, or "hidden".

        Keys: title, goal, delivered, reached, engaged, pledged, opt_outs, and precincts, a list of mappings with
        precinct, reached and pledged.

        Raises NotFound.
        """
