"""One inbound from the platform to the replies: help first, then one transaction, then words.

What a step costs, in statements (BEGIN, COMMIT and PRAGMA are not counted): at most three, namely the
de-duplication insert that returns the joined read, the answer, and the state with all else that changed of its
person (ADR 12 says how, and which operations of staff cost more).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from campaign_engine.dialogue import draft_steps, machine
from campaign_engine.dialogue.drafting_intents import ShowRooms
from campaign_engine.dialogue.intents import Intent, ShowHints, ShowPreview
from campaign_engine.dialogue.state import Context, Places, State, Step
from campaign_engine.dialogue.typed_choice import meant
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.contact import LANGUAGES, CodeProblem, Person
from campaign_engine.domain.errors import BUSY, GroundswellError, StoreUnavailable, busy
from campaign_engine.domain.languages import from_tag
from campaign_engine.domain.message import Destination, Inbound, InboundKind, Message, Option, Reply
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours, is_night
from campaign_engine.domain.words import storable
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.notifier import Notifier
from campaign_engine.ports.people import Opened, SavedState
from campaign_engine.ports.pictures import PictureMaker
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services import actions, campaign_cards, contacts, follow_ups, pictures, sources, team
from campaign_engine.services.approving import ApprovalDesk, Approving, FixingDesk
from campaign_engine.services.certificates import Certificates
from campaign_engine.services.directory import SupportDirectory
from campaign_engine.services.draft_desk import DraftDesk
from campaign_engine.services.helping import Helping
from campaign_engine.services.holding import Holding
from campaign_engine.services.inviting import Inviting
from campaign_engine.services.joints import Joints
from campaign_engine.services.kill_switch import KillSwitch
from campaign_engine.services.moving import Moving
from campaign_engine.services.my_area import MyArea
from campaign_engine.services.organizing import CampaignDesk, InviteDesk, Organizing
from campaign_engine.services.polishing import Polishing
from campaign_engine.services.sharing import Sharing
from campaign_engine.services.staff_sessions import StaffSessions
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.turn import Handlers, Making, Notice, Overtaken, Reading, Replies, Turn
from campaign_engine.services.unconfirmed import Unconfirmed
from campaign_engine.services.verifying import Verifying
from campaign_engine.services.volunteers import Volunteers
from campaign_engine.services.windows import Windows

TRIES = 5
"""How often an update is tried again because another one of the same person came first."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConversationParts:
    """What a conversation stands on; `channels` are the names that an organizer may choose from."""

    store: Store
    renderer: Renderer
    clock: Clock
    places: Places
    campaigns: CampaignDesk
    approval: ApprovalDesk
    polishing: Polishing
    fixing: FixingDesk
    staffing: InviteDesk
    holding: Holding
    directory: SupportDirectory
    sharing: Sharing
    notifier: Notifier
    texts: TextApprovals
    pictures: PictureMaker
    drafting: DraftDesk
    verifying: Verifying
    staff_sessions: StaffSessions
    channels: tuple[str, ...] = ()
    accounts: Accounts = field(default_factory=Accounts)
    hours: SendingHours = DEFAULT_HOURS


@dataclass(frozen=True, slots=True)
class _Done:
    """A committed turn and what is left to do outside its transaction."""

    turn: Turn
    replies: Replies
    language: str


class Conversation:
    """The one way in for every channel."""

    def __init__(self, parts: ConversationParts) -> None:
        self._parts = parts
        self._helping = Helping(parts.store, parts.renderer, parts.clock)
        self._organizing = Organizing(parts.campaigns, parts.staffing)
        self._shared = sources.SharedContext(
            parts.places, parts.channels, parts.accounts.page, parts.texts, parts.hours, parts.accounts
        )
        self._handlers: Handlers = {
            **contacts.handlers(parts.places),
            **actions.handlers(),
            **follow_ups.handlers(),
            **Inviting(parts.accounts, parts.pictures).handlers(),
            **Moving(parts.accounts, parts.pictures).handlers(),
            **parts.verifying.handlers(),
            **self._organizing.handlers(),
            **team.handlers(),
            **parts.staff_sessions.handlers(),
            **KillSwitch(parts.clock).handlers(),
            **Unconfirmed(parts.clock).handlers(),
            **Windows(parts.clock).handlers(),
            **Volunteers(parts.places, parts.staffing, parts.hours).handlers(),
            **parts.polishing.handlers(),
            **parts.holding.handlers(),
            **parts.directory.handlers(parts.places),
            **parts.texts.handlers(),
            **Approving(parts.approval, parts.fixing).handlers(),
            **Joints(parts.places, parts.texts).handlers(),
            **MyArea(parts.places, parts.pictures).handlers(),
            **parts.sharing.handlers(),
            **pictures.handlers(),
            **Certificates(parts.pictures, parts.renderer).handlers(),
            **parts.drafting.handlers(),
        }

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Replies in the person's language; none for an update that was handled before.

        While the database is down everything is answered by the help card (safety H4).
        """
        inbound = _cleaned(inbound)
        card = await self._helping.first(inbound)
        if card:
            return card
        try:
            return await self._answer(inbound)
        except StoreUnavailable:
            return self._helping.cards(inbound.language_hint, unavailable=True)

    async def ask_again(self, channel: str, address: str, language_hint: str) -> tuple[Message, ...]:
        """The open question, for a page that was loaded anew; changes nothing. Without an address: a stranger's."""
        inbound = Inbound(channel, address, InboundKind.OTHER, "", language_hint=from_tag(language_hint))
        try:
            async with self._parts.store.read(shared=True) as work:
                turn = await self._look(work, inbound)
                turn.reads_only = True
                context = self._shared.context(turn, sources.Found())
                step = machine.ask_again(_state(turn.opened.saved), inbound, context)
                shown = [intent for intent in step.intents if isinstance(intent, ShowPreview | ShowHints | ShowRooms)]
                replies = await self._carry_out(turn, shown)
                for reading in turn.reads:
                    replies = (*replies, *await reading(work))
        except StoreUnavailable:
            return self._helping.cards(inbound.language_hint, unavailable=True)
        return self._words((*replies, *step.replies), step.state.language)

    async def _look(self, work: UnitOfWork, inbound: Inbound) -> Turn:
        now = self._parts.clock()
        who = Destination(inbound.channel, inbound.address)
        opened = await work.dialogues.look(who, now) if who.address else Opened(Person(), SavedState())
        return Turn(work, inbound, opened, now, opened.person)

    async def _answer(self, inbound: Inbound) -> tuple[Message, ...]:
        error: GroundswellError = busy()
        for _ in range(TRIES):
            try:
                done = await self._take_turn(inbound)
                if done is None:
                    return ()
                if done.turn.wants_picture and (sent := inbound.sent) is not None:
                    inbound = replace(inbound, update_id=f"{inbound.update_id}:picture")
                    inbound = replace(inbound, picture=await pictures.receive(sent, self._parts.pictures))
                    continue
                return await self._finish(done)
            except Overtaken:
                continue
            except StoreUnavailable:
                raise
            except GroundswellError as refusal:
                error = refusal
                if refusal.code != BUSY:
                    break
        return await self._refused(inbound, error)

    async def _take_turn(self, inbound: Inbound) -> _Done | None:
        now, who = self._parts.clock(), Destination(inbound.channel, inbound.address)
        first, *later = _parts_of(inbound)
        async with self._parts.store.write(shared=True) as work:
            opened = await work.dialogues.open(who, inbound.update_id, now, sources.sought(first))
            if opened is None:
                return None
            turn = Turn(work, first, opened, now, opened.person)
            replies, language = await self._taken(turn)
            for part in later:
                turn.goes_on(part)
                replies, language = await self._taken(turn)
            await turn.flush()
        return _Done(turn, replies, language)

    async def _taken(self, turn: Turn) -> tuple[Replies, str]:
        """One step, written by whoever flushes the turn."""
        step = await self._step(turn)
        turn.state = _saved(step.state, turn.opened.saved.version)
        await contacts.arrive(turn)
        replies = await self._carry_out(turn, step.intents)
        return (*replies, *step.replies), step.state.language

    async def _step(self, turn: Turn) -> Step:
        saved = turn.opened.saved
        context = self._shared.context(turn, await sources.named(turn))
        _note_site(turn, context)
        given, state = _started_by_code(turn.inbound, context), _state(saved)
        step = machine.step(state, given, context)
        tapped = self._meant(given, step)
        return machine.step(state, tapped, context) if tapped is not None else step

    def _meant(self, given: Inbound, step: Step) -> Inbound | None:
        """The button whose words somebody typed instead of tapping it; None for anything else."""
        if given.kind is not InboundKind.TEXT:
            return None
        language, renderer = step.state.language, self._parts.renderer
        data = meant(given.text, step.replies, lambda option: renderer.choices(((option,),), language)[0][0].label)
        return replace(given, kind=InboundKind.CHOICE, text="", data=data) if data else None

    async def _carry_out(self, turn: Turn, intents: Sequence[Intent]) -> Replies:
        replies: list[Reply] = []
        for intent in intents:
            replies.extend(await self._handlers[type(intent)](turn, intent))
        return tuple(replies)

    async def _finish(self, done: _Done) -> tuple[Message, ...]:
        if done.turn.removed and not await self._parts.store.scrub():
            log.warning("a removed person is still in the write-ahead log; the next clean-up takes it out")
        await self._tell(done.turn.notices)
        cards: list[Reply] = []
        for making in done.turn.makes:
            cards.extend(await _made(making, done.language))
        for reading in done.turn.reads:
            cards.extend(await self._read(reading))
        return self._words((*cards, *done.replies), done.language)

    async def _read(self, reading: Reading) -> Replies:
        """What cannot be read is said: the update counts as answered by now."""
        try:
            async with self._parts.store.read() as work:
                return await reading(work)
        except GroundswellError as error:
            return (_error_reply(error),)

    async def _tell(self, notices: Sequence[Notice]) -> None:
        """Best effort: what waits is in the reader's menu whether or not this arrives; at night it does not (S4)."""
        if is_night(self._parts.clock()):
            return
        for notice in notices:
            try:
                message = self._words((notice.reply,), notice.to.language)[0]
                await self._parts.notifier.notify(notice.to.to, message)
            except GroundswellError as error:
                log.warning("a member of the team could not be told: %s", error.code)

    async def _refused(self, inbound: Inbound, error: GroundswellError) -> tuple[Message, ...]:
        """The transaction was rolled back with its mark: mark the update again, so that it is answered once."""
        now, who = self._parts.clock(), Destination(inbound.channel, inbound.address)
        async with self._parts.store.write() as work:
            opened = await work.dialogues.open(who, inbound.update_id, now)
            if opened is None:
                return ()
            context = self._shared.context(Turn(work, inbound, opened, now, opened.person), sources.Found())
        language = opened.person.language if opened.language_known else inbound.language_hint or LANGUAGES[0]
        reply = _error_reply(error)
        if inbound.kind is InboundKind.TEXT:
            reply = draft_steps.still_asked(_state(opened.saved), context, reply)
        return self._words((reply,), language)

    def _words(self, replies: Sequence[Reply], language: str) -> tuple[Message, ...]:
        return self._parts.renderer.answers(replies, language)


def _parts_of(inbound: Inbound) -> tuple[Inbound, ...]:
    """In order: a start, where one came along, and what was done."""
    if not inbound.came_by:
        return (inbound,)
    done = replace(inbound, came_by="")
    return (replace(done, kind=InboundKind.START, data=inbound.came_by, text="", command=""), done)


def _cleaned(inbound: Inbound) -> Inbound:
    given = (inbound.text, inbound.data, inbound.command, inbound.language_hint)
    text, data, command = map(storable, given[:3])
    hint = from_tag(inbound.language_hint)
    if (text, data, command, hint) == given:
        return inbound
    return replace(inbound, text=text, data=data, command=command, language_hint=hint)


async def _made(making: Making, language: str) -> Replies:
    """What cannot be made is said: the update counts as answered by now."""
    try:
        return await making(language if language in LANGUAGES else LANGUAGES[0])
    except GroundswellError as error:
        return (_error_reply(error),)


def _error_reply(error: GroundswellError) -> Reply:
    row: tuple[Option, ...] = (Option(label="menu.open", data="m"),)
    if error.code in campaign_cards.IN_THE_DRAFT:
        row = (Option(label="organize.continue", data="o:new"), *row)
    if error.code in campaign_cards.IN_THE_TEXTS:
        row = (Option(label="texts.open", data="tx"), *row)
    if error.code in campaign_cards.PICTURE_ERRORS:
        row = (Option(label="organize.add_picture", data="pi:ask"), Option(label="organize.continue", data="o:new"))
    return replace(campaign_cards.error_reply(error), options=(row,), stays=True)


def _state(saved: SavedState) -> State:
    return State(saved.flow, saved.field, saved.data, saved.language, saved.version)


def _saved(state: State, version: int) -> SavedState:
    return SavedState(state.flow, state.field, state.data, state.language, version)


def _note_site(turn: Turn, context: Context) -> None:
    """A code that a contact without a site brings is kept, and its precinct where none was chosen (safety N2)."""
    source, person = context.source, turn.person
    if (
        source is None
        or source.site_id is None
        or source.invite
        or person.contact_id is None
        or person.site_id is not None
    ):
        return
    turn.changes["site_id"] = source.site_id
    turn.person = replace(person, site_id=source.site_id)
    if person.precinct is None and not person.precinct_declined and not turn.inbound.room:
        turn.changes["precinct"] = source.precinct
        turn.person = replace(turn.person, precinct=source.precinct)


def _started_by_code(inbound: Inbound, context: Context) -> Inbound:
    """A stranger who types a poster's code has come by it, as if they had followed its link."""
    came = context.source is not None or context.code_problem in (CodeProblem.ENDED, CodeProblem.ROTATED)
    by_code = inbound.kind is InboundKind.TEXT and came and context.person.contact_id is None
    by_code = by_code or (inbound.kind is InboundKind.TEXT and context.mover is not None)
    return replace(inbound, kind=InboundKind.START, data=sources.SITE_PAYLOAD, text="") if by_code else inbound
