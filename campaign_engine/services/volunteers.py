"""Requests for a role: asked by an ally, answered by the area's own people, who never learn who asked (safety R1).

An answer is a direct reply to the person's own request, so it needs no topic; STOP, a pause, the hours and a channel
on which we never write first still hold, and the menu shows it in any case (safety C7, S4, S7).
"""

from dataclasses import dataclass
from datetime import timedelta

from campaign_engine.dialogue.intents import (
    AcceptInvite,
    AnswerRequest,
    AskForRole,
    ShowRequests,
    TakeRequestBack,
)
from campaign_engine.dialogue.state import Places
from campaign_engine.domain.contact import Person, RequestState
from campaign_engine.domain.errors import Conflict, NotAllowed, NotFound
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.roles import Capability, may, roles_with
from campaign_engine.domain.volunteering import INVITE_LIFE, REQUEST_LIFE, OpenRequest, answering, offered_role
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours
from campaign_engine.ports.desk import Desk
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.services.organizing import InviteDesk
from campaign_engine.services.turn import Handlers, Notice, Replies, Turn

_MOST_CARDS = 10
_DECIDE = roles_with(Capability.ANSWER_REQUESTS)


def waiting_for(desk: Desk | None, person: Person) -> tuple[OpenRequest, ...]:
    """Open requests that this staff member answers, oldest first."""
    if desk is None or not may(person, Capability.ANSWER_REQUESTS):
        return ()
    return tuple(request for request in desk.requests if person.contact_id in answering(request, desk.team))


@dataclass(frozen=True, slots=True)
class Volunteers:
    """One method per intent."""

    places: Places
    staffing: InviteDesk
    hours: SendingHours = DEFAULT_HOURS

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {
            AskForRole: self._ask,
            TakeRequestBack: self._take_back,
            AcceptInvite: self._accept,
            ShowRequests: self._show,
            AnswerRequest: self._answer,
        }

    async def _ask(self, turn: Turn, _intent: AskForRole) -> Replies:
        """Raises NotAllowed for somebody who cannot ask, Conflict while a request is there."""
        person, role = turn.person, offered_role(turn.person.age_band)
        if person.contact_id is None or role is None or person.precinct is None:
            raise NotAllowed("Only allies of 16 and over can ask.", "Choose your area first.", "not_asked")
        until = turn.now + REQUEST_LIFE
        made = await turn.work.team.ask(person.contact_id, role, person.precinct, turn.now, until)
        if made is None:
            raise Conflict("Your request waits already.", "Open it in the menu.", "asked_already")
        adult = not (person.age_band is None or person.age_band.is_minor)
        request = OpenRequest(made, person.contact_id, role, person.precinct, adult)
        near = answering(request, await turn.work.team.answerers(_DECIDE))
        if self.hours.is_allowed(turn.now):
            told = Reply("volunteer.somebody_asks", options=((Option(label="volunteer.open_requests", data="rq"),),))
            turn.notices.extend(Notice(to, told) for to in await turn.work.team.contacts(near))
        said = {"found": bool(near), "days": REQUEST_LIFE.days}
        row = (Option(label="volunteer.take_back", data="w:back"), Option(label="menu.open", data="m"))
        return (Reply("volunteer.asked", said, options=(row,)),)

    async def _take_back(self, turn: Turn, _intent: TakeRequestBack) -> Replies:
        if turn.person.contact_id is not None:
            await turn.work.team.take_back(turn.person.contact_id)
        return ()

    async def _accept(self, turn: Turn, intent: AcceptInvite) -> Replies:
        """The invite is made and spent at once, so that nobody can pass it on. Raises NotFound, Conflict."""
        person, request = turn.person, turn.person.request
        invited = request is not None and request.state is RequestState.INVITED and request.until > turn.now
        if person.contact_id is None or request is None or not invited:
            raise NotFound("This invite has ended.", "You can ask again in the menu.", "invite_over")
        grant = OpenRequest(0, person.contact_id, request.role, request.precinct, adult=True).grant
        code = await turn.work.staff.invite(grant, turn.now + timedelta(minutes=1))
        replies = await self.staffing.redeem(turn.work, person, code, intent.handle)
        await turn.work.team.take_back(person.contact_id)
        return replies

    async def _show(self, turn: Turn, _intent: ShowRequests) -> Replies:
        found = waiting_for(turn.opened.desk, turn.person)
        if not found:
            return (Reply("volunteer.no_requests", options=((Option(label="menu.open", data="m"),),)),)
        return tuple(self._card(request) for request in found[:_MOST_CARDS])

    def _card(self, request: OpenRequest) -> Reply:
        buttons = (
            Option(label="volunteer.send_invite", data=f"rq:{request.id}:yes"),
            Option(label="volunteer.not_now", data=f"rq:{request.id}:no"),
        )
        return Reply("volunteer.request", self._said(request), options=(buttons,))

    def _said(self, request: OpenRequest) -> dict[str, object]:
        area = self.places.name(request.precinct)
        return {
            "area": area,
            "precinct": request.precinct,
            "adult": request.adult,
            "role": request.role.value,
            "days": INVITE_LIFE.days,
        }

    async def _answer(self, turn: Turn, intent: AnswerRequest) -> Replies:
        """Raises NotFound for one that is not theirs or that somebody else answered."""
        mine = waiting_for(turn.opened.desk, turn.person)
        request = next((one for one in mine if one.id == intent.request_id), None)
        state, life = (RequestState.INVITED, INVITE_LIFE) if intent.yes else (RequestState.DECLINED, REQUEST_LIFE)
        handle, until = turn.person.handle, turn.now + life
        if request is None or not await turn.work.team.answer(intent.request_id, state, handle, until, turn.now):
            raise NotFound("This request is not there any more.", "Somebody may have answered it.", "request_gone")
        action = "invite" if intent.yes else "not_now"
        await turn.work.audit.append(AuditEntry(handle, action, f"{request.role}:{request.grant.scope}"), turn.now)
        asker = await turn.work.team.asker(request.contact_id, turn.now)
        if asker is not None and self.hours.is_allowed(turn.now):
            opens = ((Option(label="volunteer.open_answer", data="w"),),)
            turn.notices.append(Notice(asker, Reply("volunteer.answered", options=opens)))
        said = "volunteer.invite_sent" if intent.yes else "volunteer.said_not_now"
        rest = Option(label="team.requests", data="rq", values={"count": len(mine) - 1})
        return (Reply(said, self._said(request), options=((rest,),)),)
