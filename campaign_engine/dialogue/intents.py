"""What a conversation wants done; services carry it out, in order, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.contact import AgeBand, ConsentKind, RoleGrant, Source


@dataclass(frozen=True, slots=True)
class Intent:
    """Base of all intents."""


@dataclass(frozen=True, slots=True)
class RefuseAge(Intent):
    """12 or under: count it, block a retry in this chat for 24 h by a keyed hash, keep nothing else (safety C2)."""


@dataclass(frozen=True, slots=True)
class SetAgeBand(Intent):
    """Correct an earlier answer."""

    age_band: AgeBand


@dataclass(frozen=True, slots=True)
class SetLanguage(Intent):
    """Also works before a contact exists: then the dialogue state carries it."""

    language: str


@dataclass(frozen=True, slots=True)
class SetPrecinct(Intent):
    """A precinct chosen from a list, or None for "rather not say"."""

    precinct: int | None


@dataclass(frozen=True, slots=True)
class GivePledge(Intent):
    """A pledge with its if-then plan; it counts to the campaign and the room of its source, where it has them.

    A second pledge to the same campaign by the same contact changes the choice and counts once.
    """

    pledge: PledgeCode
    if_then: IfThen | None = None
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class CreateContact(Intent):
    """The first thing kept about someone: an age band of 13 or more, the language and what brought them.

    `pledge` where the same tap gave one.
    """

    age_band: AgeBand
    language: str
    source: Source = Source()
    pledge: GivePledge | None = None


@dataclass(frozen=True, slots=True)
class AnswerTopic(Intent):
    """Yes or no to one topic or further consent; a no is remembered 365 days (safety C5).

    `also` were answered by the same words.
    """

    topic: ConsentKind
    yes: bool
    also: tuple[ConsentKind, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteAsked(Intent):
    """We put a question about a consent outside the join: it does not come again for 365 days, answered or not."""

    kind: ConsentKind


@dataclass(frozen=True, slots=True)
class Pause(Intent):
    """Nothing proactive until then, UTC; a break that ends later stays. Not an action: who chose it records one.

    The same field for a person's own break and for the silence after a help card (safety H3).
    """

    until: datetime


@dataclass(frozen=True, slots=True)
class Resume(Intent):
    """The person ends a break, whatever set it; what it kept back does not come later (safety S5)."""


@dataclass(frozen=True, slots=True)
class OptOut(Intent):
    """STOP: over all topics, at once (safety C7)."""


@dataclass(frozen=True, slots=True)
class OptIn(Intent):
    """The person's own /start lifts an earlier STOP; topics stay off until asked again."""


@dataclass(frozen=True, slots=True)
class DeletePerson(Intent):
    """Remove everything now, keep a keyed do-not-contact hash (safety C8)."""


@dataclass(frozen=True, slots=True)
class ShowHeld(Intent):
    """Export: say everything that is held about the person, in words."""


@dataclass(frozen=True, slots=True)
class ShowNear(Intent):
    """Verified places and lines near the person, or for the whole city where no precinct is known (safety H5)."""


@dataclass(frozen=True, slots=True)
class RecordAction(Intent):
    """An inbound action that counts for reach, first time per contact, campaign and kind."""

    kind: ActionKind
    campaign_id: int | None = None
    room_id: int | None = None


@dataclass(frozen=True, slots=True)
class RedeemInvite(Intent):
    """A staff member takes a role with a single-use code and a work handle they choose (safety R1, R2)."""

    code: str
    handle: str


@dataclass(frozen=True, slots=True)
class AskForRole(Intent):
    """Asks to organize: the role that the writer's age is offered, in the precinct they chose."""


@dataclass(frozen=True, slots=True)
class TakeRequestBack(Intent):
    """The writer's own request goes."""


@dataclass(frozen=True, slots=True)
class AcceptInvite(Intent):
    """The writer takes the role that answered their request, with a work handle they choose."""

    handle: str


@dataclass(frozen=True, slots=True)
class ShowRequests(Intent):
    """Who wants to organize in the writer's area: no name, an area and a wide age."""


@dataclass(frozen=True, slots=True)
class AnswerRequest(Intent):
    """An invite, or "not now"."""

    request_id: int
    yes: bool


@dataclass(frozen=True, slots=True)
class LeaveRole(Intent):
    """The writer gives one of their own roles up."""

    grant: RoleGrant


@dataclass(frozen=True, slots=True)
class ShowLog(Intent):
    """What staff did, newest first, older than this entry."""

    before: int | None = None


@dataclass(frozen=True, slots=True)
class ShowSiteTotal(Intent):
    """The protected total of the writer's own site."""


@dataclass(frozen=True, slots=True)
class ShowReports(Intent):
    """Campaigns whose protected tables the writer may read."""


@dataclass(frozen=True, slots=True)
class CompleteTraining(Intent):
    """An organizer answered all three screens; kept as a code."""


@dataclass(frozen=True, slots=True)
class StartDraft(Intent):
    """A new campaign of the writer, of one kind; it becomes the writer's current draft."""

    kind: str


@dataclass(frozen=True, slots=True)
class ChangeDraft(Intent):
    """Fields of the writer's current draft, as plain values.

    Keys: title (str), goal (int), targets (TargetRule JSON), languages (list), texts ({language: template}),
    schedule (Schedule JSON), channels (list), pledge (PledgeCode or None).
    """

    changes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DropDraft(Intent):
    """Cancel the writer's current draft."""


@dataclass(frozen=True, slots=True)
class ShowPreview(Intent):
    """Render the posts of a campaign as they will be read, per language and channel."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class ShowHints(Intent):
    """What the lint finds in a draft, with a button for each fix (safety F6)."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class FixDraft(Intent):
    """Apply one fix that the lint offered; `key` names the finding."""

    campaign_id: int
    key: str


@dataclass(frozen=True, slots=True)
class AskTranslation(Intent):
    """The text of the writer's current draft in this language becomes a task for a teammate."""

    language: str


@dataclass(frozen=True, slots=True)
class ShowTranslation(Intent):
    """What a teammate is asked to translate."""

    campaign_id: int
    language: str


@dataclass(frozen=True, slots=True)
class SendTranslation(Intent):
    """A teammate's text for somebody else's draft."""

    campaign_id: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class SubmitCampaign(Intent):
    """Send the writer's draft to an approver; `anyway` although its audience is too small today (safety S2)."""

    campaign_id: int
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class ApproveCampaign(Intent):
    """The second person agrees to exactly the version that was shown (`seen` is the first 12 digits of its hash)."""

    campaign_id: int
    seen: str


@dataclass(frozen=True, slots=True)
class MoveCampaign(Intent):
    """Launch, pause, resume, cancel or finish; `to` is the verb."""

    campaign_id: int
    to: str


@dataclass(frozen=True, slots=True)
class PressKillSwitch(Intent):
    """Nothing proactive leaves any more, on any channel (safety S3)."""


@dataclass(frozen=True, slots=True)
class LiftKillSwitch(Intent):
    """Another person than the one who pressed it lets everything go on (safety S3)."""


@dataclass(frozen=True, slots=True)
class ShowRehearsal(Intent):
    """What a campaign would send where, when and to how many, and what the planner would keep back."""

    campaign_id: int


@dataclass(frozen=True, slots=True)
class ShowWaiting(Intent):
    """What waits for this approver, one card each."""


@dataclass(frozen=True, slots=True)
class ShowStatus(Intent):
    """Campaigns of the writer's scope with their numbers; one campaign when an id is given."""

    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class HoldPrecincts(Intent):
    """Nothing of the held kinds leaves there from now on; one person is enough (safety I1)."""

    precincts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReleasePrecincts(Intent):
    """Ask for an early release, or agree to what somebody else asked (safety I1)."""

    precincts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShowHolds(Intent):
    """All holds of the writer's area, or the card of one precinct."""

    precinct: int | None = None


@dataclass(frozen=True, slots=True)
class ShowTimeline(Intent):
    """What was held and why, newest first; of one precinct when it is given."""

    precinct: int | None = None


@dataclass(frozen=True, slots=True)
class DeclareIncident(Intent):
    """A precinct and this moment, nothing else; a second person confirms it (safety I1, I2)."""

    precinct: int


@dataclass(frozen=True, slots=True)
class ConfirmIncident(Intent):
    """The second person."""

    incident_id: int


@dataclass(frozen=True, slots=True)
class StartAftermath(Intent):
    """A check-in with its fixed text, after a confirmed incident in this precinct (safety I2)."""

    precinct: int


@dataclass(frozen=True, slots=True)
class CancelEvent(Intent):
    """Tell those signed up at once; `sure` after the confirming tap (safety S9)."""

    campaign_id: int
    sure: bool = False


@dataclass(frozen=True, slots=True)
class ShowReport(Intent):
    """The protected figures of a campaign as a text card."""

    campaign_id: int
