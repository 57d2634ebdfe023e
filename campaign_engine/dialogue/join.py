"""Joining: age band first, then place, pledge, plan, and one question about updates."""

from dataclasses import replace

from campaign_engine.dialogue import pledge
from campaign_engine.dialogue.flow import (
    Rows,
    before,
    column,
    idle,
    language_rows,
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
    Intent,
    RefuseAge,
    SetAgeBand,
    SetPrecinct,
)
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.consent import lacks_chat, refused_lately
from campaign_engine.domain.contact import AgeBand, Medium, Topic
from campaign_engine.domain.message import Inbound, InboundKind, Reply
from campaign_engine.domain.words import plain_digits

PAGE = 7
"""Precincts on one page of buttons."""

ZIP_DIGITS = 5
_CHAT = (Medium.DIRECT_MESSAGES,)

_AGE_LABELS = {
    AgeBand.UNDER_13: "join.age_u13",
    AgeBand.FROM_13: "join.age_13",
    AgeBand.FROM_16: "join.age_16",
    AgeBand.FROM_18: "join.age_18",
    AgeBand.FROM_22: "join.age_22",
}


def age_rows() -> Rows:
    """Five equal answers; none is a default and none hints at a right one (safety C1)."""
    return column(*(option(label, f"a:{band}") for band, label in _AGE_LABELS.items()))


def begin(state: State, context: Context) -> Step:
    """First message of a stranger: who we are, then the age band."""
    if is_blocked(context):
        return say(idle(state), Reply("help.blocked"))
    welcome = Reply("join.welcome", options=language_rows(but=state.language))
    return say(waits(state, "join", "age"), welcome, _age_question())


def is_blocked(context: Context) -> bool:
    """This chat answered "12 or under" less than 24 hours ago (safety C2)."""
    until = context.person.age_blocked_until
    return until is not None and until > context.now


def _age_question() -> Reply:
    return Reply("join.age", options=age_rows())


def ask(state: State, context: Context, intents: tuple[Intent, ...] = ()) -> Step:
    """The question of `state.field`, or the end of the join when there is none."""
    match state.field:
        case "age":
            return Step(state, (_age_question(),), intents)
        case "place":
            return Step(state, (_place_question(context),), intents)
        case "pledge":
            return Step(state, (pledge.question(state),), intents)
        case "plan":
            return Step(state, (pledge.plan_question(),), intents)
        case "updates":
            return Step(state, (_updates_question(state, context),), intents)
        case _:
            return Step(idle(state), (_done(state, context),), intents)


def next_field(state: State, context: Context, after: str) -> State:
    """The first field behind `after` that is still empty; fields answered before are not asked again."""
    person = context.person
    precinct_known = bool(person.precinct or state.data.get("precinct") or person.precinct_declined)
    open_fields = {
        "place": not precinct_known,
        "pledge": not person.pledged or _offers_more(state, context),
        "plan": False,
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
    return None


def _choice(state: State, data: str, context: Context) -> Step | None:
    head, _, value = data.partition(":")
    if head == "a" and value in set(AgeBand):
        return _age_given(state, AgeBand(value), context)
    if context.person.contact_id is None:
        return None
    if head in ("b", "bp", "bb"):
        return _browse(state, head, value, context)
    precinct = number(value) if head == "n" else None
    if precinct is not None:
        return _place_given(state, precinct, context)
    if head == "t" and value in ("yes", "no"):
        return _updates_answered(state, context, value == "yes")
    return None


def _browse(state: State, head: str, value: str, context: Context) -> Step | None:
    """Boroughs (`bb`), one borough (`b:<index>`) or a further page of it (`bp:<index>:<page>`)."""
    if head == "bb":
        return ask(waits(state, "join", "place"), context)
    first, _, second = value.partition(":")
    borough, page = number(first), number(second or "0")
    return None if borough is None or page is None else _borough_chosen(state, borough, page, context)


def _age_given(state: State, band: AgeBand, context: Context) -> Step:
    if is_blocked(context):
        return say(idle(state), Reply("help.blocked"))
    if band is AgeBand.UNDER_13:
        return say(idle(state), Reply("help.under_13"), intents=(RefuseAge(),))
    if context.person.contact_id is not None:
        return ask(next_field(state, context, ""), context, (SetAgeBand(band),))
    created = CreateContact(band, state.language, source_of(state))
    following = ask(next_field(state, context, ""), context, (created,))
    if band is AgeBand.FROM_22:
        return replace(following, replies=(Reply("join.adult"), *following.replies))
    return following


def _place_question(context: Context) -> Reply:
    boroughs = [named(name, f"b:{number}") for number, name in enumerate(context.places.boroughs())]
    return Reply("join.place", options=(*column(*boroughs), (option("join.rather_not", "n:0"),)), asks_text=True)


def _borough_chosen(state: State, borough: int, page: int, context: Context) -> Step | None:
    boroughs = context.places.boroughs()
    if borough >= len(boroughs):
        return None
    precincts = context.places.precincts(boroughs[borough])
    shown = precincts[page * PAGE : (page + 1) * PAGE]
    if not shown:
        return None
    buttons = column(*(named(f"{name} ({number})", f"n:{number}") for number, name in shown))
    turn = [option("join.back", f"bp:{borough}:{page - 1}" if page else "bb")]
    if (page + 1) * PAGE < len(precincts):
        turn.append(option("join.more", f"bp:{borough}:{page + 1}"))
    reply = Reply(
        "join.neighbourhood",
        {"borough": boroughs[borough]},
        options=(*buttons, tuple(turn), (option("join.rather_not", "n:0"),)),
        edits=True,
        asks_text=True,
    )
    return say(waits(state, "join", "place"), reply)


def _typed_place(state: State, text: str, context: Context) -> Step | None:
    source = context.source
    if source is not None and source.precinct is not None:
        return _place_given(waits(state, "join", "place", site=source.site_id), source.precinct, context)
    digits = plain_digits(text.strip())
    if not digits.isdecimal() or len(digits) != ZIP_DIGITS:
        return say(state, Reply("join.place_unclear"), _place_question(context))
    found = context.places.by_zip(digits)[:3]
    if not found:
        return say(state, Reply("join.zip_outside"), _place_question(context))
    suggested = column(*(named(f"{context.places.name(number)} ({number})", f"n:{number}") for number in found))
    other = (option("join.other_area", "bb"), option("join.rather_not", "n:0"))
    return say(state, Reply("join.zip_suggests", options=(*suggested, other)))


def _place_given(state: State, precinct: int, context: Context) -> Step | None:
    if precinct and not _exists(precinct, context):
        return None
    state = waits(state, "join", "place", **({"precinct": precinct} if precinct else {}))
    return ask(next_field(state, context, "place"), context, (SetPrecinct(precinct or None),))


def _exists(precinct: int, context: Context) -> bool:
    boroughs = context.places.boroughs()
    return any(precinct == number for borough in boroughs for number, _ in context.places.precincts(borough))


def _updates_question(state: State, context: Context) -> Reply:
    precinct = context.person.precinct or state.data.get("precinct")
    area = context.places.name(int(precinct)) if precinct else ""
    rows = ((option("join.updates_no", "t:no"), option("join.updates_yes", "t:yes")),)
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
    rows = (*pledge.lesson_row(state, context), (option("menu.open", "m"),))
    return Reply("join.done", options=rows, edits=True, stays=True)
