"""Joining: age band first, then place, pledge, plan, and one question about updates.

Any answer can be changed: `jb:<question>` goes back to one, `an:<question>` and `m:pledge:<question>` open one from
"My answers" and "My pledge", to which the new answer leads back.
"""

from dataclasses import replace

from campaign_engine.dialogue import answers, finding_area, inviting, pledge
from campaign_engine.dialogue.ally_intents import SetSite
from campaign_engine.dialogue.flow import (
    EDIT_ANSWERS,
    EDIT_PLEDGE,
    back,
    before,
    beside_last,
    column,
    edited_from,
    idle,
    named,
    number,
    option,
    say,
    source_of,
    waits,
)
from campaign_engine.dialogue.intents import (
    AnswerTopic,
    CreateContact,
    GivePledge,
    Intent,
    RefuseAge,
    SetAgeBand,
    SetPrecinct,
)
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.consent import lacks_chat, refused_lately
from campaign_engine.domain.contact import AgeBand, Medium, Source, Topic
from campaign_engine.domain.message import Inbound, InboundKind, Reply

_CHAT = (Medium.DIRECT_MESSAGES,)

_QUESTIONS = ("age", "place", "pledge", "plan", "updates", "site")
_OPENS = ("jb", EDIT_ANSWERS, EDIT_PLEDGE)

_AGE_LABELS = {
    AgeBand.UNDER_13: "join.age_u13",
    AgeBand.FROM_13: "join.age_13",
    AgeBand.FROM_16: "join.age_16",
    AgeBand.FROM_18: "join.age_18",
    AgeBand.FROM_22: "join.age_22",
}

_WELCOME = Reply("join.welcome", options=((option("join.change_language", "l"),),))
_AGE = Reply("join.age", options=column(*(option(label, f"a:{band}") for band, label in _AGE_LABELS.items())))
"""Five equal answers; none is a default and none hints at a right one (safety C1)."""

_ADULT = Reply(
    "join.adult", options=((option("help.near", "m:near"), option("volunteer.button_adult", "w")),), stays=True
)
"""Partners nearby, and what else an adult can do, the sign-up kit first (safety C3)."""


def begin(state: State, context: Context) -> Step:
    """First message of a stranger: who we are, then the age band."""
    if is_blocked(context):
        return say(idle(state), Reply("help.blocked"))
    return say(waits(state, "join", "age"), _WELCOME, _age_question(state))


def is_blocked(context: Context) -> bool:
    """This chat answered "12 or under" less than 24 hours ago (safety C2)."""
    until = context.person.age_blocked_until
    return until is not None and until > context.now


def _age_question(state: State) -> Reply:
    if not edited_from(state):
        return _AGE
    return Reply("join.age", options=beside_last(_AGE.options, back(state, "age")))


def ask(state: State, context: Context, intents: tuple[Intent, ...] = ()) -> Step:
    """The question of `state.field`, or the end of the join when there is none; after a change, its view again."""
    if state.field == "edited":
        view = answers.pledge_view if edited_from(state) == EDIT_PLEDGE else answers.view
        return Step(idle(state), (view(context, edits=True),), intents)
    question = _question(state, context)
    return Step(idle(state) if question is None else state, (question or _done(state, context),), intents)


def _question(state: State, context: Context) -> Reply | None:
    match state.field:
        case "age":
            return _age_question(state)
        case "place":
            return finding_area.question(state, context)
        case "pledge" | "plan":
            return pledge.question(state, context) if state.field == "pledge" else pledge.plan_question(state)
        case "updates":
            return _updates_question(state, context)
        case "site":
            return _site_question(context)
        case _:
            return None


def next_field(state: State, context: Context, after: str) -> State:
    """The first field behind `after` that is still empty; fields answered before are not asked again."""
    if edited_from(state):
        return waits(state, "join", "edited")
    person = context.person
    precinct_known = bool(person.precinct or state.data.get("precinct") or person.precinct_declined)
    open_fields = {
        "place": not precinct_known,
        "pledge": not person.pledged or _offers_more(state, context),
        "plan": person.pledge is not None and person.plan is None and _updates_open(context),
        "updates": _updates_open(context) and bool(person.precinct or state.data.get("precinct")),
    }
    order = list(open_fields)
    start = order.index(after) + 1 if after in order else 0
    for field in order[start:]:
        if open_fields[field]:
            return waits(state, "join", field)
    return waits(state, "join", "")


def _updates_open(context: Context) -> bool:
    """Never answered, or refused longer ago than a refusal is remembered (safety C5)."""
    answer = context.person.answers.get(Topic.AREA_UPDATES)
    return answer is None or not (answer.granted or refused_lately(answer, context.now))


def _offers_more(state: State, context: Context) -> bool:
    campaign = state.data.get("campaign")
    return campaign is not None and campaign not in context.person.pledged_campaigns


def resume(state: State, context: Context) -> Step | None:
    """Take an unfinished join up at its first empty field, or None when it was finished."""
    person = context.person
    if person.contact_id is None:
        return None
    resumed = next_field(state, context, "")
    return ask(resumed, context) if resumed.field else None


def answer(state: State, inbound: Inbound, context: Context) -> Step | None:
    """What an answer to the open question leads to; None when it answers something else."""
    if inbound.kind is InboundKind.CHOICE:
        return _choice(state, inbound.data, context)
    if inbound.kind is InboundKind.TEXT and state.field == "place":
        return _typed_place(state, inbound.text, context)
    return _typed_site(state, context) if inbound.kind is InboundKind.TEXT and state.field == "site" else None


def _choice(state: State, data: str, context: Context) -> Step | None:
    head, _, value = data.partition(":")
    if head == "a":
        return _age_answer(state, value, context)
    if context.person.contact_id is None:
        return None
    opened = _opened(state, data)
    return ask(opened, context) if opened is not None else _answer_tapped(state, head, value, context)


def _answer_tapped(state: State, head: str, value: str, context: Context) -> Step | None:
    if head in ("b", "bp", "bb"):
        return _browse(state, head, value, context)
    precinct = number(value) if head == "n" else None
    if precinct is not None:
        return _place_given(state, precinct, context)
    if head == "t" and value in ("yes", "no"):
        return _updates_answered(state, context, value == "yes")
    return _site_given(state, Source(), context) if head == "ns" else None


def _opened(state: State, data: str) -> State | None:
    """The state in which the question that a button opens is asked; None for other buttons."""
    for head in _OPENS:
        field = data.removeprefix(f"{head}:")
        if field in _QUESTIONS and field != data:
            return waits(state, "join", field, **({} if head == "jb" else {"edit": head}))
    return None


def _browse(state: State, head: str, value: str, context: Context) -> Step | None:
    """Boroughs (`bb`) or one borough (`b:<index>`); older messages of ours ask for its pages (`bp:<index>:<page>`)."""
    if head == "bb":
        return ask(waits(finding_area.forget_near(state), "join", "place"), context)
    borough = number(value.partition(":")[0])
    return None if borough is None else _borough_chosen(state, borough, context)


def _age_answer(state: State, value: str, context: Context) -> Step | None:
    if value == f"{AgeBand.UNDER_13}:yes":
        return say(idle(state), Reply("help.under_13"), intents=(RefuseAge(),))
    return _age_given(state, AgeBand(value), context) if value in set(AgeBand) else None


def _age_given(state: State, band: AgeBand, context: Context) -> Step:
    if is_blocked(context):
        return say(idle(state), Reply("help.blocked"))
    person = context.person
    if band is AgeBand.UNDER_13:
        return _under_13(state, known=person.contact_id is not None)
    if person.contact_id is not None:
        after = replace(context, person=replace(person, age_band=band))
        return ask(next_field(state, after, ""), after, (SetAgeBand(band),))
    created = CreateContact(band, state.language, source_of(state))
    state = replace(state, data={key: value for key, value in state.data.items() if key != "invite"})
    after = replace(context, person=replace(person, age_band=band))
    following = ask(next_field(state, after, ""), after, (created,))
    return before(_ADULT, following) if band is AgeBand.FROM_22 else following


def _under_13(state: State, *, known: bool) -> Step:
    """Nothing is kept (safety C2). Of somebody who has joined everything goes, so an accidental tap is asked about."""
    if not known:
        return say(idle(state), Reply("help.under_13"), intents=(RefuseAge(),))
    sure = (option("menu.delete_yes", f"a:{AgeBand.UNDER_13}:yes"), option("menu.delete_no", "jb:age"))
    return say(state, Reply("join.under_13_sure", options=(sure,)))


def _borough_chosen(state: State, borough: int, context: Context) -> Step | None:
    """All of it at once, so that it takes one tap; the longest is just what a menu of Discord holds."""
    boroughs = context.places.boroughs()
    if borough >= len(boroughs):
        return None
    buttons = column(
        *(named(f"{name} ({number})", f"n:{number}") for number, name in context.places.precincts(boroughs[borough]))
    )
    last = (option("join.back", "bb"), option("join.rather_not", "n:0"))
    values = {"borough": boroughs[borough]}
    reply = Reply("join.neighbourhood", values, options=(*buttons, last), edits=True, asks_text=True)
    return say(waits(state, "join", "place"), reply)


def _typed_place(state: State, text: str, context: Context) -> Step | None:
    source = context.source
    if source is not None and source.precinct is not None:
        return _place_given(waits(state, "join", "place", site=source.site_id), source.precinct, context)
    if context.code_problem:
        return say(state, Reply("join.code_unknown"), finding_area.boroughs(state, context))
    borough = finding_area.borough_in(text, context.places)
    if borough is not None:
        return _borough_chosen(state, borough, context)
    found = finding_area.suggestion(text, context)
    return say(state, found) if found.options else say(state, found, finding_area.boroughs(state, context))


def _place_given(state: State, precinct: int, context: Context) -> Step | None:
    if precinct and not finding_area.exists(precinct, context):
        return None
    state = waits(finding_area.forget_near(state), "join", "place", **({"precinct": precinct} if precinct else {}))
    chosen = replace(context.person, precinct=precinct or None, precinct_declined=not precinct)
    after = replace(context, person=chosen)
    return ask(next_field(state, after, "place"), after, (SetPrecinct(precinct or None),))


def _site_question(context: Context) -> Reply:
    none = ((option("join.no_site", "ns"),),) if context.person.site_id is not None else ()
    return Reply("join.site", options=(*none, (option("join.back", EDIT_ANSWERS),)), asks_text=True)


def _typed_site(state: State, context: Context) -> Step:
    source = context.source
    if source is None or source.site_id is None or source.invite:
        return say(state, Reply("join.code_unknown"), _site_question(context))
    return _site_given(state, source, context)


def _site_given(state: State, source: Source, context: Context) -> Step:
    """Without a site, none is kept any more."""
    person = replace(context.person, site_id=source.site_id, site_name=source.site_name)
    edited = waits(state, "join", "edited", edit=EDIT_ANSWERS)
    return ask(edited, replace(context, person=person), (SetSite(source.site_id),))


def pledged(given: GivePledge, state: State, context: Context) -> Step:
    """What follows a pledge or its plan."""
    person = replace(context.person, pledged=True, pledge=given.pledge, plan=given.if_then or context.person.plan)
    after = replace(context, person=person)
    if given.if_then is None and not edited_from(state):
        return before(Reply("pledge.thanks"), ask(state, after), given)
    said = Reply("pledge.thanks" if given.if_then is None else "pledge.planned")
    return before(said, ask(next_field(state, after, "plan"), after), given)


def _updates_question(state: State, context: Context) -> Reply:
    precinct = context.person.precinct or state.data.get("precinct")
    # The first of its neighborhoods is enough: people have just chosen it, or stand before the poster.
    area = context.places.name(int(precinct)).partition(",")[0] if precinct else ""
    rows = ((option("join.updates_no", "t:no"), option("join.updates_yes", "t:yes")), (back(state, "plan"),))
    asked = "join.updates" if context.person.thread is None else "join.updates_direct"
    return Reply(asked, {"area": area}, options=rows)


def _updates_answered(state: State, context: Context, yes: bool) -> Step:
    """Who wants updates for the area of the room they pledged in has chosen it. STOP stays until /start (safety C7)."""
    after = next_field(state, context, "updates")
    if yes and context.person.opted_out:
        return before(Reply("menu.still_stopped"), ask(after, context))
    if yes and lacks_chat(context.person):
        return _wanting_chat(_updates_kept(state, context, AnswerTopic(Topic.AREA_UPDATES, yes, _CHAT)))
    return _updates_kept(state, context, AnswerTopic(Topic.AREA_UPDATES, yes))


def _wanting_chat(step: Step) -> Step:
    """On Discord the same yes asks for the direct chat that the updates come to (safety S7)."""
    *first, last = step.replies
    return replace(step, replies=(*first, replace(last, opens_thread=True)))


def _updates_kept(state: State, context: Context, given: AnswerTopic) -> Step:
    after = next_field(state, context, "updates")
    offered = state.data.get("precinct")
    if given.yes and offered is not None and context.person.precinct is None:
        return ask(after, context, (SetPrecinct(int(offered)), given))
    return ask(after, context, (given,))


def _done(state: State, context: Context) -> Reply:
    """Whoever pledged to learn or to invite is offered it at once."""
    invite = inviting.button(context) if context.person.pledge is PledgeCode.ALLY else None
    more = (option("answers.open", EDIT_ANSWERS), option("menu.open", "m"))
    rows = (*pledge.lesson_row(state, context), *(((invite,),) if invite else ()), more)
    return Reply("join.done", options=rows, edits=True, stays=True)
