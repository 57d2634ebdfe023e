"""The menu of the team: a few groups of buttons; what a role cannot do is not shown to it (safety R1).

A new button goes into its group: `waiting`, `_team`, `_safety` or `_planning`.
"""

from dataclasses import replace

from campaign_engine.dialogue import automatic, stopping, team, together, training, translate
from campaign_engine.dialogue.flow import Rows, aside, column, option, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.roles import Capability, may

HOME = "sm"
"""Data of the button back to the menu; behind a colon the name of a group."""

_MORE = f"{HOME}:more"


def rows(context: Context) -> Rows:
    """Plan, what waits, the team and safety, more: at most five rows, because a Discord message holds no more."""
    groups = [_entrance(name, context) for name in ("team", "safety")]
    return tuple(
        row
        for row in (
            _planning(context),
            _training(context),
            _waiting_row(context),
            tuple(one for one in groups if one is not None),
            (option("menu.help", "m:help"), option("staff_menu.more", _MORE)),
        )
        if row
    )


def choice(state: State, data: str, context: Context, ally: Rows) -> Step | None:
    """The page of a group; `ally` are the buttons that everybody has. None for others' data and for allies."""
    head, _, name = data.partition(":")
    if head != HOME or not context.person.is_staff:
        return None
    found = {"waiting": waiting, "team": _team, "safety": _safety}
    if name in found:
        shown = found[name](context)
        title = f"staff_menu.{name}_title" if shown else "staff_menu.nothing_waits"
        return say(aside(state), Reply(title, options=(*shown, _back()), edits=True))
    if data == _MORE:
        return say(aside(state), Reply("staff_menu.more_title", options=(*ally, _back()), edits=True))
    return say(aside(state), Reply("menu.title", options=rows(context), edits=True))


def waiting(context: Context) -> Rows:
    """What somebody else has done and this person is asked about; nothing that is not there."""
    found: list[Option] = []
    if may(context.person, Capability.APPROVE) and context.waiting:
        found.append(_counted("staff_menu.approvals", "o:waiting", context.waiting))
    if team.may_answer(context) and context.requests:
        found.append(_counted("team.requests", "rq", context.requests))
    return (*column(*found), *together.waiting_rows(context), *automatic.rows(context), *translate.rows(context))


def _planning(context: Context) -> tuple[Option, ...]:
    person = context.person
    new = option("organize.continue" if context.draft is not None else "organize.new", "o:new")
    drafting = (new,) if may(person, Capability.DRAFT) else ()
    if may(person, Capability.SEE_CAMPAIGNS):
        return (*drafting, option("organize.status", "o:status"))
    pages = (team.dashboard_button(),) if may(person, Capability.SITE_TOTAL) else ()
    return (*drafting, *(one for row in team.figures(context) for one in row), *pages)


def _training(context: Context) -> tuple[Option, ...]:
    return (option("training.start", training.START),) if training.is_due(context) else ()


def _waiting_row(context: Context) -> tuple[Option, ...]:
    """Straight to what waits where it is of one kind only; beside it what of their own waits for another."""
    own = (_counted("staff_menu.own_waits", "o:mine", context.own_waits),) if context.own_waits else ()
    if not may(context.person, Capability.APPROVE) and not team.may_answer(context) and not context.tasks:
        return own
    approvals = context.waiting if may(context.person, Capability.APPROVE) else 0
    requests = context.requests if team.may_answer(context) else 0
    count = approvals + context.joints_waiting + context.texts_waiting + requests + len(context.tasks)
    found = [one.data for row in waiting(context) for one in row]
    if not found and may(context.person, Capability.APPROVE):
        found = ["o:waiting"]
    return (_counted("organize.waiting", found[0] if len(found) == 1 else f"{HOME}:waiting", count), *own)


def _team(context: Context) -> Rows:
    figures = team.figures(context) if may(context.person, Capability.SEE_CAMPAIGNS) else ()
    return (*figures, *team.rows(context))


def _safety(context: Context) -> Rows:
    holding = (option("hold.open", "hd"), option("hold.timeline_open", "hd:t"))
    held = column(*holding) if may(context.person, Capability.HOLD) else ()
    return (*held, *stopping.rows(context))


def _entrance(name: str, context: Context) -> Option | None:
    """The button of a group, or the only one that is in it."""
    found = {"team": _team, "safety": _safety}[name](context)
    if not found:
        return None
    only = found[0][0] if len(found) == 1 and len(found[0]) == 1 else None
    return only or option(f"staff_menu.{name}", f"{HOME}:{name}")


def _counted(label: str, data: str, count: int) -> Option:
    return replace(option(label, data), values={"count": count})


def _back() -> tuple[Option, ...]:
    return (option("staff_menu.back", HOME),)
