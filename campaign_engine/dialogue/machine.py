"""One step of every conversation: pure, the same on every channel."""

from dataclasses import replace

from campaign_engine.dialogue import (
    approve,
    automatic,
    consents,
    draft_steps,
    events,
    finding_area,
    holds,
    join,
    learn,
    menu,
    moving,
    my_area,
    organize,
    own_site,
    own_words,
    pledge,
    staff,
    team,
    together,
    training,
    translate,
    unconfirmed,
    volunteer,
    window,
)
from campaign_engine.dialogue.flow import before, idle, remember_source, say
from campaign_engine.dialogue.intents import DeletePerson, Intent, OptOut, RecordAction, RefuseAge, SetLanguage
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.contact import LANGUAGES, CodeProblem, Source
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Inbound, InboundKind, Reply
from campaign_engine.domain.words import command_in, is_small_talk, is_stop

ROLE_INVITE = "r_"
POST_BUTTON = "g:"


def step(state: State, inbound: Inbound, context: Context) -> Step:
    """Next state, what to say and what to do; never raises for anything a person can send."""
    state = _spoken(state, inbound, context)
    made = _moved(state, inbound, context) or _always(state, inbound, context)
    made = made or moving.gone(state, inbound, context) or _answered(state, inbound, context)
    made = made or _lost(state, inbound, context)
    site = own_site.named(state, inbound, context)
    made = made if site is None else before(site, made)
    return _counted(consents.after_event(state, made, context), inbound, context)


def ask_again(state: State, inbound: Inbound, context: Context) -> Step:
    """The open question, for a page that was loaded anew; changes nothing but the language of a stranger."""
    state = _spoken(state, inbound, context)
    if state.flow == "organize" and state.field and context.draft is not None and state.field != "kind":
        return draft_steps.ask(state, state.field, context)
    return menu.open_question(state, context)


def _spoken(state: State, inbound: Inbound, context: Context) -> State:
    language = language_of(state, inbound, context)
    if language == state.language:
        return state
    return State(state.flow, state.field, state.data, language, state.version)


def language_of(state: State, inbound: Inbound, context: Context) -> str:
    """What the person chose, else what their client speaks, else English."""
    person = context.person
    for language in (person.language if person.contact_id is not None else "", state.language, inbound.language_hint):
        if language in SAFETY_LANGUAGES:
            return language
    return SAFETY_LANGUAGES[0]


def _moved(state: State, inbound: Inbound, context: Context) -> Step | None:
    """A start with a code for going on here, or on a page whose person went on elsewhere (safety N5)."""
    if inbound.kind is not InboundKind.START:
        return None
    return moving.arrived(state, context) or moving.gone(state, inbound, context)


def _always(state: State, inbound: Inbound, context: Context) -> Step | None:
    """STOP, help, commands and starts, which work in every state (safety C7, C8)."""
    if inbound.kind is InboundKind.TEXT:
        if is_stop(inbound.text):
            return menu.opt_out(state)
        name, any_words = command_in(inbound.text), own_words.asked(state, context)
        if any_words and name not in own_words.COMMANDS:
            name = ""
        name = name or own_words.of_staff(inbound.text, any_words=any_words)
        held = holds.typed(inbound.text, state, context, only_numbered=any_words)
        if held is not None:
            return held
        inbound = replace(inbound, kind=InboundKind.COMMAND, command=name)
    if inbound.kind is InboundKind.START or inbound.command == "start":
        return _started(state, inbound, context)
    if inbound.kind is InboundKind.COMMAND:
        held = holds.command(inbound.command, inbound.data, state, context)
        return held or menu.command(inbound.command, state, context)
    if inbound.kind is InboundKind.CHOICE:
        made = _language_of_draft(state, inbound.data, context) or menu.choice(state, inbound.data, context)
        return made or holds.choice(state, inbound.data, context)
    return None


def _language_of_draft(state: State, data: str, context: Context) -> Step | None:
    """Chosen at a question of a draft: the question stays open, in the new language."""
    language = data.removeprefix("l:")
    if language not in SAFETY_LANGUAGES or language == data or not _is_drafting(state, context):
        return None
    asked = draft_steps.ask(replace(state, language=language), state.field, context)
    return replace(asked, intents=(SetLanguage(language), *asked.intents))


def _is_drafting(state: State, context: Context) -> bool:
    fields = draft_steps.fields_of(context.draft) if context.draft is not None else ()
    return state.flow == "organize" and state.field in (*fields, "review")


def _started(state: State, inbound: Inbound, context: Context) -> Step:
    if inbound.data.startswith(ROLE_INVITE) and context.code_problem is None:
        return staff.begin(state, inbound.data.removeprefix(ROLE_INVITE))
    kept = state if state.flow == "join" and context.source is None else idle(state)
    state = finding_area.remember_near(remember_source(kept, context), inbound.data, context)
    if context.person.contact_id is None:
        return _hinted(join.begin(state, context), context)
    if context.person.opted_out:
        return _hinted(menu.come_back(state, context), context)
    if context.source is not None and context.source.invite:
        return before(Reply("invite.already"), menu.open_question(idle(state), context))
    if "campaign" in state.data:
        return _hinted(join.ask(join.next_field(state, context, "place"), context), context)
    return _hinted(menu.open_question(state, context), context)


def _hinted(made: Step, context: Context) -> Step:
    """A code that leads nowhere is said, and all goes on without it."""
    said = {
        CodeProblem.UNKNOWN: "join.code_unknown",
        CodeProblem.ROTATED: "signup.code_old",
        CodeProblem.ENDED: "invite.ended",
        CodeProblem.NO_MOVE: "signup.move_over",
        CodeProblem.NO_INVITE: "invite.no_invite",
        CodeProblem.NO_ROLE: "staff.no_role",
    }
    problem = context.code_problem
    return before(Reply(said[problem]), made) if problem is not None else made


def _answered(state: State, inbound: Inbound, context: Context) -> Step | None:
    """An answer to what was asked."""
    if inbound.kind is InboundKind.CHOICE:
        return _chosen(state, inbound, context)
    if state.flow == "staff":
        return staff.answer(state, inbound)
    if state.flow == "translate":
        return translate.answer(state, inbound)
    in_flow = {
        "organize": organize.answer,
        approve.FLOW: approve.answer,
        window.FLOW: window.answer,
        "join": join.answer,
    }
    return in_flow[state.flow](state, inbound, context) if state.flow in in_flow else None


def _chosen(state: State, inbound: Inbound, context: Context) -> Step | None:
    data = inbound.data
    if data.startswith(POST_BUTTON):
        return pledge.from_post(state, data, context) or _stranger_from_post(state, context)
    joining = join.answer(state, inbound, context)
    if joining is not None:
        return joining
    if context.person.contact_id is None:
        return None
    given = pledge.chosen(state, data, context)
    if given is not None:
        return join.pledged(*given, context)
    if data in (moving.GO_ON, moving.STAY):
        return menu.open_question(state, context) if data == moving.GO_ON else menu.menu(idle(state), context)
    made = (
        moving.choice(state, data, context)
        or learn.choice(state, data, context)
        or my_area.choice(state, data, context)
    )
    made = made or together.choice(state, data, context) or automatic.choice(state, data, context)
    made = made or events.choice(state, data, context) or training.choice(state, data, context)
    made = made or translate.choice(state, data, context) or unconfirmed.choice(state, data, context)
    made = made or team.choice(state, data, context) or volunteer.choice(state, data, context)
    made = made or window.choice(state, data, context) or approve.choice(state, data, context)
    return made or organize.choice(state, data, context)


def _stranger_from_post(state: State, context: Context) -> Step | None:
    """A button under a post, pressed by somebody who has not given an age band yet."""
    if context.source is None:
        return say(state, Reply("pledge.over"))
    if context.person.contact_id is not None:
        return None
    return join.begin(remember_source(idle(state), context), context)


def _lost(state: State, inbound: Inbound, context: Context) -> Step:
    """Anything else gets the short help line and a way on (safety H1)."""
    if inbound.room and inbound.data.startswith(POST_BUTTON):
        return say(state, Reply("help.short"))
    if context.code_problem is not None:
        return _hinted(menu.open_question(state, context), context)
    following = _still_asked(state, context)
    if own_site.named(state, inbound, context) is not None:
        return following
    return before(_not_understood(state, inbound), following)


def _still_asked(state: State, context: Context) -> Step:
    """Whatever is open, once more."""
    if _is_drafting(state, context):
        return draft_steps.ask(state, state.field, context)
    if (state.flow, state.field) == ("organize", "kind") and draft_steps.may_plan(context):
        return draft_steps.new_kind(state)
    if state.flow == moving.FLOW:
        return say(state, moving.come_question())
    return menu.still_open(state, context)


def _not_understood(state: State, inbound: Inbound) -> Reply:
    """A sticker, a picture, a voice note or a changed message is answered kindly and never looked at (safety N1); so
    are a greeting, thanks, and a button that means nothing any more.
    """
    if state.language not in LANGUAGES:
        return Reply("help.short")
    if inbound.kind is InboundKind.CHOICE:
        return Reply("contact.old_button")
    if inbound.kind in (InboundKind.OTHER, InboundKind.PICTURE):
        return Reply("contact.only_words")
    return Reply("contact.hello" if is_small_talk(inbound.text) else "help.short")


def _counted(made: Step, inbound: Inbound, context: Context) -> Step:
    """Everything that a contact does counts once for reach (measures: reached, engaged); leaving does not.

    It comes last, so that it carries the precinct that was just chosen.
    """
    person = context.person
    if person.contact_id is None or person.is_staff or person.opted_out:
        return made
    if any(isinstance(intent, OptOut | DeletePerson | RefuseAge) for intent in made.intents):
        return made
    kind = ActionKind.TAP if inbound.kind is InboundKind.CHOICE else ActionKind.ANSWER
    source = context.source or Source()
    counted: Intent = RecordAction(kind, source.campaign_id, source.room_id)
    return replace(made, intents=(*made.intents, counted))
