"""Carries out what people decide about their own place on the team, and shows each role what is theirs (safety R1)."""

from dataclasses import replace

from campaign_engine.dialogue.intents import CompleteTraining, LeaveRole, ShowLog, ShowReports, ShowSiteTotal
from campaign_engine.domain.area import FEWEST
from campaign_engine.domain.campaign import Campaign, CampaignStatus
from campaign_engine.domain.contact import Person, RoleGrant, ScopeKind
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import area, check_organizer
from campaign_engine.domain.roles import MATRIX, TRAINING, Capability, may
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.services.hosting import weekly_total
from campaign_engine.services.turn import Handlers, Replies, Turn

LOG_PAGE = 10

_PAGES = (Option(label="sign_in.open", data="db"),)
_MENU = ((Option(label="menu.open", data="m"),),)


async def complete_training(turn: Turn, _intent: CompleteTraining) -> Replies:
    """Once; taken again it changes nothing. Raises NotAllowed."""
    if await turn.work.team.complete_training(check_organizer(turn.person), TRAINING, turn.now):
        await turn.work.audit.append(AuditEntry(turn.person.handle, "train", TRAINING), turn.now)
    turn.person = replace(turn.person, trained=True)
    return ()


async def leave_role(turn: Turn, intent: LeaveRole) -> Replies:
    """Their own only. Raises NotFound when it is gone already."""
    person, grant = turn.person, intent.grant
    if grant not in person.grants or not await turn.work.team.take_role(person.handle, grant):
        raise NotFound("You do not have this role.", "Open your roles in the menu.", "no_role")
    await turn.work.audit.append(AuditEntry(person.handle, "leave", f"{grant.role}:{grant.scope}"), turn.now)
    turn.person = replace(person, grants=tuple(one for one in person.grants if one != grant))
    return (Reply("team.left", _said(grant), options=_MENU),)


async def show_log(turn: Turn, intent: ShowLog) -> Replies:
    """Handle, action, object and hour: there is nothing else in it. Raises NotAllowed."""
    _check(turn.person, Capability.READ_LOG)
    lines = await turn.work.team.log(intent.before, LOG_PAGE + 1)
    shown = lines[:LOG_PAGE]
    older = (Option(label="team.older", data=f"au:{shown[-1].id}"),) if len(lines) > LOG_PAGE else ()
    said = tuple(
        {"hour": to_wall(line.hour), "actor": line.actor, "action": line.action, "object": line.object}
        for line in shown
    )
    return (Reply("team.log_page", {"lines": said}, options=((*older, *_MENU[0]),)),)


async def show_site_total(turn: Turn, _intent: ShowSiteTotal) -> Replies:
    """Of every site they host; 0 stands for a hidden number. Raises NotAllowed."""
    _check(turn.person, Capability.SITE_TOTAL)
    hosted = [grant.scope for grant in turn.person.grants if Capability.SITE_TOTAL in MATRIX[grant.role]]
    found = []
    for scope in hosted:
        if scope.kind is ScopeKind.SITE:
            site = await turn.work.sites.get(int(scope.value))
            total = await weekly_total(turn.work, site.id, turn.now)
            paper = await turn.work.tallies.total(site.id)
            found.append({"site": site.name, "word": site.word_code, "total": total or 0, "paper": paper})
    return (Reply("team.site_total", {"sites": tuple(found), "least": FEWEST}, options=(_PAGES, *_MENU)),)


async def show_reports(turn: Turn, _intent: ShowReports) -> Replies:
    """Names of campaigns in their area, each with its protected tables; no texts. Raises NotAllowed."""
    _check(turn.person, Capability.READ_REPORTS)
    covered = area(turn.person, Capability.READ_REPORTS)
    unread = (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED)
    found = [one for one in await turn.work.campaigns.visible(0, covered) if one.status not in unread]
    rows = tuple((_report_button(one),) for one in found)
    return (Reply("team.reports_list" if rows else "team.no_reports", options=rows or _MENU),)


def _report_button(campaign: Campaign) -> Option:
    values = {"title": campaign.title, "status": campaign.status.value}
    return Option(label="campaign.list_entry", data=f"rp:{campaign.id}", values=values)


def _check(person: Person, capability: Capability) -> None:
    if not may(person, capability):
        raise NotAllowed("Your role does not show this.", "Open the menu to see what it does.", "not_your_role")


def _said(grant: RoleGrant) -> dict[str, object]:
    return {"role": grant.role.value, "kind": grant.scope.kind.value, "value": grant.scope.value}


def handlers() -> Handlers:
    """Dispatch table of this file."""
    return {
        CompleteTraining: complete_training,
        LeaveRole: leave_role,
        ShowLog: show_log,
        ShowSiteTotal: show_site_total,
        ShowReports: show_reports,
    }
