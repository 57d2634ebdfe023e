"""What somebody who has joined can do, and the commands that answer in every state (safety C8)."""

from collections.abc import Callable
from dataclasses import replace

from campaign_engine.dialogue import (
    answers,
    consents,
    follow_up,
    inviting,
    join,
    learn,
    moving,
    my_area,
    staff_menu,
    stopping,
    team,
    training,
    volunteer,
)
from campaign_engine.dialogue.ally_intents import ShowVerify
from campaign_engine.dialogue.flow import (
    EDIT_ANSWERS,
    WAY_BACK,
    Rows,
    aside,
    before,
    idle,
    language_rows,
    option,
    say,
    waits,
)
from campaign_engine.dialogue.help import opened_card
from campaign_engine.dialogue.intents import (
    DeletePerson,
    OptIn,
    OptOut,
    SetLanguage,
    ShowHeld,
    ShowNear,
    ShowStatus,
)
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import LessonCode
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.moving import MOVED
from campaign_engine.domain.roles import Capability, may


def menu(state: State, context: Context) -> Step:
    """Buttons for what this person can do; what a role cannot do is not shown to it."""
    return say(aside(state), menu_reply(context))


def menu_reply(context: Context) -> Reply:
    """The menu as a message."""
    rows = staff_menu.rows(context) if context.person.is_staff else _everybodys_rows(context)
    return Reply("menu.title", options=rows)


def _my_pledge(_: Context) -> Option:
    return option("menu.pledge", "m:pledge")


def _what_i_get(_: Context) -> Option:
    return consents.open_button()


def _help(_: Context) -> Option:
    return option("menu.help", "m:help")


_ALLY_BUTTONS: tuple[Callable[[Context], Option | None], ...] = (
    _my_pledge,
    learn.menu_button,
    inviting.button,
    my_area.button,
    _what_i_get,
    _help,
)
"""An ally's menu in this order; what leads nowhere for this person makes no button (None)."""

_PRIVACY = Reply("menu.privacy_text", options=WAY_BACK, stays=True)

IN_A_ROW = 2
_FOR_CONTACTS = frozenset({"menu", "pause", "resume", "status", "learn", "area", "invite"})
"""Commands that a stranger gets the open question for."""


def _everybodys_rows(context: Context) -> Rows:
    """A member of the team has them too, on a page of their own."""
    invited: Rows = volunteer.rows(context) if volunteer.is_invited(context) else ()
    return invited + _ally_rows(context)


def _ally_rows(context: Context) -> Rows:
    pinned: Rows = ((learn.open_button(LessonCode(context.pinned)),),) if context.pinned else ()
    made = [button for make in _ALLY_BUTTONS if (button := make(context)) is not None]
    rows = tuple(tuple(made[start : start + IN_A_ROW]) for start in range(0, len(made), IN_A_ROW))
    return (*pinned, *rows, (option("menu.more", "m:more"),))


def more(state: State, context: Context) -> Step:
    """Everything that is needed now and then."""
    rows = (
        (option("answers.open", EDIT_ANSWERS), option("menu.language", "l"), consents.break_button(context)),
        (option("menu.privacy", "m:privacy"), option("menu.export", "m:export"), option("verify.open", "m:verify")),
        *volunteer.rows(context),
        *moving.rows(context),
        (option("menu.stop", "m:stop"), option("menu.delete", "m:delete")),
        (option("menu.open", "m:back"),),
    )
    return say(aside(state), Reply("menu.title", options=rows, edits=True))


def command(name: str, state: State, context: Context) -> Step | None:
    """A command by its name; None for one that nobody knows. The open question is kept."""
    if context.person.contact_id is None and name in _FOR_CONTACTS:
        return open_question(state, context)
    simple = {
        "help": Step(state, (opened_card(),)),
        "privacy": Step(state, (_PRIVACY,)),
        "export": Step(state, (), (ShowHeld(),)),
        "verify": Step(state, (), (ShowVerify(),)),
    }
    if name in simple:
        return simple[name]
    if name == "status":
        return say(state, intents=(ShowStatus(),)) if may(context.person, Capability.SEE_CAMPAIGNS) else None
    if name in stopping.COMMANDS:
        return stopping.command(name, state, context)
    flows = {"stop": opt_out, "delete": ask_delete, "language": choose_language}
    if name in flows:
        return flows[name](state)
    opened = {
        "menu": opened_menu,
        "pause": consents.choose_break,
        "resume": consents.end_break,
        "invite": inviting.opened,
        "area": my_area.opened,
        "learn": learn.opened,
        "dashboard": team.dashboard,
    }
    return opened[name](state, context) if name in opened else None


def opened_menu(state: State, context: Context) -> Step:
    """Opened by the person's own wish: a calm moment for one question, now and then."""
    made = menu(state, context)
    return follow_up.with_question(made, context) or consents.with_question(made, context)


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of the menu or of a command, which works in every state."""
    head, _, value = data.partition(":")
    if head == "l":
        return set_language(state, value, context) if value in SAFETY_LANGUAGES else choose_language(state)
    simple = {
        "m:stop": opt_out(state),
        "m:help": Step(state, (opened_card(),)),
        "m:near": say(state, intents=(ShowNear(),)),
        "m:privacy": Step(state, (_PRIVACY,)),
        "m:verify": say(state, intents=(ShowVerify(),)),
        "m:delete": ask_delete(state),
        "del:yes": Step(idle(state), (Reply("menu.deleted"),), (DeletePerson(),)),
    }
    if data in simple:
        return simple[data]
    if data == "m:back" and context.person.contact_id is None:
        return still_open(state, context)
    return _joined_choice(state, data, context) if context.person.contact_id is not None else None


def _joined_choice(state: State, data: str, context: Context) -> Step | None:
    pages = {
        "m": opened_menu,
        "m:back": menu,
        "m:more": more,
        "m:pledge": _pledge_page,
        EDIT_ANSWERS: _answers_page,
        consents.COME_BACK: come_back if context.person.opted_out else menu,
    }
    if data in pages:
        return pages[data](state, context)
    if data == "m:export":
        return say(state, intents=(ShowHeld(),))
    made = staff_menu.choice(state, data, context, _everybodys_rows(context))
    made = made or stopping.choice(state, data, context) or inviting.choice(state, data, context)
    return made or consents.choice(state, data, context) or follow_up.choice(state, data, context)


def _pledge_page(state: State, context: Context) -> Step:
    if context.person.pledge is None:
        return join.ask(waits(aside(state), "join", "pledge"), context)
    return say(aside(state), answers.pledge_view(context))


def _answers_page(state: State, context: Context) -> Step:
    return say(aside(state), answers.view(context))


def opt_out(state: State) -> Step:
    """STOP: exactly one confirmation, which says how to come back (safety C7)."""
    return say(idle(state), Reply("menu.stopped"), intents=(OptOut(),))


def come_back(state: State, context: Context) -> Step:
    """The person's own /start lifts an earlier STOP."""
    resumed = None if context.person.is_staff else join.resume(idle(state), context)
    resumed = resumed or menu(state, context)
    return before(Reply("menu.welcome_back"), resumed, OptIn())


def ask_delete(state: State) -> Step:
    """One tap more, because it cannot be undone."""
    rows = ((option("menu.delete_yes", "del:yes"), option("menu.delete_no", "m:back")),)
    return say(state, Reply("menu.delete_sure", options=rows))


def choose_language(state: State) -> Step:
    """Each language names itself."""
    return say(state, Reply("menu.languages", options=language_rows()))


def set_language(state: State, language: str, context: Context) -> Step:
    """Then the open question again, in the new language."""
    changed = replace(state, language=language)
    known = (SetLanguage(language),) if context.person.contact_id is not None else ()
    following = open_question(changed, context)
    return replace(following, intents=(*known, *following.intents))


def open_question(state: State, context: Context) -> Step:
    """Whatever is asked now; a stranger is asked the age band, staff and those with nothing open see the menu."""
    if context.person.contact_id is None:
        return _strangers_question(state, context)
    if state.flow == "join":
        return join.ask(state, context)
    if state.flow == "training":
        return training.ask(state)
    if state.flow == learn.FLOW:
        return learn.ask(state, context)
    resumed = None if context.person.is_staff else join.resume(state, context)
    return before(Reply("join.resumed"), resumed) if resumed is not None else menu(state, context)


def still_open(state: State, context: Context) -> Step:
    """A stranger who was welcomed already is only asked the age band again."""
    if context.person.contact_id is None and (state.flow, state.field) == ("join", "age"):
        return join.ask(state, context)
    return open_question(state, context)


def _strangers_question(state: State, context: Context) -> Step:
    if state.flow == MOVED:
        return say(state, moving.moved(state))
    if state.flow == "staff":
        return say(state, Reply("staff.handle", asks_text=True))
    return join.begin(state, context)
