"""Carries out pledges, lessons and counted actions.

Which campaign a pledge counts to (attribution):
1. the campaign of the post, link or button that brought the person to it;
2. else the most recently launched running campaign of a kind in `ATTRIBUTED` that targets the pledge's precinct, so
   that a poster's code or the menu counts while a campaign runs there;
3. else none: the pledge then counts to its site and precinct only.

The pledge's precinct is the one its giver chose. Somebody who has not been asked yet gets the precinct of the room or
site they pledge in; somebody who would rather not say gets none.
A plan chosen afterwards completes the pledge it belongs to, whatever was launched or finished in between.
"""

from dataclasses import replace

from campaign_engine.dialogue.intents import GivePledge, RecordAction
from campaign_engine.dialogue.learn_intents import NoteLesson
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.contact import Person, Source
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.ports.people import NewContact, NewPledge
from campaign_engine.services.turn import Handlers, Replies, Turn

ATTRIBUTED = (CampaignKind.PLEDGE, CampaignKind.RECRUIT, CampaignKind.AWARENESS)
"""Kinds of campaigns that a pledge without a source counts to."""


_NOBODY_YET = 0


async def give_pledge(turn: Turn, intent: GivePledge) -> Replies:
    """Counted once per contact and campaign. Raises NotAllowed before an age band is known (safety C1)."""
    contact_id = turn.person.contact_id
    if contact_id is None:
        raise NotAllowed("One question comes first.", "Send /start and choose your age group.", "age_first")
    if await _completed(turn, contact_id, intent):
        return ()
    campaign_id = await turn.work.actions.pledge(_new_pledge(turn, contact_id, intent), ATTRIBUTED)
    _gave(turn, intent, campaign_id)
    turn.record(ActionKind.PLEDGE, campaign_id)
    return ()


async def give_first_pledge(turn: Turn, new: NewContact, intent: GivePledge) -> tuple[int, int | None]:
    """By the tap that made somebody a contact; ids of the contact and of the campaign that it counts to."""
    pledge = _new_pledge(turn, _NOBODY_YET, intent)
    contact_id, campaign_id = await turn.work.actions.first_pledge(new, pledge, ATTRIBUTED)
    _gave(turn, intent, campaign_id)
    return contact_id, campaign_id


def _gave(turn: Turn, intent: GivePledge, campaign_id: int | None) -> None:
    campaigns = turn.person.pledged_campaigns | ({campaign_id} if campaign_id is not None else set())
    pledges = turn.person.pledges | {intent.pledge}
    turn.person = replace(turn.person, pledged=True, pledges=pledges, pledged_campaigns=campaigns)


async def _completed(turn: Turn, contact_id: int, intent: GivePledge) -> bool:
    if intent.if_then is None or intent.source.campaign_id is not None or not turn.person.pledged:
        return False
    return await turn.work.actions.complete(contact_id, intent.pledge, intent.if_then, turn.now)


def _new_pledge(turn: Turn, contact_id: int, intent: GivePledge) -> NewPledge:
    person, source = turn.person, intent.source
    return NewPledge(
        contact_id=contact_id,
        channel=turn.inbound.channel,
        pledge=intent.pledge,
        if_then=intent.if_then,
        pledged_at=turn.now,
        campaign_id=source.campaign_id,
        room_id=source.room_id,
        site_id=source.site_id or person.site_id,
        precinct=pledge_precinct(person, source),
        generation=person.generation,
    )


def pledge_precinct(person: Person, source: Source) -> int | None:
    """See the top of this file."""
    return person.precinct or (None if person.precinct_declined else source.precinct)


async def record_action(turn: Turn, intent: RecordAction) -> Replies:
    """First time per contact, kind, campaign and New York day."""
    turn.record(intent.kind, intent.campaign_id, intent.room_id)
    return ()


async def note_lesson(turn: Turn, intent: NoteLesson) -> Replies:
    """Nothing for a stranger."""
    person = turn.person
    if person.contact_id is not None:
        await turn.work.lessons.reach(person.contact_id, intent.code, intent.reached)
        turn.person = replace(person, lessons={**person.lessons, intent.code: intent.reached})
    return ()


def handlers() -> Handlers:
    """Dispatch table of this file."""
    return {GivePledge: give_pledge, RecordAction: record_action, NoteLesson: note_lesson}
