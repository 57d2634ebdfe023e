"""What the team wants of the pages."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class OpenDashboard(Intent):
    """A one-time link to the team's pages for the writer (safety R2)."""
