"""A typed text as the button of the open question that it means: its words, its number in a list, an age, yes or no.

Only where nothing else understood it. Nothing typed is kept, only what the button would (safety N1).
"""

import re
from collections.abc import Callable, Sequence

from campaign_engine.domain.contact import AgeBand
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.words import plain_digits, squeezed

UNANSWERED = ("help.short", "join.place_unclear")
"""Templates that say a text was not understood; the question follows them once more."""

_LISTS = ("pledge.question", "pledge.plan", "learn.question")
"""Their answers can be called by number, in the order shown, or by letter where they have one."""

_YES = frozenset({"yes", "yeah", "yep", "si", "claro"})
_NO = frozenset({"no", "nah", "nope", "nothanks", "nogracias"})
_BESIDE_AGE = frozenset(
    (
        *("i", "im", "am", "age", "years", "year", "old", "yo", "to", "or", "and"),
        *("tengo", "edad", "anos", "ano", "de", "o", "a", "y"),
    )
)
_OLDEST_CHILD, _YOUNGEST = 12, 5
_FROM = ((13, AgeBand.FROM_13), (16, AgeBand.FROM_16), (18, AgeBand.FROM_18), (22, AgeBand.FROM_22))
_OLDEST = 120


def meant(text: str, replies: Sequence[Reply], words: Callable[[Option], str]) -> str:
    """Data of the one button that it means, as `words` puts them; empty where there is none or more than one."""
    if not replies or replies[0].template not in UNANSWERED:
        return ""
    for reply in replies[1:]:
        shown = [option for row in reply.options for option in row if option.data]
        found = _by_age(text, reply) or _by_place(text, reply, shown) or _by_words(text, shown, words)
        if found:
            return found
    return ""


def _by_words(text: str, shown: Sequence[Option], words: Callable[[Option], str]) -> str:
    """The whole label; or its beginning, from two words on, because one word says too little."""
    said = squeezed(text)
    if not said:
        return ""
    labels = {option.data or "": squeezed(words(option)) for option in shown}
    exact = [data for data, label in labels.items() if label == said]
    begun = [data for data, label in labels.items() if label.startswith(said)] if len(text.split()) > 1 else []
    answer = "yes" if said in _YES else "no" if said in _NO else ""
    plain = [data for data in labels if answer and data in (f"t:{answer}", f"mv:{answer}")]
    found = exact or begun or plain
    return found[0] if len(found) == 1 else ""


def _by_place(text: str, reply: Reply, shown: Sequence[Option]) -> str:
    """First, second, third; or A, B, C."""
    if reply.template not in _LISTS:
        return ""
    said = squeezed(text)
    answers = [option.data or "" for option in shown if (option.data or "").startswith(_answers_of(reply))]
    if said.isdecimal() and len(said) == 1 and 0 < int(said) <= len(answers):
        return answers[int(said) - 1]
    return next((data for data in answers if len(said) == 1 and data.rpartition(":")[2].lower() == said), "")


def _answers_of(reply: Reply) -> tuple[str, ...]:
    if reply.template == "learn.question":
        return tuple(f"ln:{reply.values['code']}:{letter}" for letter in "abc")
    return ("pl:", "if:")


def _by_age(text: str, reply: Reply) -> str:
    """The band of a number, or of two in the same band; only the band is used (safety C1)."""
    if reply.template != "join.age":
        return ""
    parts = re.findall(r"[^\W\d_]+|\d+", plain_digits(_words_of(text)))
    bands = {_band(int(part)) for part in parts if part.isdecimal() and len(part) <= len(str(_OLDEST))}
    said = {part for part in parts if not part.isdecimal()}
    if len(bands) != 1 or None in bands or not said <= _BESIDE_AGE:
        return ""
    return f"a:{next(iter(bands))}"


def _words_of(text: str) -> str:
    """Each word by itself in lower case, without accents."""
    return " ".join(squeezed(word) for word in re.split(r"[\s\-–]+", text))


def _band(age: int) -> AgeBand | None:
    if _YOUNGEST <= age <= _OLDEST_CHILD:
        return AgeBand.UNDER_13
    return next((band for first, band in reversed(_FROM) if first <= age <= _OLDEST), None)
