"""How an ally asks for a role, hears the answer and takes it, from their own chat (safety R1, R2)."""

from campaign_engine.dialogue import join, staff
from campaign_engine.dialogue.flow import Rows, aside, before, column, option, say, waits
from campaign_engine.dialogue.intents import AcceptInvite, AskForRole, TakeRequestBack
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import RequestState, Role, RoleRequest
from campaign_engine.domain.message import Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.volunteering import offered_role

PAGE = "w"
_LABELS = {
    RequestState.OPEN: "volunteer.button_open",
    RequestState.INVITED: "volunteer.button_invited",
    RequestState.DECLINED: "volunteer.button_declined",
}


def rows(context: Context) -> Rows:
    """One row for those who may ask, named after where their request stands."""
    role = _wanted(context)
    if role is None:
        return ()
    request = current(context)
    asking = "volunteer.button" if role is Role.ORGANIZER else "volunteer.button_adult"
    return ((option(_LABELS[request.state] if request is not None else asking, PAGE),),)


def current(context: Context) -> RoleRequest | None:
    """The person's own request, unless it has ended."""
    request = context.person.request
    return request if request is not None and request.until > context.now else None


def is_invited(context: Context) -> bool:
    """An invite waits, which the menu shows at once."""
    request = current(context)
    return request is not None and request.state is RequestState.INVITED


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file; None for others and for those who may not ask."""
    head, _, value = data.partition(":")
    role = _wanted(context)
    if head != PAGE or role is None:
        return None
    request = current(context)
    if value == "yes" and request is None:
        return _ask(state, context)
    if value == "back" and request is not None and request.state is RequestState.OPEN:
        return say(aside(state), Reply("volunteer.taken_back", options=_to_menu()), intents=(TakeRequestBack(),))
    if value == "take" and request is not None and request.state is RequestState.INVITED:
        return _take(state, context)
    if role is not Role.ORGANIZER and request is None and value != "role":
        return say(aside(state), Reply("volunteer.adult_path", options=_adult_ways()))
    return say(aside(state), _page(context, role, request))


def _adult_ways() -> Rows:
    """The path that is everybody's first; reading as an approver is for those who know the team (safety C3)."""
    return ((option("menu.pledge", "m:pledge"),), (option("volunteer.read_along", "w:role"),), *_to_menu())


def _ask(state: State, context: Context) -> Step:
    """A request is answered by those who look after an area, so it needs one."""
    if context.person.precinct is not None:
        return say(aside(state), intents=(AskForRole(),))
    following = join.ask(waits(aside(state), "join", "place"), context)
    return before(Reply("volunteer.area_first"), following)


def _take(state: State, context: Context) -> Step:
    if context.person.handle:
        return say(aside(state), intents=(AcceptInvite(context.person.handle),))
    return staff.begin_invited(state)


def _page(context: Context, role: Role, request: RoleRequest | None) -> Reply:
    if request is None:
        template = "volunteer.page" if role is Role.ORGANIZER else "volunteer.page_adult"
        return Reply(template, options=((option("volunteer.yes", "w:yes"), option("volunteer.no", "m:back")),))
    said = {
        "role": request.role.value,
        "precinct": request.precinct,
        "area": context.places.name(request.precinct),
        "until": to_wall(request.until).date(),
        "handle": request.answered_by,
    }
    actions: dict[RequestState, Rows] = {
        RequestState.OPEN: column(option("volunteer.take_back", "w:back")),
        RequestState.INVITED: column(option("volunteer.take", "w:take")),
        RequestState.DECLINED: (),
    }
    return Reply(f"volunteer.{request.state}", said, options=(*actions[request.state], *_to_menu()))


def _to_menu() -> Rows:
    return ((option("menu.open", "m"),),)


def _wanted(context: Context) -> Role | None:
    """The role that their age is offered, unless they hold it."""
    role = offered_role(context.person.age_band)
    if role is None or context.person.contact_id is None or context.person.has_role(role):
        return None
    return role
