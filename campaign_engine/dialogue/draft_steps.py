"""The fields of a draft: in which order they are asked, and how an answer is kept."""

import dataclasses
from collections.abc import Callable
from typing import Any

from campaign_engine.dialogue import together
from campaign_engine.dialogue.approve import review_rows
from campaign_engine.dialogue.drafting_intents import ShowHeldTimes, ShowRooms
from campaign_engine.dialogue.flow import Rows, column, idle, named, option, say, waits
from campaign_engine.dialogue.holds import languages_question
from campaign_engine.dialogue.intents import ChangeDraft, Intent, ShowHints, ShowPreview
from campaign_engine.dialogue.lint import language_rows
from campaign_engine.dialogue.state import Context, Draft, State, Step
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import STARTED_KINDS, CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.schedule import Schedule
from campaign_engine.domain.windows import SendingHours

GOALS = (100, 300, 500)
_TEXTS = tuple(f"text_{language}" for language in LANGUAGES)
_ALTS = tuple(f"alt_{language}" for language in LANGUAGES)
FIELDS = ("title", "targets", "goal", *_TEXTS, "picture", *_ALTS, "schedule", "channels", "rooms", "pledge")
"""In the order in which they are asked; whoever has no picture, and wherever no room is linked, goes on at once."""

CHECK_IN_FIELDS = ("languages", "schedule")
_EVERY_THOUSANDTH = 1000
MOST_ROWS = 5
"""Of buttons under one message of Discord, with the one that opens a field to type into."""


def may_plan(context: Context) -> bool:
    """Drafts campaigns in some scope."""
    return may(context.person, Capability.DRAFT)


def fields_of(draft: Draft) -> tuple[str, ...]:
    """What is asked; of a check-in only in which languages and when (safety I2)."""
    return CHECK_IN_FIELDS if draft.kind == CampaignKind.AFTERMATH else FIELDS


def editable(draft: Draft) -> tuple[str, ...]:
    """What can be changed from the summary; the words of a picture where there is one."""
    if draft.kind == CampaignKind.AFTERMATH:
        return CHECK_IN_FIELDS
    return tuple(field for field in FIELDS if field not in _ALTS or draft.picture)


def begin(state: State, context: Context) -> Step:
    """A new campaign, or the draft that is open."""
    if context.draft is not None:
        return ask(state, next_field(context.draft, ""), context)
    return new_kind(state)


def new_kind(state: State) -> Step:
    """Also beside a draft that is open, which then waits in the list of campaigns."""
    # A check-in begins from a confirmed incident (safety I2).
    offered = (kind for kind in STARTED_KINDS if kind is not CampaignKind.AFTERMATH)
    kinds = column(*(option(f"organize.kind_{kind}", f"k:{kind}") for kind in offered))
    rows = (*kinds, (together.open_button(),))
    return say(waits(idle(state), "organize", "kind"), Reply("organize.kind", options=rows))


def next_field(draft: Draft, after: str) -> str:
    """The first empty field behind `after`; "review" when all are filled."""
    filled = {
        "title": bool(draft.title),
        "targets": draft.targets is not None,
        "goal": bool(draft.goal),
        **{f"text_{language}": _is_answered(draft, language) for language in LANGUAGES},
        # Of a draft that was whole before nobody asks; its summary has a button for it.
        "picture": bool(draft.picture) or "picture" in draft.skipped or draft.schedule is not None,
        **{f"alt_{language}": language not in draft.alt_missing for language in LANGUAGES},
        "schedule": draft.schedule is not None,
        "channels": bool(draft.channels),
        "rooms": after != "channels",
        "pledge": after not in ("channels", "rooms"),
        "languages": True,
    }
    fields = fields_of(draft)
    start = fields.index(after) + 1 if after in fields else 0
    return next((field for field in fields[start:] if not filled[field]), "review")


def field_before(draft: Draft, field: str) -> str:
    """What was asked before this field; "" for the first."""
    # Rooms may have been no question, because there are none.
    order = [one for one in fields_of(draft) if (one not in _ALTS or draft.picture) and one != "rooms"]
    return order[order.index(field) - 1] if field in order[1:] else ""


def _is_answered(draft: Draft, language: str) -> bool:
    return bool(draft.texts.get(language)) or language not in draft.languages or language in draft.asked


def ask(state: State, field: str, context: Context, *intents: Intent) -> Step:
    """The question of one field."""
    state = waits(idle(state), "organize", field)
    draft = context.draft
    if field == "review":
        return _review(state, draft, intents)
    if field == "picture" and draft is not None:
        return ask_picture(state, draft, *intents)
    if field == "rooms" and draft is not None:
        return say(state, intents=(*intents, ShowRooms(draft.campaign_id, asked=True)))
    makers: dict[str, Callable[[Context], Reply]] = {
        "title": lambda _: Reply("organize.title", asks_text=True),
        "targets": targets_question,
        "goal": _goal_question,
        "schedule": _schedule_question,
        "channels": _channels_question,
        "pledge": lambda _: _pledge_question(),
        "languages": lambda _: languages_question(),
    }
    if field in makers:
        return say(state, _with_back(makers[field](context), field, draft), intents=intents)
    if field in _ALTS:
        return say(state, _with_back(Reply(f"organize.{field}", asks_text=True), field, draft), intents=intents)
    rows = ((option("organize.starter", "tx:starter"),), *language_rows(field.removeprefix("text_"), draft))
    reply = Reply(f"organize.{field}", options=rows, asks_text=True)
    return say(state, _with_back(reply, field, draft), intents=intents)


def still_asked(state: State, context: Context, refusal: Reply) -> Reply:
    """What was wrong with an answer, with the buttons of the question before its own, where there is room for both."""
    draft = context.draft
    asks = state.flow == "organize" and draft is not None and state.field in fields_of(draft)
    asked = ask(state, state.field, context).replies[:1] if asks else ()
    for question in asked:
        rows = (*question.options, *refusal.options)
        fit = rows if len(rows) + question.asks_text <= MOST_ROWS else question.options
        return dataclasses.replace(refusal, options=fit, asks_text=question.asks_text)
    return refusal


def _review(state: State, draft: Draft | None, intents: tuple[Intent, ...]) -> Step:
    campaign = draft.campaign_id if draft is not None else 0
    shown: tuple[Intent, ...] = (ShowPreview(campaign), ShowHints(campaign)) if campaign else ()
    undo, picture = (bool(draft.before), bool(draft.picture)) if draft is not None else (False, False)
    rows = review_rows(campaign, undo=undo, picture=picture)
    return say(state, Reply("organize.review", options=rows), intents=(*intents, *shown))


def ask_picture(state: State, draft: Draft, *intents: Intent) -> Step:
    """Of somebody who is remembered only with their family's word."""
    data = {"sure": True} if draft.kind != CampaignKind.MEMORIAL else {}
    state = waits(idle(state), "organize", "picture", **data)
    if not data:
        rows = ((option("organize.picture_sure", "pi:sure"),), (option("organize.picture_no", "pi:no"),))
        question = _with_back(Reply("organize.picture_memorial", options=rows), "picture", draft)
        return say(state, question, intents=intents)
    return say(state, picture_question(draft), intents=intents)


def picture_question(draft: Draft) -> Reply:
    """Or none."""
    label = "organize.picture_out" if draft.picture else "organize.picture_no"
    question = Reply("organize.picture", options=((option(label, "pi:no"),),), asks_picture=True)
    return _with_back(question, "picture", draft)


def _with_back(reply: Reply, field: str, draft: Draft | None) -> Reply:
    """One step back, and nothing is lost by it."""
    before = field_before(draft, field) if draft is not None else ""
    if not before:
        return reply
    back, rows = option("organize.back", f"bk:{before}"), reply.options
    if len(rows) + reply.asks_text < MOST_ROWS:
        return dataclasses.replace(reply, options=(*rows, (back,)))
    return dataclasses.replace(reply, options=(*rows[:-1], (*rows[-1], back)))


def _goal_question(context: Context) -> Reply:
    """With a number to hold on to: one in a thousand of all who live where it goes."""
    draft = context.draft
    chosen = precincts_of(draft, context) if draft is not None else ()
    people = sum(context.places.population(number) for number in chosen)
    suggested = _rounded(people // _EVERY_THOUSANDTH)
    row = tuple(named(f"{one:,}", f"gl:{one}") for one in sorted({*GOALS, suggested} - {0}))
    return Reply("organize.goal", {"suggested": suggested, "people": people}, (row,), asks_text=True)


def _rounded(number: int) -> int:
    """To two digits: 193 is 190, and 3,481 is 3,500."""
    step = int(10 ** max(len(str(number)) - 2, 0))
    return round(number / step) * step


def precincts_of(draft: Draft, context: Context) -> tuple[int, ...]:
    """By the current ranking; none before the author chose where."""
    if draft.targets is None:
        return ()
    rule = TargetRule.from_json(draft.targets)
    return rule.numbers(context.top)


def targets_question(context: Context) -> Reply:
    """Typed, tapped or looked at."""
    boroughs = [named(name, f"tg:{name}") for name in context.places.boroughs()]
    top = Option(label="organize.top", data="tg:top", values={"count": len(context.top) or 30})
    other = (option("organize.pick_open", "pk"), option("organize.map_open", "mp"))
    return Reply("organize.targets", options=((top,), tuple(boroughs[:3]), tuple(boroughs[3:]), other), asks_text=True)


def _schedule_question(context: Context) -> Reply:
    """Typed, or around an event; a check-in follows none (safety I2)."""
    fixed = context.draft is not None and context.draft.kind == CampaignKind.AFTERMATH
    rows = () if fixed else ((option("series.open", "es"),),)
    return Reply("organize.schedule", options=rows, asks_text=True)


def _channels_question(context: Context) -> Reply:
    chosen = context.draft.channels if context.draft is not None else ()
    rows: Rows = ((option("organize.channels_all", "ch:all"),),)
    for name in context.channels:
        label = "organize.channel_on" if name in chosen else "organize.channel_off"
        rows += ((Option(label=label, data=f"ch:{name}", values={"channel": name}),),)
    if chosen:
        rows += ((option("organize.channels_done", "ch:"),),)
    return Reply("organize.channels", options=rows, edits=True)


def pledge_question(draft: Draft) -> Reply:
    """As it is asked behind rooms."""
    return _with_back(_pledge_question(), "pledge", draft)


def _pledge_question() -> Reply:
    codes = column(*(option(f"pledge.{code}", f"pd:{code}") for code in PledgeCode))
    return Reply("organize.pledge", options=(*codes, (option("organize.no_pledge", "pd:no"),)))


def saved(state: State, field: str, changes: dict[str, Any], context: Context, *first: Intent) -> Step:
    """Keep the answer and go on; a schedule is said back as dates."""
    draft = context.draft
    if draft is None:
        return begin(state, context)
    changed = with_changes(draft, changes)
    held = (ShowHeldTimes(draft.campaign_id),) if field == "schedule" and draft.targets is not None else ()
    following = ask(state, next_field(changed, field), seeing(context, changed), *first, ChangeDraft(changes), *held)
    if field != "schedule":
        return following
    echo = _echo(Schedule.from_json(changes["schedule"]), context.hours)
    return Step(following.state, (echo, *following.replies), following.intents)


def _echo(schedule: Schedule, hours: SendingHours) -> Reply:
    """The dates, with those on which schools are closed, and a way to say it differently."""
    walls = tuple(schedule.walls())
    closed = tuple(wall for wall in walls if wall.weekday() < 5 and not hours.calendar.is_school_day(wall.date()))
    row = (option("organize.schedule_change", "ed:schedule"),)
    event = schedule.around.wall if schedule.around else None
    values = {"walls": walls, "closed": closed[:4], "skips": schedule.skips[:4], "event": event}
    return Reply("organize.schedule_echo", values, (row,))


def with_changes(draft: Draft, changes: dict[str, Any]) -> Draft:
    """The draft as it will be, so that the next question can be asked before it is stored."""
    known = {field.name for field in dataclasses.fields(Draft)}
    plain: dict[str, Any] = {name: value for name, value in changes.items() if name in known}
    for name in ("channels", "without_rooms", "skipped"):
        if name in plain:
            plain[name] = tuple(plain[name])
    if "starter" in changes:
        plain["texts"] = {**draft.texts, str(changes["starter"]): "starter"}
    return dataclasses.replace(draft, **plain)


def seeing(context: Context, draft: Draft) -> Context:
    """The same with this draft."""
    return dataclasses.replace(context, draft=draft)
