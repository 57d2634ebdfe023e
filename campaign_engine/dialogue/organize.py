"""A whole campaign in chat: every answer is saved at once, so that it can be taken up anywhere."""

from collections.abc import Callable
from typing import Any

from campaign_engine.dialogue import draft_extras, event_series, training
from campaign_engine.dialogue.approval_intents import ShowOwnWaits
from campaign_engine.dialogue.draft_steps import (
    ask,
    begin,
    editable,
    fields_of,
    may_plan,
    new_kind,
    next_field,
    saved,
    seeing,
    with_changes,
)
from campaign_engine.dialogue.flow import before, column, idle, number, option, say, waits
from campaign_engine.dialogue.intents import (
    ApproveCampaign,
    AskTranslation,
    ChangeDraft,
    FixDraft,
    Intent,
    MoveCampaign,
    ShowRehearsal,
    ShowReport,
    ShowStatus,
    ShowWaiting,
    StartDraft,
    SubmitCampaign,
)
from campaign_engine.dialogue.lint import changes_without
from campaign_engine.dialogue.state import Context, Draft, State, Step
from campaign_engine.dialogue.where_words import SeveralPrecincts, read_targets, tapped, which
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import STARTED_KINDS, CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.drafting import check_length, read_title
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Inbound, InboundKind, Reply
from campaign_engine.domain.picture import check_words
from campaign_engine.domain.precinct import TargetKind, TargetRule
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.schedule_words import parse_schedule


def choice(state: State, data: str, context: Context) -> Step | None:
    """A pressed button of a staff member; None for data that is not about campaigns."""
    head, _, value = data.partition(":")
    if data in _SHOWN:
        return say(state, intents=(_SHOWN[data],))
    if head == "su" and training.is_due(context):
        return training.refused(state)
    if head in _SERVED:
        return _served(state, head, value)
    return _planned(state, data, context) if may_plan(context) else None


def _planned(state: State, data: str, context: Context) -> Step | None:
    head, _, value = data.partition(":")
    if data == "o:new":
        return begin(state, context)
    if data == "o:another":
        return new_kind(state)
    if head == "k" and value in STARTED_KINDS:
        return say(
            waits(idle(state), "organize", "title"),
            Reply("organize.title", asks_text=True),
            intents=(StartDraft(value),),
        )
    return _draft_choice(state, data, context, context.draft) if context.draft is not None else None


_SHOWN: dict[str, Intent] = {"o:waiting": ShowWaiting(), "o:mine": ShowOwnWaits(), "o:status": ShowStatus()}
_SERVED = ("ap", "mv", "rh", "rp", "st", "su")


def _served(state: State, head: str, value: str) -> Step | None:
    """Buttons that services answer, each with the number of a campaign."""
    first, _, second = value.partition(":")
    campaign = number(first)
    if campaign is None:
        return None
    made: dict[str, Intent] = {
        "ap": ApproveCampaign(campaign, second),
        "mv": MoveCampaign(campaign, second),
        "rh": ShowRehearsal(campaign),
        "rp": ShowReport(campaign),
        "st": ShowStatus(campaign),
        "su": SubmitCampaign(campaign),
    }
    return say(idle(state) if head == "su" else state, intents=(made[head],))


def _draft_choice(state: State, data: str, context: Context, draft: Draft) -> Step | None:
    head, _, value = data.partition(":")
    if data == "o:change":
        rows = column(*(option(f"organize.field_{field}", f"ed:{field}") for field in editable(draft)))
        return say(state, Reply("organize.which_field", options=rows))
    if head == "ed" and value in {*editable(draft), *fields_of(draft)}:
        return draft_extras.edit(state, value, draft) or ask(state, value, context)
    if head == "tg":
        return _targets_chosen(state, value, context)
    if head == "ch":
        return _channel_toggled(state, value, context, draft)
    made = _quick_answer(state, data, context) or event_series.choice(state, data, context, draft)
    return made or draft_extras.choice(state, data, context, draft)


def _quick_answer(state: State, data: str, context: Context) -> Step | None:
    head, _, value = data.partition(":")
    chosen = tuple(value.split("+"))
    if head == "lg" and set(chosen) <= set(LANGUAGES):
        return saved(state, "languages", {"languages": list(chosen)}, context)
    if head == "gl" and number(value) is not None:
        return saved(state, "goal", {"goal": number(value)}, context)
    if data == "tx:starter" and state.field.startswith("text_"):
        return saved(state, state.field, {"starter": state.field.removeprefix("text_")}, context)
    if head in ("lg", "lf"):
        return _lint_answer(state, head, value, context)
    if head == "pd" and value in (*PledgeCode, "no"):
        return saved(state, "pledge", {"pledge": None if value == "no" else value}, context)
    return None


def _lint_answer(state: State, head: str, value: str, context: Context) -> Step | None:
    """A fix that the lint offered, or what to do about a language that is missing."""
    draft, (first, _, second) = context.draft, value.partition(":")
    if draft is None:
        return None
    campaign = number(first)
    if head == "lf" and campaign is not None:
        return ask(state, "review", context, FixDraft(campaign, second[:8]))
    if second not in draft.languages or second == LANGUAGES[0]:
        return None
    if first == "out" and not draft.live:
        return saved(state, f"text_{second}", changes_without(second, draft), context)
    if first != "ask" or draft.texts.get(second) or second in draft.asked:
        return None
    asked = with_changes(draft, {"asked": (*draft.asked, second)})
    return ask(state, next_field(asked, f"text_{second}"), seeing(context, asked), AskTranslation(second))


def _targets_chosen(state: State, value: str, context: Context) -> Step | None:
    if value == "top":
        return saved(state, "targets", {"targets": TargetRule().as_json()}, context)
    listed = tapped(value)
    if listed is not None:
        return saved(state, "targets", {"targets": listed.as_json()}, context)
    if value not in context.places.boroughs():
        return None
    rule = TargetRule.from_json({**TargetRule().as_json(), "kind": TargetKind.BOROUGHS, "boroughs": [value]})
    return saved(state, "targets", {"targets": rule.as_json()}, context)


def _channel_toggled(state: State, value: str, context: Context, draft: Draft) -> Step | None:
    if value == "":
        return ask(state, next_field(draft, "channels"), context) if draft.channels else ask(state, "channels", context)
    if value == "all":
        return saved(state, "channels", {"channels": list(context.channels)}, context)
    if value not in context.channels:
        return None
    chosen = [one for one in context.channels if (one in draft.channels) != (one == value)]
    changed = with_changes(draft, {"channels": chosen})
    return ask(state, "channels", seeing(context, changed), ChangeDraft({"channels": chosen}))


def answer(state: State, inbound: Inbound, context: Context) -> Step | None:
    """A typed answer to the open question of a draft."""
    if context.draft is None or not may_plan(context):
        return None
    if inbound.kind is InboundKind.PICTURE:
        return draft_extras.picture_sent(state, inbound, context, context.draft)
    if inbound.kind is not InboundKind.TEXT:
        return None
    return _typed(state, inbound.text.strip(), context, context.draft)


def _typed(state: State, typed: str, context: Context, draft: Draft) -> Step | None:
    around = state.field in ("schedule", *event_series.FIELDS) and draft.kind != CampaignKind.AFTERMATH
    try:
        made = event_series.answer(state, typed, context, draft) if around else None
        changes = _read(state.field, typed, context) if made is None else None
    except SeveralPrecincts as error:
        return say(state, which(error, context.places))
    except InvalidInput as error:
        if state.field in event_series.FIELDS:
            return event_series.wrong(state, draft, error)
        said = {"code": error.code, "message": error.message, "hint": error.hint, **error.values}
        asked = ask(state, state.field, context).replies[0]
        return say(state, Reply("organize.wrong", said, options=asked.options, asks_text=True))
    if made is not None or changes is None:
        return made
    kept = saved(state, state.field, changes, context)
    return before(_where(changes, context), kept) if state.field == "targets" else kept


def _where(changes: dict[str, Any], context: Context) -> Reply:
    """How the words were understood, before anything is built on it."""
    precincts = TargetRule.from_json(changes["targets"]).numbers(context.top)
    return Reply("organize.targets_echo", {"precincts": precincts})


def _read(field: str, typed: str, context: Context) -> dict[str, Any] | None:
    """Plain values of a typed answer; raises InvalidInput saying what to write instead."""
    simple: dict[str, Callable[[], object]] = {
        "title": lambda: read_title(typed),
        "goal": lambda: _positive(typed),
        "targets": lambda: read_targets(typed, context).as_json(),
    }
    if field in simple:
        return {field: simple[field]()}
    if field == "schedule":
        school_day = context.hours.calendar.is_school_day
        return {"schedule": parse_schedule(typed, to_wall(context.now).date(), school_day).as_json()}
    if field.startswith("alt_") and context.draft is not None:
        check_words(typed)
        return draft_extras.words_of_picture(context.draft, field.removeprefix("alt_"), typed)
    if field.startswith("text_") and context.draft is not None:
        check_length(typed, field.removeprefix("text_"))
        return {"texts": {**context.draft.texts, field.removeprefix("text_"): typed}}
    return None


def _positive(typed: str) -> int:
    digits = typed.replace(",", "").replace(".", "")
    if not digits.isdecimal() or not 0 < int(digits) <= 1_000_000:
        raise InvalidInput("The goal is a number of pledges.", "Write, for example, 300.", "bad_goal")
    return int(digits)
