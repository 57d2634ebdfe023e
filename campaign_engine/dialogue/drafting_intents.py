"""What an organizer wants done with an open draft beside changing a field."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent
from campaign_engine.domain.message import Picture


@dataclass(frozen=True, slots=True)
class FetchPicture(Intent):
    """The picture that was just sent belongs to the draft: load it, then answer."""


@dataclass(frozen=True, slots=True)
class KeepPicture(Intent):
    """By its content; the draft names it in the same turn."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class UndoDraft(Intent):
    """The last change of the writer's current draft; twice is as before."""


@dataclass(frozen=True, slots=True)
class ShowMap(Intent):
    """The precincts as numbered squares, those of the draft filled."""

    precincts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShowChannels(Intent):
    """The draft as it will look on one channel, with its length beside what people read there."""

    campaign_id: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class ShowRooms(Intent):
    """Linked rooms that the draft would go to, with a button for each.

    `asked` as a question of its own: where there is no room, the next one comes instead.
    """

    campaign_id: int
    asked: bool = False


@dataclass(frozen=True, slots=True)
class ShowEvents(Intent):
    """Events that are planned, to write around one of them."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class ShowHeldTimes(Intent):
    """Whether a hold keeps something of the draft's schedule back."""

    campaign_id: int
