"""What a step may look at beside the state: what brought the person, and what waits for a staff member."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from campaign_engine.dialogue.machine import ROLE_INVITE
from campaign_engine.dialogue.state import Context, Places
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.audience import Room
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.codes import LETTERS, SITE_CODE_LENGTH, plain_code
from campaign_engine.domain.contact import CodeProblem, ScopeKind, Source
from campaign_engine.domain.hold import RECRUITING, Hold, pinned_lesson
from campaign_engine.domain.inviting import PAYLOAD as INVITE_PAYLOAD
from campaign_engine.domain.inviting import is_invite_code
from campaign_engine.domain.message import Inbound, InboundKind
from campaign_engine.domain.moving import FROM, TO, is_move_code
from campaign_engine.domain.moving import PAYLOAD as MOVE_PAYLOAD
from campaign_engine.domain.permission import stands_behind
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.windows import SendingHours
from campaign_engine.domain.words import is_zip_code
from campaign_engine.ports.desk import NOTHING, Desk, Sought
from campaign_engine.ports.people import Opened
from campaign_engine.services.polishing import tasks_for
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.turn import Turn
from campaign_engine.services.volunteers import waiting_for

SITE_PAYLOAD = "s_"
_LONGEST_CODE = 40
POST_PAYLOAD = "p_"
_POST = re.compile(r"(?:p_|g:)(\d{1,18})(?::.*)?")
_CODE = re.compile(rf"[{LETTERS}]{{{SITE_CODE_LENGTH}}}|[A-Z]{{2,9}}[1-9][0-9]")
_COUNTS = (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.FINISHED)
"""States in which a post may still be out there and its pledges count to the campaign."""
_TYPES_FREELY = ("organize", "approve", "staff", "translate")
"""Flows in which a typed text is never a site's code."""


@dataclass(frozen=True, slots=True)
class Found:
    """A source with what its post asks for; None when nothing was named, or what was named leads nowhere (`problem`).

    What was typed is called an unknown code only where it has a digit, because a word may look like a code.
    """

    source: Source | None = None
    pledge: str | None = None
    title: str = ""
    event: bool = False
    problem: CodeProblem | None = None


_NOTHING = Found()


def sought(inbound: Inbound) -> Sought:
    """What the one read looks up: the code in a start payload or a typed text, a post, and the room for either."""
    if not (inbound.data or inbound.text):
        return NOTHING
    post = _post_number(inbound)
    code = "" if post is not None else _code(inbound)
    return Sought(code, post, inbound.room if code or post is not None else "", move_code(inbound))


def _post_number(inbound: Inbound) -> int | None:
    post = _POST.fullmatch(inbound.data)
    return int(post[1]) if post is not None and inbound.kind in (InboundKind.START, InboundKind.CHOICE) else None


def _code(inbound: Inbound) -> str:
    if inbound.kind is InboundKind.START:
        text = inbound.data.removeprefix(SITE_PAYLOAD)
    else:
        text = inbound.text if inbound.kind is InboundKind.TEXT else ""
    return text if len(text) < _LONGEST_CODE and _CODE.fullmatch(plain_code(text)) is not None else ""


def invite_code(inbound: Inbound, flow: str) -> str:
    """Of an ally's invite, in a start payload or typed; empty when there is none."""
    typed = inbound.kind is InboundKind.TEXT and flow not in _TYPES_FREELY
    said = inbound.data if inbound.kind is InboundKind.START else inbound.text if typed else ""
    plain = plain_code(said.removeprefix(INVITE_PAYLOAD)) if len(said) < _LONGEST_CODE else ""
    return plain if is_invite_code(plain) else ""


async def named(turn: Turn) -> Found:
    """What a code, a link or a button named, with what is known of it. At most one statement."""
    said, flow = turn.inbound, turn.opened.saved.flow
    if invite := invite_code(said, flow):
        return await _invited(turn, invite)
    if said.kind is InboundKind.START and said.data.startswith(ROLE_INVITE):
        return await _to_the_team(turn, said.data.removeprefix(ROLE_INVITE)[:_LONGEST_CODE])
    return find(turn.opened, said)


async def _invited(turn: Turn, code: str) -> Found:
    """Neither area nor owner: only how far from the first ones, and which site's. One statement."""
    invite = await turn.work.invites.look(code, to_wall(turn.now).date())
    if invite is None:
        meant = turn.inbound.kind is InboundKind.START or any(sign.isdigit() for sign in code)
        return Found(problem=CodeProblem.NO_INVITE if meant else None)
    if invite.over:
        return Found(problem=CodeProblem.ENDED)
    return Found(Source(site_id=invite.site_id, generation=invite.generation, invite=invite.code_hash))


async def _to_the_team(turn: Turn, code: str) -> Found:
    """Only whether it works, before anything is asked; it is used when there is a work name. One statement."""
    grant = await turn.work.staff.invited(code, turn.now)
    return _NOTHING if grant is not None else Found(problem=CodeProblem.NO_ROLE)


def move_code(inbound: Inbound) -> str:
    """For going on in this chat, in a start payload or typed; empty when there is none, and on the page."""
    said = {InboundKind.START: inbound.data, InboundKind.TEXT: inbound.text}.get(inbound.kind, "")
    if inbound.channel == FROM or inbound.room or len(said) >= _LONGEST_CODE:
        return ""
    plain = plain_code(said.removeprefix(MOVE_PAYLOAD))
    return plain if is_move_code(plain) else ""


def _unknown(inbound: Inbound, code: str) -> CodeProblem | None:
    """Where somebody meant a code that nobody knows; a ZIP code is none."""
    if inbound.kind is InboundKind.START:
        meant = bool(inbound.data) and not (inbound.data.startswith(ROLE_INVITE) or is_zip_code(inbound.data))
    else:
        meant = any(sign.isdigit() for sign in code)
    if meant and inbound.kind is InboundKind.START and inbound.data.startswith(INVITE_PAYLOAD):
        return CodeProblem.NO_INVITE
    return CodeProblem.UNKNOWN if meant else None


def find(opened: Opened, inbound: Inbound) -> Found:
    """What was named, within its room; nothing that is typed where anything may be."""
    named = opened.named
    if not (inbound.data or inbound.text):
        return _NOTHING
    if inbound.kind is InboundKind.TEXT and opened.saved.flow in _TYPES_FREELY:
        return _NOTHING
    found = Found(problem=_unknown(inbound, _code(inbound)))
    if move_code(inbound) or (inbound.kind is InboundKind.START and inbound.data.startswith(MOVE_PAYLOAD)):
        return Found(problem=None if named.mover is not None else CodeProblem.NO_MOVE)
    if named.site is not None:
        site = named.site
        found = Found(Source(site_id=site.id, site_name=site.name, precinct=site.precinct))
    elif named.is_old:
        found = Found(problem=CodeProblem.ROTATED)
    elif named.post is not None:
        campaign_id = named.post.campaign_id if named.post.status in _COUNTS else None
        source, event = Source(campaign_id=campaign_id), named.post.kind is CampaignKind.PRESENCE
        found = Found(source, named.post.pledge, named.post.title, event)
    return _with_room(named.room, found)


def _with_room(room: Room | None, found: Found) -> Found:
    if room is None or found.source is None:
        return found
    source = replace(found.source, room_id=room.id)
    if room.scope.kind is ScopeKind.PRECINCT:
        source = replace(source, precinct=int(room.scope.value))
    if room.scope.kind is ScopeKind.SITE and source.site_id is None:
        source = replace(source, site_id=int(room.scope.value))
    return replace(found, source=source)


@dataclass(frozen=True, slots=True)
class SharedContext:
    """What is the same for every step: the tables of places, channels of this installation, our own page."""

    places: Places
    channels: tuple[str, ...]
    public_url: str
    texts: TextApprovals
    hours: SendingHours
    accounts: Accounts

    def context(self, turn: Turn, found: Found) -> Context:
        """From what the one read brought."""
        context = Context(
            person=turn.person,
            places=self.places,
            now=turn.now,
            source=found.source,
            source_pledge=found.pledge,
            source_title=found.title,
            source_event=found.event,
            channels=self.channels,
            public_url=self.public_url,
            hours=self.hours,
            pinned=_pinned(turn),
            code_problem=found.problem,
            recruiting_held_until=_recruiting_held_until(turn),
            moves_to=_moves_to(turn.inbound, self.accounts),
            mover=turn.opened.named.mover,
        )
        return context if turn.opened.desk is None else self._with_desk(context, turn.opened.desk)

    def _with_desk(self, context: Context, desk: Desk) -> Context:
        person = context.person
        context = replace(
            context,
            waiting=sum(stands_behind(person, one.kind, one.authors, one.precincts) for one in desk.waiting),
            tasks=tasks_for(desk, person),
            joints_waiting=sum(stands_behind(person, one.kind, one.authors, one.precincts) for one in desk.joints),
            texts_waiting=self.texts.count_waiting(person, desk.approved_texts),
            requests=len(waiting_for(desk, person)),
        )
        if not may(person, Capability.DRAFT):
            return context
        return replace(
            context, draft=desk.draft, own_waits=desk.own_waits, top=desk.ranking.ranking.top if desk.ranking else ()
        )


def _moves_to(inbound: Inbound, accounts: Accounts) -> tuple[str, ...]:
    """From the page only, to chats whose bot has told who it is."""
    names = {"telegram": accounts.telegram, "discord": accounts.discord}
    return tuple(one for one in TO if names[one]) if inbound.channel == FROM else ()


def _recruiting_held_until(turn: Turn) -> datetime | None:
    """Safety I1."""
    at = turn.opened.area_closed_at
    return None if at is None else at + RECRUITING


def _pinned(turn: Turn) -> str:
    at, precinct = turn.opened.area_held_at, turn.person.precinct
    known = (Hold(0, precinct, at, at),) if at is not None and precinct is not None else ()
    return pinned_lesson(known, precinct, turn.now) or ""
