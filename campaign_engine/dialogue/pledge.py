"""Pledging: one of three, one if-then plan; also from a button under a post in a room."""

from dataclasses import replace

from campaign_engine.dialogue.flow import (
    Rows,
    back,
    beside_last,
    column,
    option,
    remember_source,
    say,
    source_of,
    waits,
)
from campaign_engine.dialogue.intents import CreateContact, GivePledge, RefuseAge
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.domain.contact import AgeBand, LessonCode, Source
from campaign_engine.domain.message import Reply

_ROOM_AGES = (
    (("join.age_u13", AgeBand.UNDER_13), ("join.age_13", AgeBand.FROM_13), ("join.age_16", AgeBand.FROM_16)),
    (("join.age_18", AgeBand.FROM_18), ("join.age_22", AgeBand.FROM_22)),
)


def room_options(post_id: int, style: str) -> Rows:
    """Buttons under a pledge post: five neutral age bands where nothing can be asked in private ("age"), else one."""
    if style == "age":
        return tuple(tuple(option(label, f"g:{post_id}:{band}") for label, band in row) for row in _ROOM_AGES)
    return ((option("pledge.button", f"g:{post_id}"),),)


def question(state: State, context: Context) -> Reply:
    """All three, or the one that the campaign asks for; of adults the first one (safety C3)."""
    rows = column(*(option(f"pledge.{code}", f"pl:{code}") for code in _offered(state, context)))
    return Reply("pledge.question", options=(*rows, (back(state, "place"),)))


def _offered(state: State, context: Context) -> tuple[PledgeCode, ...]:
    if context.person.age_band is AgeBand.FROM_22:
        return (PledgeCode.LOOK_OUT,)
    asked = state.data.get("asks")
    return (PledgeCode(asked),) if asked in set(PledgeCode) else tuple(PledgeCode)


def plan_question(state: State) -> Reply:
    """The if-then list."""
    rows = column(*(option(f"pledge.if_{plan}", f"if:{plan}") for plan in IfThen))
    return Reply("pledge.plan", options=beside_last(rows, back(state, "pledge")))


def chosen(state: State, data: str, context: Context) -> tuple[GivePledge, State] | None:
    """A pledge or a plan was tapped: the pledge is given at once, the plan completes it."""
    head, _, value = data.partition(":")
    given = state.data.get("pledge") or context.person.pledge
    if head == "pl" and value in _given_to(context):
        return GivePledge(PledgeCode(value), None, source_of(state)), waits(state, "join", "plan", pledge=value)
    if head == "if" and value in set(IfThen) and given in set(PledgeCode):
        return GivePledge(PledgeCode(given), IfThen(value), source_of(state)), state
    return None


def _given_to(context: Context) -> frozenset[str]:
    """Also by a button that an adult saw before they said so."""
    return frozenset((PledgeCode.LOOK_OUT,) if context.person.age_band is AgeBand.FROM_22 else PledgeCode)


def lesson_row(state: State, context: Context) -> Rows:
    """For those who just pledged to learn, and have not begun."""
    pledged = PledgeCode.LEARN in context.person.pledges or state.data.get("pledge") == PledgeCode.LEARN
    if not pledged or context.person.lessons:
        return ()
    return ((option("learn.first", f"ln:{next(iter(LessonCode))}"),),)


def from_post(state: State, data: str, context: Context) -> Step | None:
    """`g:<post>` or `g:<post>:<age band>` was pressed; None when the post asks for nothing any more."""
    if context.source is None:
        return None
    parts = data.split(":")
    band = parts[2] if len(parts) == 3 else ""
    if band:
        return _one_tap(state, band, context)
    if context.person.contact_id is None:
        return None
    state = replace(remember_source(replace(state, data={}), context))
    asked = _asked(context, context.person.age_band)
    given = GivePledge(asked, None, context.source)
    state = waits(state, "join", "plan", pledge=str(asked))
    return say(state, Reply("pledge.thanks"), plan_question(state), intents=(given,))


def _one_tap(state: State, band: str, context: Context) -> Step | None:
    source = context.source or Source()
    person = context.person
    if band not in set(AgeBand):
        return None
    given = GivePledge(_asked(context, person.age_band or AgeBand(band)), None, source)
    if person.contact_id is not None:
        return say(state, Reply("pledge.room_thanks"), intents=(given,))
    if person.age_blocked_until is not None and person.age_blocked_until > context.now:
        return say(state, Reply("help.under_13_alert"))
    if AgeBand(band) is AgeBand.UNDER_13:
        return say(state, Reply("help.under_13_alert"), intents=(RefuseAge(),))
    created = CreateContact(AgeBand(band), state.language, source, given)
    return say(state, Reply("pledge.room_thanks"), intents=(created,))


def _asked(context: Context, band: AgeBand | None) -> PledgeCode:
    asked = context.source_pledge if band is not AgeBand.FROM_22 else None
    return PledgeCode(asked) if asked in set(PledgeCode) else PledgeCode.LOOK_OUT
