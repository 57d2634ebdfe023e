"""What comes of the question about a plan."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class AskFollowUp(Intent):
    """The writer is asked about the plan of this pledge of theirs now."""

    pledge_id: int


@dataclass(frozen=True, slots=True)
class AnswerFollowUp(Intent):
    """What the writer says of it; "not yet", "no" and "rather not say" are all the same here."""

    pledge_id: int
    did: bool
