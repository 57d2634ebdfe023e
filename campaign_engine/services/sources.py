"""What a step may look at beside the state: what brought the person, and what waits for a staff member."""

import re
from dataclasses import dataclass, replace

from campaign_engine.dialogue.state import Context, Places
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, Draft
from campaign_engine.domain.codes import LETTERS, SITE_CODE_LENGTH, plain_code
from campaign_engine.domain.contact import ScopeKind, Source
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.hold import Hold, pinned_lesson
from campaign_engine.domain.message import Inbound, InboundKind
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.polishing import tasks_for
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.turn import Turn
from campaign_engine.services.volunteers import waiting_for

SITE_PAYLOAD = "s_"
POST_PAYLOAD = "p_"
_POST = re.compile(r"(?:p_|g:)(\d{1,18})(?::.*)?")
_CODE = re.compile(rf"[{LETTERS}]{{{SITE_CODE_LENGTH}}}|[A-Z]{{2,9}}[1-9][0-9]")
_COUNTS = (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.FINISHED)
"""States in which a post may still be out there and its pledges count to the campaign."""
_TYPES_FREELY = ("organize", "approve", "staff", "translate")
"""Flows in which a typed text is never a site's code."""


@dataclass(frozen=True, slots=True)
class Found:
    """A source with what its post asks for; `source` is None when nothing was named or the code is not known."""

    source: Source | None = None
    pledge: str | None = None
    title: str = ""
    event: bool = False


def site_code(inbound: Inbound, flow: str) -> str:
    """The code in a start payload, or a typed text that looks like one; empty when there is none."""
    if inbound.kind is InboundKind.START and not _POST.fullmatch(inbound.data):
        return inbound.data.removeprefix(SITE_PAYLOAD) if _is_code(inbound.data.removeprefix(SITE_PAYLOAD)) else ""
    typed = inbound.kind is InboundKind.TEXT and flow not in _TYPES_FREELY
    return inbound.text if typed and _is_code(inbound.text) else ""


def _is_code(text: str) -> bool:
    return len(text) < 40 and _CODE.fullmatch(plain_code(text)) is not None


async def find(work: UnitOfWork, inbound: Inbound, flow: str) -> Found:
    """At most one look-up for what was named and one for the room."""
    code, post = site_code(inbound, flow), _POST.fullmatch(inbound.data)
    found = Found()
    if code:
        site = await work.sites.by_code(code)
        if site is not None:
            found = Found(Source(site_id=site.id, site_name=site.name, precinct=site.precinct))
    elif post is not None and inbound.kind in (InboundKind.START, InboundKind.CHOICE):
        found = await _post(work, int(post[1]))
    return await _with_room(work, inbound, found) if inbound.room and found.source is not None else found


async def _post(work: UnitOfWork, post_id: int) -> Found:
    post = await work.campaigns.post_source(post_id)
    if post is None:
        return Found()
    campaign_id = post.campaign_id if post.status in _COUNTS else None
    return Found(Source(campaign_id=campaign_id), post.pledge, post.title, post.kind is CampaignKind.PRESENCE)


async def _with_room(work: UnitOfWork, inbound: Inbound, found: Found) -> Found:
    room = await work.rooms.by_address(inbound.channel, inbound.room)
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

    async def context(self, turn: Turn, found: Found) -> Context:
        """Three more reads for staff, none for allies."""
        person = turn.person
        context = Context(
            person=person,
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
        )
        return await self._with_work(turn, context) if person.is_staff else context

    async def _with_work(self, turn: Turn, context: Context) -> Context:
        work, person = turn.work, turn.person
        waiting = await work.campaigns.count_waiting(person)
        context = replace(context, tasks=await tasks_for(work, person))
        context = replace(context, texts_waiting=await self.texts.count_waiting(work, person))
        if turn.opened.requests_open:
            context = replace(context, requests=len(await waiting_for(work, person, context.now)))
        if not may(person, Capability.DRAFT) or person.contact_id is None:
            return replace(context, waiting=waiting)
        draft: Draft | None = await work.campaigns.current_draft(person.contact_id)
        return replace(context, waiting=waiting, draft=draft, top=await _top(work))


def _pinned(turn: Turn) -> str:
    at, precinct = turn.opened.area_held_at, turn.person.precinct
    known = (Hold(0, precinct, at, at),) if at is not None and precinct is not None else ()
    return pinned_lesson(known, precinct, turn.now) or ""


async def _top(work: UnitOfWork) -> tuple[int, ...]:
    try:
        return (await work.targeting.latest_ranking()).ranking.top
    except NotFound:
        return ()
