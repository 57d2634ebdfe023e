"""Protected figures of a campaign, for chat cards."""

from collections.abc import Mapping
from typing import Protocol


class Figures(Protocol):
    """Reads measures through the suppression rules; nothing unprotected comes out."""

    async def card(self, campaign_id: int) -> Mapping[str, object]:
        """Values for the template `campaign.report`: numbers, or "hidden".

        Keys: title, goal, delivered, reached, engaged, pledged, opt_outs, and precincts, a list of mappings with
        precinct, reached and pledged.

        Raises NotFound.
        """
