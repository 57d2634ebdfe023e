"""What people want done with a campaign between its handing in and its going out (safety S1, S2)."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent


@dataclass(frozen=True, slots=True)
class SendTest(Intent):
    """The posts of a campaign, as ordinary replies to whoever asks and to nobody else (safety S1)."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class WidenDraft(Intent):
    """All of the boroughs that the draft's precincts lie in (safety S2)."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class RoomsOnly(Intent):
    """The draft goes to rooms and the page, and to nobody directly (safety S2)."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class ReturnCampaign(Intent):
    """The second person sends it back to draft, with a reason (domain.return_reason); `words` go to the author only."""

    campaign_id: int
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ShowSource(Intent):
    """The text of one language as it was written, for an approver who fixes a typo."""

    campaign_id: int
    language: str


@dataclass(frozen=True, slots=True)
class FixPost(Intent):
    """The whole text again with a typo fixed by an approver; its author then countersigns (safety S1)."""

    campaign_id: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Countersign(Intent):
    """The author says yes to exactly the fix that was shown (`seen` as in ApproveCampaign)."""

    campaign_id: int
    seen: str


@dataclass(frozen=True, slots=True)
class TakeBack(Intent):
    """The author takes back what waits, a fix included, to write it anew."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class TakeSlot(Intent):
    """A post that missed its time goes out at the one that was offered: New York wall-clock, as 202612011600."""

    campaign_id: int
    slot: str


@dataclass(frozen=True, slots=True)
class ShowHoldChoices(Intent):
    """The precincts of a campaign, to hold one of them (safety I1)."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class ShowOwnWaits(Intent):
    """What the writer handed in and nobody has decided on yet."""


@dataclass(frozen=True, slots=True)
class ShowTexts(Intent):
    """Which automatic texts wait for this person, and which do not."""


@dataclass(frozen=True, slots=True)
class ShowText(Intent):
    """One automatic text as it will be read in each language."""

    name: str


@dataclass(frozen=True, slots=True)
class ApproveText(Intent):
    """The second person agrees to just the version that was shown (safety S1)."""

    name: str
    seen: str
