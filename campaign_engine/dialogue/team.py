"""What each role finds in the menu beside campaigns: requests, reports, a site's total, the log, their own roles."""

from dataclasses import replace

from campaign_engine.dialogue import window
from campaign_engine.dialogue.flow import Rows, aside, column, number, option, say
from campaign_engine.dialogue.intents import (
    AnswerRequest,
    Intent,
    LeaveRole,
    ShowLog,
    ShowReports,
    ShowRequests,
    ShowSiteTotal,
)
from campaign_engine.dialogue.staff_intents import OpenDashboard
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import RoleGrant
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.roles import Capability, may

DASHBOARD = "db"
_MINE, _LEAVE, _LEAVE_NOW = "me", "me:leave:", "me:sure:"
_SHOWN: dict[str, tuple[Capability, Intent, str]] = {
    "rq": (Capability.ANSWER_REQUESTS, ShowRequests(), "team.requests"),
    "rl": (Capability.READ_REPORTS, ShowReports(), "team.reports"),
    "sh": (Capability.SITE_TOTAL, ShowSiteTotal(), "team.site"),
    "au": (Capability.READ_LOG, ShowLog(), "team.log"),
}
"""Data of a button, who sees it, what it shows, and its words."""


def rows(context: Context) -> Rows:
    """Who wants to help, and the person's own roles."""
    found = [replace(one, values={"count": context.requests}) for one in _may_see(context, ("rq",))]
    return (*column(*found), (option("team.mine", _MINE), dashboard_button()))


def figures(context: Context) -> Rows:
    """What there is to read; only what this person's roles may do is shown."""
    return (*column(*_may_see(context, ("rl", "sh", "au"))), *window.rows(context))


def dashboard_button() -> Option:
    """To the pages of whoever has a role."""
    return option("sign_in.open", DASHBOARD)


def dashboard(state: State, context: Context) -> Step | None:
    """A one-time link to them (safety R2); None for everybody else, so that nobody learns what the command is."""
    return say(aside(state), intents=(OpenDashboard(),)) if context.person.is_staff else None


def may_answer(context: Context) -> bool:
    """Somebody who wants to organize."""
    return may(context.person, Capability.ANSWER_REQUESTS)


def _may_see(context: Context, of: tuple[str, ...]) -> list[Option]:
    return [option(_SHOWN[data][2], data) for data in of if may(context.person, _SHOWN[data][0])]


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file; None for others and for those without the role."""
    if data == DASHBOARD or not context.person.is_staff:
        return dashboard(state, context)
    if data == _MINE or data.startswith(f"{_MINE}:"):
        return _own(state, data, context)
    head, _, value = data.partition(":")
    if head not in _SHOWN or not may(context.person, _SHOWN[head][0]):
        return None
    if not value:
        return say(aside(state), intents=(_SHOWN[head][1],))
    first, _, answer = value.partition(":")
    given = number(first)
    if head == "rq" and given is not None and answer in ("yes", "no"):
        return say(aside(state), intents=(AnswerRequest(given, answer == "yes"),))
    return say(aside(state), intents=(ShowLog(given),)) if head == "au" and given is not None else None


def _own(state: State, data: str, context: Context) -> Step:
    """Their roles; giving one up takes one tap more, because only an invite brings it back."""
    person = context.person
    for grant in person.grants:
        if data == _LEAVE + _code(grant):
            sure = (option("team.leave_yes", _LEAVE_NOW + _code(grant)), option("team.leave_no", _MINE))
            return say(aside(state), Reply("team.leave_sure", _said(grant), options=(sure,)))
        if data == _LEAVE_NOW + _code(grant):
            return say(aside(state), intents=(LeaveRole(grant),))
    buttons = (Option(label="team.leave", data=_LEAVE + _code(grant), values=_said(grant)) for grant in person.grants)
    said = {"handle": person.handle, "roles": tuple(_said(grant) for grant in person.grants)}
    return say(aside(state), Reply("team.own", said, options=(*column(*buttons), (option("menu.open", "m"),))))


def _code(grant: RoleGrant) -> str:
    return f"{grant.role}:{grant.scope}"


def _said(grant: RoleGrant) -> dict[str, object]:
    return {"role": grant.role.value, "kind": grant.scope.kind.value, "value": grant.scope.value}
