"""Carries out what a person decides about themselves: joining, answers, STOP, deletion, export."""

from dataclasses import replace
from datetime import timedelta

from campaign_engine.dialogue.ally_intents import SetSite
from campaign_engine.dialogue.flow import WAY_BACK
from campaign_engine.dialogue.intents import (
    AnswerTopic,
    CreateContact,
    DeletePerson,
    NoteAsked,
    OptIn,
    OptOut,
    Pause,
    RefuseAge,
    Resume,
    SetAgeBand,
    SetLanguage,
    SetPrecinct,
    ShowHeld,
)
from campaign_engine.dialogue.state import Places
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.consent import UNTIL_RESUMED, longer_break
from campaign_engine.domain.contact import (
    CONSENT_KINDS,
    AddressStatus,
    Answer,
    ConsentKind,
    Person,
    RoleRequest,
    Source,
)
from campaign_engine.domain.languages import LANGUAGE_NAMES
from campaign_engine.domain.message import InboundKind, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.people import Held, NewContact
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.actions import give_first_pledge
from campaign_engine.services.turn import Handlers, Replies, Turn

AGE_BLOCK = timedelta(hours=24)
"""How long a chat that answered "12 or under" is not asked again (safety C2)."""


async def create_contact(turn: Turn, intent: CreateContact) -> Replies:
    """A tap in a room makes an address that is never written to until its person opens a chat (`unstarted`).

    The precinct of a site or link is theirs from then on; that of a room is asked in the chat.
    """
    if turn.person.contact_id is not None:
        return ()
    source = _used(turn, intent.source)
    status = AddressStatus.UNSTARTED if turn.inbound.room else AddressStatus.ACTIVE
    new = NewContact(
        turn.who,
        intent.age_band,
        intent.language,
        AddressStatus.OPTED_OUT if turn.person.opted_out else status,
        turn.now,
        None if turn.inbound.room else source.precinct,
        source.site_id,
        source.generation,
        turn.inbound.simulated,
        "" if turn.inbound.simulated else turn.inbound.origin,
        turn.inbound.in_tab,
    )
    if intent.pledge is None:
        await _create(turn, new)
        turn.record(ActionKind.JOIN, source.campaign_id, source.room_id)
        return ()
    turn.person = _known(turn.person, new)
    contact_id, campaign_id = await give_first_pledge(turn, new, intent.pledge)
    turn.person = replace(turn.person, contact_id=contact_id)
    turn.record(ActionKind.JOIN, source.campaign_id, source.room_id)
    turn.record(ActionKind.PLEDGE, campaign_id)
    return ()


def _used(turn: Turn, source: Source) -> Source:
    """An invite works once; where somebody was faster, the join is an ordinary one (safety N4)."""
    if source.invite and turn.opened.invite_used:
        return replace(source, generation=0, site_id=None)
    turn.used_invite = source.invite
    return source


async def create_staff(turn: Turn, language: str) -> None:
    """Somebody with an invite who never joined as an ally: no age band is asked, so none is kept (safety R2)."""
    if turn.person.contact_id is None:
        new = NewContact(turn.who, None, language, AddressStatus.ACTIVE, turn.now, simulated=turn.inbound.simulated)
        await _create(turn, new)


async def _create(turn: Turn, new: NewContact) -> None:
    contact_id, address_id = await turn.work.contacts.create(new)
    turn.person = replace(_known(turn.person, new), contact_id=contact_id, address_id=address_id)


def _known(person: Person, new: NewContact) -> Person:
    return replace(
        person,
        age_band=new.age_band,
        language=new.language,
        precinct=new.precinct,
        site_id=new.site_id,
        generation=new.generation,
        joined_at=new.created_at,
    )


async def refuse_age(turn: Turn, _intent: RefuseAge) -> Replies:
    """Somebody who says so after joining is removed as well (safety C2)."""
    await turn.flush()
    await turn.work.contacts.refuse_age(turn.who, turn.person.contact_id, turn.now, turn.now + AGE_BLOCK)
    if turn.person.contact_id is not None:
        _removed(turn)
    return ()


async def set_age_band(turn: Turn, intent: SetAgeBand) -> Replies:
    """Correct an earlier answer."""
    turn.changes["age_band"] = intent.age_band
    turn.person = replace(turn.person, age_band=intent.age_band)
    return ()


async def set_language(turn: Turn, intent: SetLanguage) -> Replies:
    """A stranger's language stays in the dialogue's state."""
    turn.person = replace(turn.person, language=intent.language)
    if turn.person.contact_id is not None:
        turn.changes["language"] = intent.language
    return ()


async def set_precinct(turn: Turn, intent: SetPrecinct) -> Replies:
    """None is an answer too, and is kept as "rather not say"."""
    declined = intent.precinct is None
    turn.changes["precinct"] = intent.precinct
    turn.changes["precinct_declined"] = declined
    turn.person = replace(turn.person, precinct=intent.precinct, precinct_declined=declined)
    return ()


async def set_site(turn: Turn, intent: SetSite) -> Replies:
    """What was counted to another site before stays there."""
    turn.changes["site_id"] = intent.site_id
    turn.person = replace(turn.person, site_id=intent.site_id)
    return ()


async def answer_topic(turn: Turn, intent: AnswerTopic) -> Replies:
    """Kept with its moment, yes and no alike (safety C5)."""
    if turn.person.contact_id is None:
        return ()
    await turn.work.contacts.answer_topic(turn.person.contact_id, intent.topic, intent.yes, turn.now, intent.also)
    given = dict.fromkeys((intent.topic, *intent.also), Answer(intent.yes, turn.now))
    turn.person = replace(turn.person, answers={**turn.person.answers, **given})
    return ()


async def note_asked(turn: Turn, intent: NoteAsked) -> Replies:
    """Kept before the question is read, so that a lost answer does not bring it twice (safety C5)."""
    if turn.person.contact_id is not None:
        turn.asked.append(intent.kind)
        turn.person = replace(turn.person, asked={**turn.person.asked, intent.kind: turn.now})
    return ()


async def pause(turn: Turn, intent: Pause) -> Replies:
    """Nothing for a stranger, to whom nothing is sent anyway."""
    if turn.person.contact_id is not None:
        until = longer_break(turn.person.paused_until, intent.until)
        turn.changes["paused_until"] = until
        turn.person = replace(turn.person, paused_until=until)
    return ()


async def resume(turn: Turn, _intent: Resume) -> Replies:
    """At once; a break ended is not remembered."""
    if turn.person.paused_until is not None:
        turn.changes["paused_until"] = None
        turn.person = replace(turn.person, paused_until=None)
    return ()


async def opt_out(turn: Turn, _intent: OptOut) -> Replies:
    """Works for strangers too (safety C7)."""
    turn.status = None
    await turn.work.contacts.opt_out(turn.who, turn.person.contact_id, turn.now)
    turn.record(ActionKind.OPT_OUT)
    turn.person = replace(turn.person, opted_out=True, answers=_withdrawn(turn))
    return ()


async def opt_in(turn: Turn, _intent: OptIn) -> Replies:
    """Topics stay off."""
    await turn.work.contacts.opt_in(turn.who, turn.person.contact_id, turn.now)
    turn.person = replace(turn.person, opted_out=False, answers=_withdrawn(turn))
    return ()


def _withdrawn(turn: Turn) -> dict[ConsentKind, Answer]:
    """Every yes is a no from now on; an earlier no keeps its day, and how often at most stays."""
    off, answers = Answer(False, turn.now), turn.person.answers
    return {kind: off if given.granted and kind in CONSENT_KINDS else given for kind, given in answers.items()}


async def delete_person(turn: Turn, _intent: DeletePerson) -> Replies:
    """That somebody left is counted, without a link to them (safety C8)."""
    turn.record(ActionKind.DELETE)
    await turn.flush()
    await turn.work.contacts.delete(turn.who, turn.person.contact_id, turn.now)
    _removed(turn)
    return ()


def _removed(turn: Turn) -> None:
    turn.person = Person(language=turn.person.language, opted_out=True)
    turn.removed = True


async def arrive(turn: Turn) -> None:
    """What an inbound means by itself: a private message opens the chat for us, an own start lifts a deletion's mark.

    A STOP of somebody who is still a contact is lifted by the dialogue, which welcomes them back. A code that moves
    somebody here lifts none (safety N5).
    """
    person, status = turn.person, turn.opened.status
    closed = (AddressStatus.UNSTARTED, AddressStatus.UNREACHABLE)
    if status in closed and person.address_id is not None and not (turn.inbound.room or person.opted_out):
        turn.status = AddressStatus.ACTIVE
    came_along = turn.opened.named.mover is not None
    if turn.inbound.kind is InboundKind.START and person.opted_out and person.contact_id is None and not came_along:
        await opt_in(turn, OptIn())


_AS_HELD = (
    *("topics", "asked", "pledges", "actions", "lessons", "lessons_sent", "areas_told", "follow_ups", "joints"),
    *(
        "messages",
        "sign_ins",
        "waiting_posts",
        "handle",
        "grants",
        "stopped",
        "listed",
        "by_page",
        "may_move",
        "in_tab",
    ),
)
"""Named alike in the template."""


def held_reply(held: Held, person: Person, places: Places) -> Reply:
    """Everything that is kept, in words; the template names each thing."""
    if not held.pseudonym:
        marks = {"stopped": held.stopped, "listed": held.listed, "waiting_posts": held.waiting_posts}
        return Reply("contact.held_nothing", marks)
    return Reply(
        "contact.held",
        {
            "pseudonym": held.pseudonym,
            "channel": held.who.channel,
            "age_band": held.age_band,
            "language": LANGUAGE_NAMES.get(held.language, held.language),
            "area": places.name(held.precinct) if held.precinct else "",
            "precinct": held.precinct,
            "declined": held.precinct_declined,
            "site": held.site,
            "generation": held.generation,
            "invites": held.invites,
            "paused_until": held.paused_until and to_wall(held.paused_until).date(),
            "paused_openly": held.paused_until == UNTIL_RESUMED,
            "joined_on": held.joined_on,
            "last_seen_on": held.last_seen_on,
            **{name: getattr(held, name) for name in _AS_HELD},
            "trained": person.trained,
            "thread": bool(person.thread),
            "request": person.request and _request_said(person.request),
        },
    )


def _request_said(request: RoleRequest) -> dict[str, object]:
    return {
        "role": request.role.value,
        "precinct": request.precinct,
        "state": request.state.value,
        "until": to_wall(request.until).date(),
        "handle": request.answered_by,
    }


def handlers(places: Places) -> Handlers:
    """Dispatch table of this file."""

    async def show_held(turn: Turn, _intent: ShowHeld) -> Replies:
        """After the commit, so that this step is in it."""

        async def read(work: UnitOfWork) -> Replies:
            held = held_reply(await work.contacts.held(turn.who), turn.person, places)
            return (replace(held, options=WAY_BACK, stays=True),)

        turn.reads.append(read)
        return ()

    return {
        CreateContact: create_contact,
        RefuseAge: refuse_age,
        SetAgeBand: set_age_band,
        SetLanguage: set_language,
        SetPrecinct: set_precinct,
        SetSite: set_site,
        AnswerTopic: answer_topic,
        NoteAsked: note_asked,
        Pause: pause,
        Resume: resume,
        OptOut: opt_out,
        OptIn: opt_in,
        DeletePerson: delete_person,
        ShowHeld: show_held,
    }
