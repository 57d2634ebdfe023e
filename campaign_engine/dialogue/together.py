"""Conditional pledges of an area: an organizer sets one up by taps alone, a second person opens it, allies join (F17).

Buttons: `jj:<id>:in` and `jj:<id>:out` of allies. Of staff: `jp` lists them, `jp:w` those that wait, `jp:<id>` shows
one, `jp:ok:<id>` and `jp:no:<id>` decide, `jp:go:<id>` and `jp:stop:<id>` say what becomes of it with fewer;
`jp:new` begins, `jp:b:<borough>` and then `jp:n:<precinct>:<goal>:<last day>:<start>:<go or stop>` fill it in part by
part, and `jp:do:` before all parts hands it in. Nothing is kept in between.
"""

from datetime import date, datetime, timedelta

from campaign_engine.dialogue.flow import Rows, aside, column, named, number, option, say
from campaign_engine.dialogue.intents import Intent
from campaign_engine.dialogue.joint_intents import (
    DecideJoint,
    JoinJoint,
    ProposeJoint,
    SetAnyway,
    ShowJoint,
    ShowJoints,
)
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.joint import GOALS, WEEKS, NewJoint, Start, may_join
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import area
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.schedule import to_wall

STAFF, ALLY = "jp", "jj"
_DAY = "%y%m%d"
_ANYWAY = {"go": True, "stop": False}


def open_button() -> Option:
    """Into the list of staff."""
    return option("joint.open", STAFF)


def waiting_rows(context: Context) -> Rows:
    """What a second person is asked about."""
    many = context.joints_waiting
    return ((Option(label="joint.waiting", data=f"{STAFF}:w", values={"count": many}),),) if many else ()


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed in any state; None for others."""
    head, _, value = data.partition(":")
    if head == ALLY:
        return _joined(state, value, context)
    if head != STAFF or not may(context.person, Capability.SEE_CAMPAIGNS):
        return None
    verb, _, rest = value.partition(":")
    if verb in ("new", "b", "n", "do"):
        return _planned(state, verb, rest, context) if may(context.person, Capability.DRAFT) else None
    intent = _asked(verb, number(rest))
    return say(aside(state), intents=(intent,)) if intent is not None else None


def _asked(verb: str, joint_id: int | None) -> Intent | None:
    if joint_id is None:
        shown = number(verb)
        if shown is not None:
            return ShowJoint(shown)
        return ShowJoints(waiting=verb == "w") if verb in ("", "w") else None
    if verb in ("ok", "no"):
        return DecideJoint(joint_id, verb == "ok")
    return SetAnyway(joint_id, _ANYWAY[verb]) if verb in _ANYWAY else None


def _joined(state: State, value: str, context: Context) -> Step | None:
    first, _, word = value.partition(":")
    joint_id = number(first)
    if joint_id is None or word not in ("in", "out") or not may_join(context.person):
        return None
    return say(aside(state), intents=(JoinJoint(joint_id, word == "in"),))


def _planned(state: State, verb: str, rest: str, context: Context) -> Step:
    """The next part that is still to be chosen; whatever cannot be read is asked again."""
    state = aside(state)
    mine = area(context.person, Capability.DRAFT)
    if verb == "b" or (verb == "new" and len(mine) > 1):
        return say(state, _place(rest, mine, context))
    parts = rest.split(":") if rest else [str(min(mine))]
    plan = _plan(parts, context)
    if verb == "do" and plan is not None:
        return say(state, intents=(ProposeJoint(plan),))
    return say(state, _question(parts, mine, context) if plan is None else _review(parts, plan, context))


def _place(rest: str, mine: frozenset[int], context: Context) -> Reply:
    boroughs = context.places.boroughs()
    chosen = number(rest)
    if chosen is not None and chosen < len(boroughs):
        rows = column(
            *(
                named(f"{name} ({precinct})", f"{STAFF}:n:{precinct}")
                for precinct, name in context.places.precincts(boroughs[chosen])
                if precinct in mine
            )
        )
        return Reply("joint.where", options=(*rows, (option("joint.back", f"{STAFF}:new"),)), edits=True)
    rows = column(
        *(
            named(borough, f"{STAFF}:b:{place}")
            for place, borough in enumerate(boroughs)
            if mine.intersection(precinct for precinct, _ in context.places.precincts(borough))
        )
    )
    return Reply("joint.where", options=(*rows, (option("joint.back", STAFF),)), edits=True)


def _plan(parts: list[str], context: Context) -> NewJoint | None:
    """None while a part is missing, or cannot be."""
    if len(parts) != 5 or parts[3] not in set(Start) or parts[4] not in _ANYWAY:
        return None
    precinct, goal, last_day = number(parts[0]), number(parts[1]), _day(parts[2])
    if precinct is None or goal not in GOALS or last_day is None or last_day <= to_wall(context.now).date():
        return None
    return NewJoint(precinct, goal, last_day, Start(parts[3]), _ANYWAY[parts[4]])


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, _DAY).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _question(parts: list[str], mine: frozenset[int], context: Context) -> Reply:
    """What comes after the parts that are whole."""
    if number(parts[0]) not in mine:
        return _place("", mine, context)
    today = to_wall(context.now).date()
    if len(parts) < 2 or number(parts[1]) not in GOALS:
        return _ask("goal", parts[:1], [(str(goal), {"goal": goal}) for goal in GOALS])
    last_day = _day(parts[2]) if len(parts) > 2 else None
    if last_day is None or last_day <= today:
        days = [today + timedelta(weeks=weeks) for weeks in WEEKS]
        return _ask("day", parts[:2], [(day.strftime(_DAY), {"day": day}) for day in days])
    if len(parts) < 4 or parts[3] not in set(Start):
        return _ask("start", parts[:3], [(start.value, {"start": start.value}) for start in Start])
    return _ask("anyway", parts[:4], [(word, {"anyway": anyway}) for word, anyway in _ANYWAY.items()])


def _ask(part: str, before: list[str], offered: list[tuple[str, dict[str, object]]]) -> Reply:
    told = ":".join(before)
    rows = column(
        *(Option(label=f"joint.choose_{part}", data=f"{STAFF}:n:{told}:{code}", values=v) for code, v in offered)
    )
    earlier = f"{STAFF}:n:{':'.join(before[:-1])}" if len(before) > 1 else f"{STAFF}:new"
    return Reply(f"joint.ask_{part}", options=(*rows, (option("joint.back", earlier),)), edits=True)


def _review(parts: list[str], plan: NewJoint, context: Context) -> Reply:
    told = ":".join(parts)
    rows = (
        (option("joint.hand_in", f"{STAFF}:do:{told}"),),
        (option("joint.back", f"{STAFF}:n:{':'.join(parts[:-1])}"), option("menu.open", "m")),
    )
    return Reply("joint.review", plan_values(plan, context.places.name(plan.precinct)), rows, edits=True)


def plan_values(plan: NewJoint, area_name: str) -> dict[str, object]:
    """For every card about it."""
    return {
        "precinct": plan.precinct,
        "area": area_name,
        "goal": plan.goal,
        "day": plan.last_day,
        "start": plan.start.value,
        "anyway": plan.anyway,
    }
