"""Holding a precinct: one command, one typed line, or a few taps (safety I1); and cancelling an event (S9)."""

import re

from campaign_engine.dialogue.finding_area import MOST_NAMED
from campaign_engine.dialogue.flow import Rows, aside, column, named, number, option, say, waits
from campaign_engine.dialogue.intents import (
    CancelEvent,
    ConfirmIncident,
    DeclareIncident,
    HoldPrecincts,
    Intent,
    ReleasePrecincts,
    ShowHolds,
    ShowTimeline,
    StartAftermath,
)
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import visible_precincts
from campaign_engine.domain.roles import Capability, may

COMMANDS = ("hold", "release")
"""Never ask for anything more: a hold must not wait for a code or a second question (safety R2)."""

_WORDS = {"hold": "hold", "release": "release", "retener": "hold", "soltar": "release"}
_NAMED = re.compile(rf"/?({'|'.join(_WORDS)})\s+(\S.{{2,39}})", re.IGNORECASE)
_TYPED = re.compile(rf"/?({'|'.join(_WORDS)})\b((?:[\s,;&]+(?:and\b|y\b)?\s*\d{{1,9}})*)[\s.!]*", re.IGNORECASE)


def may_hold(context: Context) -> bool:
    """Organizers, approvers and safety leads; in which precincts is checked when it is done."""
    return may(context.person, Capability.HOLD)


def typed(text: str, state: State, context: Context, *, only_numbered: bool = False) -> Step | None:
    """A whole message like "hold 73 75", or the word alone, from somebody who may; None for anything else.

    `only_numbered`: the word alone may be an answer to what is asked.
    """
    if not may_hold(context):
        return None
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        called = None if only_numbered else _NAMED.fullmatch(text.strip())
        return _called(_WORDS[called[1].lower()], called[2], state, context) if called else None
    if only_numbered and not found[2]:
        return None
    return command(_WORDS[found[1].lower()], found[2], state, context)


def command(name: str, argument: str, state: State, context: Context) -> Step | None:
    """With numbers it is done at once; without them the areas are shown. The open question is kept."""
    if name not in COMMANDS or not may_hold(context):
        return None
    numbers = tuple(dict.fromkeys(int(digits) for digits in re.findall(r"\d{1,9}", argument)))
    if not numbers:
        return _called(name, argument, state, context) or overview(state, context)
    return say(state, intents=(HoldPrecincts(numbers) if name == "hold" else ReleasePrecincts(numbers),))


def _called(name: str, area: str, state: State, context: Context) -> Step | None:
    """Precincts of the reader's own that a neighbourhood lies in; one tap does it. None where there are none."""
    mine, verb = visible_precincts(context.person), "h" if name == "hold" else "r"
    found = [each for each in context.places.by_words(area) if each in mine]
    if not 0 < len(found) <= MOST_NAMED:
        return None
    buttons = column(*(named(f"{context.places.name(each)} ({each})", f"hd:{verb}:{each}") for each in found))
    return say(state, Reply(f"hold.which_{name}", options=(*buttons, (option("hold.back", "hd"),))))


def overview(state: State, context: Context) -> Step:
    """What is held now, then where else one could be held."""
    return say(aside(state), _boroughs(context), intents=(ShowHolds(),))


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button about holds, incidents or events; None for others, and for whoever has no such role."""
    head, _, rest = data.partition(":")
    if head not in ("hd", "ev") or not may_hold(context):
        return None
    if data == "hd":
        return overview(state, context)
    if head == "ev":
        return _event(state, rest)
    verb, _, value = rest.partition(":")
    if verb == "b":
        return _borough(state, value, context)
    if data == "hd:t":
        return say(state, intents=(ShowTimeline(),))
    return _served(state, verb, number(value))


def _served(state: State, verb: str, value: int | None) -> Step | None:
    """Buttons that services answer, each with a precinct or the number of an incident."""
    if value is None:
        return None
    if verb == "a":
        return say(waits(aside(state), "organize", "languages"), languages_question(), intents=(StartAftermath(value),))
    made: dict[str, Intent] = {
        "c": ShowHolds(value),
        "h": HoldPrecincts((value,)),
        "r": ReleasePrecincts((value,)),
        "i": DeclareIncident(value),
        "k": ConfirmIncident(value),
        "t": ShowTimeline(value),
    }
    return say(state, intents=(made[verb],)) if verb in made else None


def _event(state: State, rest: str) -> Step | None:
    first, _, second = rest.partition(":")
    campaign = number(first)
    return None if campaign is None else say(state, intents=(CancelEvent(campaign, second == "yes"),))


def languages_question() -> Reply:
    """All that an organizer chooses about a check-in, beside its time (safety I2)."""
    sets = [LANGUAGES, *((one,) for one in LANGUAGES)]
    rows = column(
        *(Option(label="hold.language_set", data=f"lg:{'+'.join(each)}", values={"languages": each}) for each in sets)
    )
    return Reply("hold.languages", options=rows)


def _boroughs(context: Context) -> Reply:
    mine = visible_precincts(context.person)
    shown = [
        named(name, f"hd:b:{index}")
        for index, name in enumerate(context.places.boroughs())
        if any(each in mine for each, _ in context.places.precincts(name))
    ]
    rows: Rows = (*column(*shown), (option("hold.timeline_open", "hd:t"), option("menu.open", "m")))
    return Reply("hold.where", options=rows)


def _borough(state: State, value: str, context: Context) -> Step | None:
    """Those of the reader's area; one opens its card, where one more tap holds it."""
    index = number(value.partition(":")[0])
    boroughs = context.places.boroughs()
    if index is None or index >= len(boroughs):
        return None
    mine = visible_precincts(context.person)
    precincts = [each for each in context.places.precincts(boroughs[index]) if each[0] in mine]
    if not precincts:
        return None
    found = column(*(named(f"{area} ({each})", f"hd:c:{each}") for each, area in precincts))
    rows = (*found, (option("join.back", "hd"),))
    return say(state, Reply("hold.which", {"borough": boroughs[index]}, options=rows, edits=True))
