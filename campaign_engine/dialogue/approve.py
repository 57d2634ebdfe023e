"""Between handing in and going out: too few people, a typo that an approver fixes, a time that passed."""

from collections.abc import Mapping

from campaign_engine.dialogue.approval_intents import (
    Countersign,
    FixPost,
    ReturnCampaign,
    RoomsOnly,
    SendTest,
    ShowHoldChoices,
    ShowSource,
    TakeBack,
    TakeSlot,
    WidenDraft,
)
from campaign_engine.dialogue.flow import Rows, column, idle, named, number, option, say, waits
from campaign_engine.dialogue.intents import Intent, ShowPreview, SubmitCampaign
from campaign_engine.dialogue.sharing_intents import ShowShareKit
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.languages import LANGUAGE_NAMES
from campaign_engine.domain.message import Inbound, InboundKind, Option, Reply
from campaign_engine.domain.return_reason import ReturnReason
from campaign_engine.domain.roles import Capability, may

FLOW = "approve"


def review_rows(campaign: int, *, undo: bool = False, picture: bool = False) -> Rows:
    """What an author can do with a draft that is complete; `undo` where there is something to, `picture` with one."""
    pictured = Option(label="organize.add_picture", data="pi:ask", values={"has": picture})
    last = (option("organize.drop", "o:drop"),)
    return (
        (option("organize.submit", f"su:{campaign}"),),
        (option("organize.by_channel", f"pc:{campaign}"), option("approval.test", f"tm:{campaign}")),
        (option("organize.change", "o:change"), pictured),
        (option("organize.undo", "o:undo"), *last) if undo else last,
    )


def choice(state: State, data: str, context: Context) -> Step | None:
    """A pressed button of a staff member; None for data of others."""
    head, _, rest = data.partition(":")
    first, _, second = rest.partition(":")
    campaign = number(first)
    if campaign is None or not context.person.is_staff:
        return None
    if head in ("wi", "ro"):
        changed: Intent = WidenDraft(campaign) if head == "wi" else RoomsOnly(campaign)
        review = Reply("organize.review", options=review_rows(campaign))
        return say(waits(idle(state), "organize", "review"), review, intents=(changed, ShowPreview(campaign)))
    if head == "fx":
        return _which_text(state, campaign, second)
    if head == "rt":
        return _why(state, campaign, second)
    if head == "sa":
        return say(idle(state), intents=(SubmitCampaign(campaign, anyway=True),))
    served: Mapping[str, Intent] = {
        "tm": SendTest(campaign),
        "ct": Countersign(campaign, second),
        "hc": ShowHoldChoices(campaign),
        "kt": ShowShareKit(campaign),
        "tb": TakeBack(campaign),
        "sl": TakeSlot(campaign, second),
    }
    return say(state, intents=(served[head],)) if head in served else None


def _why(state: State, campaign: int, reason: str) -> Step:
    """A reason from the list, or a question for the approver's own words."""
    if reason == ReturnReason.OWN:
        asked = waits(idle(state), FLOW, "reason", campaign=campaign)
        return say(asked, Reply("approval.return_words", asks_text=True))
    if reason in set(ReturnReason):
        return say(idle(state), intents=(ReturnCampaign(campaign, reason),))
    reasons = (
        Option(label="approval.reason", data=f"rt:{campaign}:{one}", values={"reason": one.value})
        for one in ReturnReason
    )
    return say(state, Reply("approval.return_why", options=column(*reasons)))


def _which_text(state: State, campaign: int, language: str) -> Step:
    if language in LANGUAGES:
        waiting = waits(idle(state), FLOW, "text", campaign=campaign, language=language)
        return say(waiting, intents=(ShowSource(campaign, language),))
    row = tuple(named(LANGUAGE_NAMES[one], f"fx:{campaign}:{one}") for one in LANGUAGES)
    return say(state, Reply("approval.fix_which", options=(row,)))


def answer(state: State, inbound: Inbound, context: Context) -> Step | None:
    """The whole text with the typo fixed, or why it goes back; both are checked by services."""
    approves = may(context.person, Capability.APPROVE)
    if inbound.kind is not InboundKind.TEXT or not approves:
        return None
    if state.field == "reason":
        returned = ReturnCampaign(int(state.data["campaign"]), ReturnReason.OWN, inbound.text)
        return say(idle(state), intents=(returned,))
    if state.field != "text":
        return None
    fix = FixPost(int(state.data["campaign"]), str(state.data["language"]), inbound.text.strip())
    return say(idle(state), intents=(fix,))
