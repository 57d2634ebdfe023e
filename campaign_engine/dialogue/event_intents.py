"""What people want done with an event whose time or place changed (safety S9)."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class ShowEventPlaces(Intent):
    """Where an event may be now; `when` as in domain.event_change.read_wall."""

    campaign_id: int
    when: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class ChangeEvent(Intent):
    """Tell those signed up of a new time or place; `sure` after the confirming tap (safety S9)."""

    campaign_id: int
    when: str
    place: str
    sure: bool = False
