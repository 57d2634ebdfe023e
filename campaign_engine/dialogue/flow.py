"""Small makers that every flow uses."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from campaign_engine.dialogue.intents import Intent
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import Source
from campaign_engine.domain.languages import LANGUAGE_NAMES
from campaign_engine.domain.message import Option, Reply

Rows = tuple[tuple[Option, ...], ...]

LANGUAGES_IN_A_ROW = 3
"""So that twelve languages fit into the five rows of a Discord message."""


@lru_cache(2048)
def option(label: str, data: str) -> Option:
    """A button whose words are a template block."""
    return Option(label=label, data=data)


def named(literal: str, data: str) -> Option:
    """A button whose words are a proper name."""
    return Option(literal=literal, data=data)


def column(*options: Option) -> Rows:
    """One button a row."""
    return tuple((each,) for each in options)


def language_rows(but: str = "") -> Rows:
    """Every language that safety texts are in, each by its own name (safety P2)."""
    names = [named(name, f"l:{code}") for code, name in LANGUAGE_NAMES.items() if code != but]
    return tuple(tuple(names[start : start + LANGUAGES_IN_A_ROW]) for start in range(0, len(names), LANGUAGES_IN_A_ROW))


def waits(state: State, flow: str, field: str, **data: Any) -> State:
    """The same conversation, now waiting for this field; adds to its data."""
    return State(flow, field, {**state.data, **data}, state.language, state.version)


def idle(state: State) -> State:
    """Nothing is asked; only the language is kept."""
    return State("", "", {}, state.language, state.version) if state.flow or state.field or state.data else state


def aside(state: State) -> State:
    """Something was done in between: a join or an invite stays open, a draft is taken up from the menu (safety C8).

    What was to be changed stays as it is.
    """
    left = state.flow in ("organize", "approve", "translate", "learn") or edited_from(state)
    return idle(state) if left else state


EDIT_ANSWERS, EDIT_PLEDGE = "an", "m:pledge"
"""Data of the views that an answer is changed from; behind a colon the name of the question."""


def edited_from(state: State) -> str:
    """The view that a question was opened from, to which its answer leads back; empty during a join."""
    return str(state.data.get("edit", ""))


def back(state: State, to: str) -> Option:
    """To the question before, or to the view that this one was opened from."""
    return option("join.back", edited_from(state) or f"jb:{to}")


WAY_BACK: Rows = ((option("menu.open", "m:back"),),)
"""Under a text that asks nothing: to the menu, for a stranger to the open question. It leads past the question about a
consent, for which this is no moment.
"""


def beside_last(rows: Rows, button: Option) -> Rows:
    """In the last row, because a Discord message holds five and shows a longer list as a menu."""
    return (*rows[:-1], (*rows[-1], button))


def number(text: str) -> int | None:
    """A whole number as buttons carry it, at most nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def say(state: State, *replies: Reply, intents: tuple[Intent, ...] = ()) -> Step:
    """A step that ends here."""
    return Step(state, replies, intents)


def before(first: Reply, step: Step, *intents: Intent) -> Step:
    """The same step with one more reply and its intents in front."""
    return Step(step.state, (first, *step.replies), (*intents, *step.intents))


def remember_source(state: State, context: Context) -> State:
    """Codes of what brought the person, kept until the pledge; numbers only."""
    source = context.source
    if source is None:
        return state
    kept: dict[str, Any] = {
        "site": source.site_id,
        "precinct": source.precinct,
        "campaign": source.campaign_id,
        "room": source.room_id,
        "generation": source.generation or None,
        "invite": source.invite or None,
        "asks": context.source_pledge,
        "event": context.source_event or None,
    }
    return replace(state, data={**state.data, **{key: value for key, value in kept.items() if value is not None}})


def source_of(state: State) -> Source:
    """Inverse of remember_source."""
    data = state.data
    return Source(
        site_id=data.get("site"),
        precinct=data.get("precinct"),
        campaign_id=data.get("campaign"),
        room_id=data.get("room"),
        generation=int(data.get("generation") or 0),
        invite=str(data.get("invite", "")),
    )
