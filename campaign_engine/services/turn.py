"""What one inbound does: gathered while its intents are carried out, written in as few statements as can be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from campaign_engine.dialogue.intents import Intent
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.confirming import acts_again
from campaign_engine.domain.contact import AddressStatus, ConsentKind, Person
from campaign_engine.domain.message import Destination, Inbound, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.desk import Named
from campaign_engine.ports.people import ContactChanges, NewAction, Opened, Outcome, SavedState
from campaign_engine.ports.planning import StaffContact
from campaign_engine.ports.unit_of_work import UnitOfWork

TAB_SEEN_AFTER = timedelta(hours=1)
_SEEN_AGAIN_AFTER = timedelta(days=1)
"""How exactly it is kept when somebody was last here; inactivity is counted in days."""

Replies = tuple[Reply, ...]


class Overtaken(Exception):
    """Another update of the same person was saved since this one was read."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A word to another member of the team, in their language; best effort, because their menu shows it too."""

    to: StaffContact
    reply: Reply


Reading = Callable[[UnitOfWork], Awaitable[Replies]]
"""What takes too long for a transaction that writes."""

Making = Callable[[str], Awaitable[Replies]]
"""What takes too long for any transaction, in a language; made in a process of its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step of staff says to whoever took it, and to others."""

    replies: Replies = ()
    notices: tuple[Notice, ...] = ()


@dataclass(slots=True)
class Turn:
    """One inbound inside its transaction; `person` changes as intents are carried out.

    `state`, `changes`, `actions` and `status` are written together by `flush`. `notices` are sent, what `makes` and
    `reads` are asked for is made and read after the commit; `removed` asks for the database's files to be scrubbed.
    `reads_only` when nothing may be written; `wants_picture` when the picture that was sent belongs to a draft.
    """

    work: UnitOfWork
    inbound: Inbound
    opened: Opened
    now: datetime
    person: Person
    state: SavedState = field(default_factory=SavedState)
    changes: ContactChanges = field(default_factory=ContactChanges)
    status: AddressStatus | None = None
    asked: list[ConsentKind] = field(default_factory=list)
    used_invite: str = ""
    actions: list[NewAction] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    makes: list[Making] = field(default_factory=list)
    reads: list[Reading] = field(default_factory=list)
    saved: bool = False
    removed: bool = False
    reads_only: bool = False
    wants_picture: bool = False

    @property
    def who(self) -> Destination:
        """Where the inbound came from."""
        return Destination(self.inbound.channel, self.inbound.address)

    def told(self, answer: Answer) -> Replies:
        """What whoever wrote reads now; the others of the team are told after the commit."""
        self.notices.extend(answer.notices)
        return answer.replies

    def goes_on(self, inbound: Inbound) -> None:
        """What came along with the one before, which named all that was looked for."""
        self.inbound = inbound
        self.opened = replace(self.opened, saved=self.state, named=Named(), person=self.person)

    async def flush(self) -> None:
        """Write the state and what was gathered in one statement; a second time only what came since.

        Of a stranger with nothing open no state is kept (safety C2). Raises Overtaken: nothing may be committed then.
        """
        again = self.opened.unconfirmed and acts_again(self.person.joined_at, self.now) and not self.saved
        if self.removed or (self.saved and not (self.changes or self.actions or self.status or self.asked)):
            return
        contact_id, seen = self.person.contact_id, self.opened.last_seen_at
        again_after = TAB_SEEN_AFTER if self.inbound.in_tab else _SEEN_AGAIN_AFTER
        if contact_id is not None and (self.changes or (seen is not None and self.now - seen > again_after)):
            self.changes["last_seen_at"] = self.now
        asked = tuple(dict.fromkeys(self.asked))
        outcome = Outcome(
            self.state,
            contact_id,
            self.changes,
            tuple(self.actions),
            self.status,
            asked,
            self.used_invite,
            self.inbound.origin if again else "",
        )
        dialogues = self.work.dialogues
        if contact_id is None and not (self.state.flow or self.state.field or self.state.data):
            kept = await dialogues.forget(self.who, self.state.version)
        else:
            kept = await dialogues.save(self.who, outcome, self.now)
        if not kept:
            raise Overtaken
        self.saved, self.state = True, self.state.written()
        self.changes, self.actions, self.status, self.asked, self.used_invite = ContactChanges(), [], None, [], ""

    def record(self, kind: ActionKind, campaign_id: int | None = None, room_id: int | None = None) -> None:
        """Note an action once per New York day; nothing for somebody who is not a contact. `room_id`: see NewAction."""
        person = self.person
        noted = {(action.kind, action.campaign_id) for action in self.actions} | self.opened.done_today
        if person.contact_id is None or (kind, campaign_id) in noted:
            return
        self.actions.append(
            NewAction(
                person.contact_id,
                self.inbound.channel,
                kind,
                to_wall(self.now).date(),
                campaign_id,
                person.site_id,
                person.precinct,
                person.generation,
                room_id,
            )
        )


Handler = Callable[[Turn, Any], Awaitable[Replies]]
Handlers = Mapping[type[Intent], Handler]
"""Which function carries out which intent."""
