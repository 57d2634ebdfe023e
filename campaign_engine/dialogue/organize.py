"""A whole campaign in chat: every answer is saved at once, so that it can be taken up anywhere."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from campaign_engine.dialogue import training
from campaign_engine.dialogue.approve import review_rows
from campaign_engine.dialogue.flow import Rows, column, idle, named, number, option, say, waits
from campaign_engine.dialogue.holds import languages_question
from campaign_engine.dialogue.intents import (
    ApproveCampaign,
    AskTranslation,
    ChangeDraft,
    DropDraft,
    FixDraft,
    Intent,
    MoveCampaign,
    ReturnCampaign,
    ShowHints,
    ShowPreview,
    ShowRehearsal,
    ShowReport,
    ShowStatus,
    ShowWaiting,
    StartDraft,
    SubmitCampaign,
)
from campaign_engine.dialogue.lint import changes_without, language_rows
from campaign_engine.dialogue.state import Context, Draft, State, Step
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Inbound, InboundKind, Option, Reply
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, TargetKind, TargetRule
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.schedule import Schedule, to_wall
from campaign_engine.domain.schedule_words import parse_schedule

TITLE_LENGTH = 80
GOALS = (100, 300, 500)
FIELDS = ("title", "targets", "goal", *(f"text_{language}" for language in LANGUAGES), "schedule", "channels", "pledge")
CHECK_IN_FIELDS = ("languages", "schedule")
_NUMBER = re.compile(r"\d+")


def may_plan(context: Context) -> bool:
    """Drafts campaigns in some scope."""
    return may(context.person, Capability.DRAFT)


def fields_of(draft: Draft) -> tuple[str, ...]:
    """What is asked; of a check-in only in which languages and when (safety I2)."""
    return CHECK_IN_FIELDS if draft.kind == CampaignKind.AFTERMATH else FIELDS


def begin(state: State, context: Context) -> Step:
    """A new campaign, or the draft that is open."""
    if context.draft is not None:
        return ask(state, _next(context.draft, ""), context)
    # A check-in begins from a confirmed incident (safety I2).
    offered = (kind for kind in CampaignKind if kind is not CampaignKind.AFTERMATH)
    kinds = column(*(option(f"organize.kind_{kind}", f"k:{kind}") for kind in offered))
    return say(waits(idle(state), "organize", "kind"), Reply("organize.kind", options=kinds))


def _next(draft: Draft, after: str) -> str:
    """The first empty field behind `after`; "review" when all are filled."""
    filled = {
        "title": bool(draft.title),
        "targets": draft.targets is not None,
        "goal": bool(draft.goal),
        **{f"text_{language}": _is_answered(draft, language) for language in LANGUAGES},
        "schedule": draft.schedule is not None,
        "channels": bool(draft.channels),
        "pledge": after != "channels",
        "languages": True,
    }
    fields = fields_of(draft)
    start = fields.index(after) + 1 if after in fields else 0
    return next((field for field in fields[start:] if not filled[field]), "review")


def _is_answered(draft: Draft, language: str) -> bool:
    return bool(draft.texts.get(language)) or language not in draft.languages or language in draft.asked


def ask(state: State, field: str, context: Context, *intents: Intent) -> Step:
    """The question of one field."""
    state = waits(idle(state), "organize", field)
    if field == "review":
        draft = context.draft
        campaign = draft.campaign_id if draft is not None else 0
        shown: tuple[Intent, ...] = (ShowPreview(campaign), ShowHints(campaign)) if campaign else ()
        return say(state, Reply("organize.review", options=review_rows(campaign)), intents=(*intents, *shown))
    makers: dict[str, Callable[[Context], Reply]] = {
        "title": lambda _: Reply("organize.title", asks_text=True),
        "targets": _targets_question,
        "goal": _goal_question,
        "schedule": lambda _: Reply("organize.schedule", asks_text=True),
        "channels": _channels_question,
        "pledge": _pledge_question,
        "languages": lambda _: languages_question(),
    }
    if field in makers:
        return say(state, makers[field](context), intents=intents)
    rows = ((option("organize.starter", "tx:starter"),), *language_rows(field.removeprefix("text_"), context.draft))
    return say(state, Reply(f"organize.{field}", options=rows, asks_text=True), intents=intents)


def _goal_question(_context: Context) -> Reply:
    row = tuple(named(str(one), f"gl:{one}") for one in GOALS)
    return Reply("organize.goal", options=(row,), asks_text=True)


def _targets_question(context: Context) -> Reply:
    boroughs = [named(name, f"tg:{name}") for name in context.places.boroughs()]
    top = Option(label="organize.top", data="tg:top", values={"count": len(context.top) or 30})
    return Reply("organize.targets", options=((top,), *column(*boroughs)), asks_text=True)


def _channels_question(context: Context) -> Reply:
    chosen = context.draft.channels if context.draft is not None else ()
    rows: Rows = ((option("organize.channels_all", "ch:all"),),)
    for name in context.channels:
        label = "organize.channel_on" if name in chosen else "organize.channel_off"
        rows += ((Option(label=label, data=f"ch:{name}", values={"channel": name}),),)
    if chosen:
        rows += ((option("organize.channels_done", "ch:"),),)
    return Reply("organize.channels", options=rows, edits=True)


def _pledge_question(_context: Context) -> Reply:
    codes = column(*(option(f"pledge.{code}", f"pd:{code}") for code in PledgeCode))
    return Reply("organize.pledge", options=(*codes, (option("organize.no_pledge", "pd:no"),)))


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
    if head == "k" and value in set(CampaignKind):
        return say(
            waits(idle(state), "organize", "title"),
            Reply("organize.title", asks_text=True),
            intents=(StartDraft(value),),
        )
    return _draft_choice(state, data, context, context.draft) if context.draft is not None else None


_SHOWN: dict[str, Intent] = {"o:waiting": ShowWaiting(), "o:status": ShowStatus()}
_SERVED = ("ap", "rt", "mv", "rh", "rp", "st", "su")


def _served(state: State, head: str, value: str) -> Step | None:
    """Buttons that services answer, each with the number of a campaign."""
    first, _, second = value.partition(":")
    campaign = number(first)
    if campaign is None:
        return None
    made: dict[str, Intent] = {
        "ap": ApproveCampaign(campaign, second),
        "rt": ReturnCampaign(campaign),
        "mv": MoveCampaign(campaign, second),
        "rh": ShowRehearsal(campaign),
        "rp": ShowReport(campaign),
        "st": ShowStatus(campaign),
        "su": SubmitCampaign(campaign),
    }
    return say(idle(state) if head == "su" else state, intents=(made[head],))


def _draft_choice(state: State, data: str, context: Context, draft: Draft) -> Step | None:
    head, _, value = data.partition(":")
    if data == "o:drop":
        return say(idle(state), Reply("organize.dropped"), intents=(DropDraft(),))
    if data == "o:change":
        rows = column(*(option(f"organize.field_{field}", f"ed:{field}") for field in fields_of(draft)))
        return say(state, Reply("organize.which_field", options=rows))
    if head == "ed" and value in fields_of(draft):
        return ask(state, value, context)
    if head == "tg":
        return _targets_chosen(state, value, context)
    if head == "ch":
        return _channel_toggled(state, value, context, draft)
    return _quick_answer(state, data, context)


def _quick_answer(state: State, data: str, context: Context) -> Step | None:
    head, _, value = data.partition(":")
    chosen = tuple(value.split("+"))
    if head == "lg" and set(chosen) <= set(LANGUAGES):
        return _saved(state, "languages", {"languages": list(chosen)}, context)
    if head == "gl" and number(value) is not None:
        return _saved(state, "goal", {"goal": number(value)}, context)
    if data == "tx:starter" and state.field.startswith("text_"):
        return _saved(state, state.field, {"starter": state.field.removeprefix("text_")}, context)
    if head in ("lg", "lf"):
        return _lint_answer(state, head, value, context)
    if head == "pd" and value in (*PledgeCode, "no"):
        return _saved(state, "pledge", {"pledge": None if value == "no" else value}, context)
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
        return _saved(state, f"text_{second}", changes_without(second, draft), context)
    if first != "ask" or draft.texts.get(second) or second in draft.asked:
        return None
    asked = _with(draft, {"asked": (*draft.asked, second)})
    return ask(state, _next(asked, f"text_{second}"), _seeing(context, asked), AskTranslation(second))


def _targets_chosen(state: State, value: str, context: Context) -> Step | None:
    if value == "top":
        return _saved(state, "targets", {"targets": TargetRule().as_json()}, context)
    if value not in context.places.boroughs():
        return None
    rule = TargetRule.from_json({**TargetRule().as_json(), "kind": TargetKind.BOROUGHS, "boroughs": [value]})
    return _saved(state, "targets", {"targets": rule.as_json()}, context)


def _channel_toggled(state: State, value: str, context: Context, draft: Draft) -> Step | None:
    if value == "":
        return ask(state, _next(draft, "channels"), context) if draft.channels else ask(state, "channels", context)
    if value == "all":
        return _saved(state, "channels", {"channels": list(context.channels)}, context)
    if value not in context.channels:
        return None
    chosen = [one for one in context.channels if (one in draft.channels) != (one == value)]
    changed = _with(draft, {"channels": tuple(chosen)})
    return ask(state, "channels", _seeing(context, changed), ChangeDraft({"channels": chosen}))


def answer(state: State, inbound: Inbound, context: Context) -> Step | None:
    """A typed answer to the open question of a draft."""
    if inbound.kind is not InboundKind.TEXT or not may_plan(context):
        return None
    typed = inbound.text.strip()
    if context.draft is None:
        return None
    try:
        changes = _read(state.field, typed, context)
    except InvalidInput as error:
        said = {"code": error.code, "message": error.message, "hint": error.hint, **error.values}
        asked = ask(state, state.field, context).replies[0]
        return say(state, Reply("organize.wrong", said, options=asked.options, asks_text=True))
    return _saved(state, state.field, changes, context) if changes is not None else None


def _read(field: str, typed: str, context: Context) -> dict[str, Any] | None:
    """Plain values of a typed answer; raises InvalidInput saying what to write instead."""
    if field == "title":
        if len(typed) > TITLE_LENGTH:
            raise InvalidInput("This title is too long.", f"Use at most {TITLE_LENGTH} characters.", "bad_title")
        return {"title": typed}
    if field == "goal":
        return {"goal": _positive(typed)}
    if field == "targets":
        return {"targets": _listed(typed).as_json()}
    if field == "schedule":
        return {"schedule": parse_schedule(typed, to_wall(context.now).date()).as_json()}
    if field.startswith("text_") and context.draft is not None:
        return {"texts": {**context.draft.texts, field.removeprefix("text_"): typed}}
    return None


def _positive(typed: str) -> int:
    digits = typed.replace(",", "").replace(".", "")
    if not digits.isdecimal() or not 0 < int(digits) <= 1_000_000:
        raise InvalidInput("The goal is a number of pledges.", "Write, for example, 300.", "bad_goal")
    return int(digits)


def _listed(typed: str) -> TargetRule:
    numbers = tuple(dict.fromkeys(int(found) for found in _NUMBER.findall(typed)))
    unknown = [number for number in numbers if number not in PRECINCT_NUMBERS]
    if not numbers or unknown:
        named_wrong = f"There is no precinct {unknown[0]}." if unknown else "There is no precinct number in it."
        raise InvalidInput(
            named_wrong, "Write precinct numbers, for example 73, 75.", "no_precinct", {"number": (unknown or [0])[0]}
        )
    return TargetRule.from_json({**TargetRule().as_json(), "kind": TargetKind.PRECINCTS, "precincts": list(numbers)})


def _saved(state: State, field: str, changes: dict[str, Any], context: Context) -> Step:
    """Keep the answer and go on; a schedule is said back as dates."""
    draft = context.draft
    if draft is None:
        return begin(state, context)
    changed = _with(draft, changes)
    following = ask(state, _next(changed, field), _seeing(context, changed), ChangeDraft(changes))
    if field != "schedule":
        return following
    echo = Reply("organize.schedule_echo", {"walls": tuple(Schedule.from_json(changes["schedule"]).walls())})
    return Step(following.state, (echo, *following.replies), following.intents)


def _with(draft: Draft, changes: dict[str, Any]) -> Draft:
    """The draft as it will be, so that the next question can be asked before it is stored."""
    known = {field.name for field in dataclasses.fields(Draft)}
    plain: dict[str, Any] = {name: value for name, value in changes.items() if name in known}
    if "channels" in plain:
        plain["channels"] = tuple(plain["channels"])
    if "starter" in changes:
        plain["texts"] = {**draft.texts, str(changes["starter"]): "starter"}
    return dataclasses.replace(draft, **plain)


def _seeing(context: Context, draft: Draft) -> Context:
    return dataclasses.replace(context, draft=draft)
