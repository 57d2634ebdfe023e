"""Protected figures of a campaign, for chat cards and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from campaign_engine.domain.message import Picture


@dataclass(frozen=True, slots=True)
class CampaignLink:
    """One campaign on the list of reports."""

    id: int
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class ReachCard:
    """`values` are for the template `campaign.report`: numbers, or "hidden".

    Keys: title, goal, through (last day that people are counted of, or None), delivered, reached, engaged, pledged,
    opt_outs; rooms, and apart from people what came back from them: room_audience, room_reactions, room_joins,
    room_taps; and precincts, a list of mappings with precinct, reached and pledged. `picture` shows the same, and has
    no words of its own yet.
    """

    values: Mapping[str, object]
    picture: Picture


class Figures(Protocol):
    """Reads measures through the suppression rules; nothing unprotected comes out."""

    async def card(self, campaign_id: int, language: str) -> ReachCard:
        """In the view of organizers (safety K1), with a picture in this language. Raises NotFound."""
