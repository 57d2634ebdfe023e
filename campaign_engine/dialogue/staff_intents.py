"""What the team wants of the pages."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class OpenDashboard(Intent):
    """A one-time link to the team's pages for the writer (safety R2)."""


@dataclass(frozen=True, slots=True)
class ShowWindows(Intent):
    """The writer's sites, each with its window for sign-ups."""


@dataclass(frozen=True, slots=True)
class OpenWindow(Intent):
    """Sign-ups at a site of the writer's count at once for so many minutes, up to the headcount."""

    site_id: int
    minutes: int
    headcount: int


@dataclass(frozen=True, slots=True)
class CloseWindow(Intent):
    """The window of a site of the writer's ends now."""

    site_id: int
