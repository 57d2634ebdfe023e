"""What allies want beside joining: another site, links to pass on, and to know that we are who we say."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class MakeInvites(Intent):
    """So many links to pass on; the person's counter is all that is kept (safety N4)."""

    count: int


@dataclass(frozen=True, slots=True)
class MakeMove(Intent):
    """A one-time code to go on in this channel's chat (safety N5)."""

    to: str


@dataclass(frozen=True, slots=True)
class MoveHere(Intent):
    """The person of a code goes on in this chat; where the chat knows one already, the two become one."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ShowVerify(Intent):
    """How to tell that this bot is ours, with today's code (threats T5)."""


@dataclass(frozen=True, slots=True)
class ShowArea(Intent):
    """How many allies the writer's area has, as the week's edition shows it (F16)."""


@dataclass(frozen=True, slots=True)
class SetSite(Intent):
    """The site whose code the person typed, or none any more."""

    site_id: int | None
