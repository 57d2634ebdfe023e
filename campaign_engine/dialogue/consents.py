"""What I get, and why: each topic and consent with one tap to change it, one question now and then, and breaks.

Buttons: `cs` opens the view, `cs:<kind>:on` and `cs:<kind>:off` change one; `cq:<kind>:yes` and `cq:<kind>:no` answer a
question that we put; `pa` asks how long a break is, `pa:<length>` begins it, `pa:end` ends it; `fq` asks how often
messages may come, `fq:<number>` says so.
"""

from dataclasses import replace

from campaign_engine.dialogue import join
from campaign_engine.dialogue.flow import WAY_BACK, Rows, aside, before, column, option, say, waits
from campaign_engine.dialogue.intents import AnswerTopic, NoteAsked, Pause, RecordAction, Resume
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.consent import (
    BREAKS,
    UNTIL_RESUMED,
    asks_event_news,
    break_until,
    is_on,
    is_paused,
    lacks_chat,
    longer_break,
    may_ask,
    most_a_week,
    needs_area,
    next_question,
    offered_to,
)
from campaign_engine.domain.contact import CONSENT_KINDS, Answer, ConsentKind, Limit, Medium, Topic, consent_kind
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.planner import MOST_A_WEEK
from campaign_engine.domain.schedule import to_wall

COME_BACK = "m:start"
"""Means the same as the person's own /start (safety C7)."""


def open_button() -> Option:
    """Into the view."""
    return option("consent.open", "cs")


def break_button(context: Context) -> Option:
    """Begins a break, or ends the one that runs."""
    if is_paused(context.person, context.now):
        return option("consent.resume", "pa:end")
    return option("consent.break", "pa")


def view(context: Context, *, edits: bool = False) -> Reply:
    """Every topic and consent that this person can switch, on or off, with its reason (safety C4)."""
    person = context.person
    kinds = offered_to(person)
    return Reply(
        "consent.view",
        {
            "lines": tuple(_line(context, kind) for kind in kinds),
            "stopped": person.opted_out,
            "most": most_a_week(person),
            "area_missing": person.precinct is None and any(is_on(person, kind) for kind in kinds if needs_area(kind)),
            "events": is_on(person, Topic.EVENT_NEWS),
            **_break_values(context),
        },
        options=(*_switches(context, kinds), _below(context)),
        edits=edits,
    )


def _below(context: Context) -> tuple[Option, ...]:
    """After STOP the way back is the first thing; a break is of no use then."""
    menu = option("menu.open", "m")
    if context.person.opted_out:
        return (option("consent.come_back", COME_BACK), menu)
    return (option("consent.how_often", "fq"), break_button(context), menu)


def _line(context: Context, kind: ConsentKind) -> dict[str, object]:
    answer = context.person.answers.get(kind)
    return {
        "kind": str(kind),
        "on": is_on(context.person, kind),
        "since": to_wall(answer.at).date() if answer is not None else None,
    }


def _switches(context: Context, kinds: tuple[ConsentKind, ...]) -> Rows:
    """None after STOP, which only /start lifts (safety C7)."""
    if context.person.opted_out:
        return ()
    return column(*(_switch(kind, on=is_on(context.person, kind)) for kind in kinds))


def _switch(kind: ConsentKind, *, on: bool) -> Option:
    label, to = ("consent.turn_off", "off") if on else ("consent.turn_on", "on")
    return Option(label=label, data=f"cs:{kind}:{to}", values={"kind": str(kind)})


def _break_values(context: Context) -> dict[str, object]:
    until = context.person.paused_until
    if until is None or until <= context.now:
        return {"until": None, "openly": False}
    return {"until": to_wall(until).date(), "openly": until >= UNTIL_RESUMED}


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a contact in any state; None for others."""
    head, _, value = data.partition(":")
    if head == "cs":
        return say(aside(state), view(context)) if not value else _switched(state, value, context)
    if head == "cq":
        return _answered(state, value, context)
    if head == "pa":
        return _break(state, value, context)
    return _frequency(state, value, context) if head == "fq" else None


def _switched(state: State, value: str, context: Context) -> Step | None:
    """Their own wish: open at any time, also within 365 days of a no (safety C5)."""
    kind, yes = _read(value, {"on": True, "off": False}, context)
    if kind is None:
        return None
    if context.person.opted_out:
        return say(aside(state), Reply("menu.still_stopped", options=WAY_BACK))
    if kind is Medium.DIRECT_MESSAGES and yes:
        return _chat_wanted(state)
    after = _answering(context, kind, yes=yes)
    return _with_area(say(aside(state), view(after, edits=True)), kind, yes, context)


def _chat_wanted(state: State) -> Step:
    said = Reply("consent.now_on", {"kind": str(Medium.DIRECT_MESSAGES)}, ((open_button(),),), edits=True)
    return say(aside(state), replace(said, opens_thread=True), intents=(AnswerTopic(Medium.DIRECT_MESSAGES, True),))


def _answered(state: State, value: str, context: Context) -> Step | None:
    """A yes or a no to a question that we put below the menu."""
    kind, yes = _read(value, {"yes": True, "no": False}, context)
    if kind is None:
        return None
    if context.person.opted_out:
        return say(aside(state), Reply("menu.still_stopped", options=WAY_BACK))
    if kind is Medium.DIRECT_MESSAGES and yes:
        return _chat_wanted(state)
    said = Reply("consent.now_on" if yes else "consent.stays_off", {"kind": str(kind)}, edits=True)
    return _with_area(say(aside(state), replace(said, options=((open_button(),),))), kind, yes, context)


def _with_area(step: Step, kind: ConsentKind, yes: bool, context: Context) -> Step:
    """The answer is kept; what is about an area asks for one where none was chosen."""
    given = AnswerTopic(kind, yes)
    if not yes or not needs_area(kind) or context.person.precinct is not None:
        return _with_chat(replace(step, intents=(*step.intents, given)), yes, context)
    following = join.ask(waits(step.state, "join", "place"), context)
    return before(step.replies[0], following, *step.intents, given)


def _with_chat(step: Step, yes: bool, context: Context) -> Step:
    """On Discord a topic that was just turned on needs a direct chat, which is asked for once (safety C5, S7)."""
    kind = Medium.DIRECT_MESSAGES
    if not (yes and lacks_chat(context.person) and may_ask(context.person, kind, context.now)):
        return step
    return Step(step.state, (*step.replies, question(kind)), (*step.intents, NoteAsked(kind)))


def _answering(context: Context, kind: ConsentKind, *, yes: bool) -> Context:
    person = context.person
    return replace(context, person=replace(person, answers={**person.answers, kind: Answer(yes, context.now)}))


def _read(value: str, words: dict[str, bool], context: Context) -> tuple[ConsentKind | None, bool]:
    name, _, word = value.partition(":")
    if name not in {*CONSENT_KINDS, *Medium} or word not in words:
        return None, False
    kind = consent_kind(name)
    return (kind, words[word]) if kind in offered_to(context.person) else (None, False)


def with_question(menu: Step, context: Context) -> Step:
    """The menu with at most one question below it, "No thanks" first; never while something else is asked (safety C5).

    A question that was shown counts as put, whether or not it is answered.
    """
    kind = None if menu.state.flow else next_question(context.person, context.now, held=bool(context.pinned))
    return menu if kind is None else _with(menu, kind)


def after_event(before: State, step: Step, context: Context) -> Step:
    """Where a pledge that began under the post of an event is complete: event news, once (safety C5).

    Never in a join: who came by the post is asked from the next day on, by the next one.
    """
    over = before.flow == "join" and bool(before.data.get("event")) and not step.state.flow
    if not over or not asks_event_news(context.person, context.now):
        return step
    return _with(step, Topic.EVENT_NEWS)


def _with(step: Step, kind: ConsentKind) -> Step:
    return Step(step.state, (*step.replies, question(kind)), (*step.intents, NoteAsked(kind)))


def question(kind: ConsentKind) -> Reply:
    """One consent, one yes or no. Whoever shows it asks domain.consent.may_ask first and adds NoteAsked."""
    rows = ((option("join.updates_no", f"cq:{kind}:no"), option("join.updates_yes", f"cq:{kind}:yes")),)
    return Reply(f"consent.ask_{kind}", options=rows)


def _frequency(state: State, value: str, context: Context) -> Step | None:
    """A cap below the one that holds for everybody (safety S5)."""
    if value in ("1", str(MOST_A_WEEK)):
        once = value == "1"
        after = _answering(context, Limit.ONCE_A_WEEK, yes=once)
        return say(aside(state), view(after, edits=True), intents=(AnswerTopic(Limit.ONCE_A_WEEK, once),))
    lengths = tuple(
        Option(label="consent.often", data=f"fq:{most}", values={"most": most}) for most in (MOST_A_WEEK, 1)
    )
    asked = Reply("consent.ask_often", {"most": most_a_week(context.person)}, options=(lengths, (open_button(),)))
    return say(aside(state), asked) if not value else None


def choose_break(state: State, context: Context) -> Step:
    """How long; while one runs, its end and the way out of it stand above."""
    lengths = column(*(option(f"consent.break_{length}", f"pa:{length}") for length in BREAKS))
    ends: Rows = ((break_button(context),),) if is_paused(context.person, context.now) else ()
    reply = Reply("consent.how_long", _break_values(context), options=(*lengths, *ends, (open_button(),)))
    return say(aside(state), *_but_events(context), reply)


def _but_events(context: Context) -> tuple[Reply, ...]:
    """What comes during a break as well, for those it can come to (safety S9)."""
    return (Reply("consent.but_events"),) if is_on(context.person, Topic.EVENT_NEWS) else ()


def end_break(state: State, _context: Context) -> Step:
    """Whichever it is: their own, or the silence after a help card (safety H3)."""
    said = Reply("consent.resumed", options=((open_button(), option("menu.open", "m:back")),), edits=True)
    return say(aside(state), said, intents=(Resume(),))


def _break(state: State, value: str, context: Context) -> Step | None:
    """A break that ends later than the one asked for stays as it is; "resume" ends any."""
    if value == "":
        return choose_break(state, context)
    if value == "end":
        return end_break(state, context)
    until = break_until(value, context.now)
    if until is None:
        return None
    paused = replace(context.person, paused_until=longer_break(context.person.paused_until, until))
    after = replace(context, person=paused)
    said = Reply("consent.paused", _break_values(after), options=((break_button(after), open_button()),), edits=True)
    return say(aside(state), said, intents=(Pause(until), RecordAction(ActionKind.PAUSE)))
