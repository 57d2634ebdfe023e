"""What staff want done with messages that may or may not have left (ADR 3)."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent
from campaign_engine.domain.delivery import Decision


@dataclass(frozen=True, slots=True)
class ShowUnconfirmed(Intent):
    """Those of a campaign, by post."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class DecideUnconfirmed(Intent):
    """All of a post at once; `sure` after the confirming tap, `undo` takes the decision back."""

    campaign_id: int
    post_id: int
    decision: Decision
    sure: bool = False
    undo: bool = False
