"""My answers: all that a person said, each with one tap to change it; and "My pledge", which is a part of it."""

from campaign_engine.dialogue.flow import EDIT_ANSWERS, EDIT_PLEDGE, Rows, option
from campaign_engine.dialogue.state import Context
from campaign_engine.domain.consent import is_on, offered_to
from campaign_engine.domain.languages import LANGUAGE_NAMES
from campaign_engine.domain.message import Option, Reply


def view(context: Context, *, edits: bool = False) -> Reply:
    """Everything at once."""
    person = context.person
    said = {
        "age_band": str(person.age_band or ""),
        "language": LANGUAGE_NAMES.get(person.language, person.language),
        "area": context.places.name(person.precinct) if person.precinct else "",
        "precinct": person.precinct,
        "declined": person.precinct_declined,
        "site": person.site_name,
        "topics": tuple(str(kind) for kind in offered_to(person) if is_on(person, kind)),
        **_pledged(context),
    }
    rows: Rows = (
        (option("answers.age", f"{EDIT_ANSWERS}:age"), option("menu.language", "l")),
        (option("answers.area", f"{EDIT_ANSWERS}:place"), option("answers.site", f"{EDIT_ANSWERS}:site")),
        _pledge_row(context, EDIT_ANSWERS),
        (option("consent.open", "cs"), option("menu.open", "m:back")),
    )
    return Reply("answers.view", said, options=rows, edits=edits)


def pledge_view(context: Context, *, edits: bool = False) -> Reply:
    """The pledge and its plan; nobody else sees it."""
    rows: Rows = (_pledge_row(context, EDIT_PLEDGE), (option("menu.open", "m:back"),))
    return Reply("answers.my_pledge", _pledged(context), options=rows, edits=edits)


def _pledge_row(context: Context, back_to: str) -> tuple[Option, ...]:
    pledge = option("answers.pledge", f"{back_to}:pledge")
    return (pledge, option("answers.plan", f"{back_to}:plan")) if context.person.pledge else (pledge,)


def _pledged(context: Context) -> dict[str, object]:
    person = context.person
    return {"pledge": str(person.pledge or ""), "plan": str(person.plan or "")}
