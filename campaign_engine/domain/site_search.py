"""Finding a place by its name as people type it: without accents or dots, abbreviated, with letters swapped.

Distances between words are those of Damerau and Levenshtein (optimal string alignment), as rapidfuzz computes them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

LONGEST = 80
"""Signs of what somebody typed that are looked at."""

_FEWEST = 0.62
"""Share of the typed words, weighed by length, that a place must have."""

_LIKE = 0.74
"""How alike two words are that count as one: one slip in a word of four letters, two in eight."""

_BEGINS = 0.9
_OTHER_NUMBER = 0.3
"""Left of a place's score when a number was typed that it does not have: P.S. 41 is not P.S. 14."""

_WORDS: Mapping[str, str] = {
    "saint": "st",
    "sainte": "st",
    "mount": "mt",
    "fort": "ft",
    "center": "ctr",
    "centre": "ctr",
    "street": "st",
    "avenue": "ave",
    "boulevard": "blvd",
    "doctor": "dr",
    "and": "",
    "the": "",
    "of": "",
    "de": "",
    "la": "",
    "school": "",
    "high": "hs",
    "hi": "hs",
    "middle": "ms",
    "escuela": "",
}
"""Written in many ways, or in every name."""

_IN_EVERY_NAME = ("public", "school", "high", "middle", "junior", "intermediate", "community", "center")
"""Words in which a slip says as little as they do themselves."""

_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), f" {short} ")
    for pattern, short in (
        (r"\bpublic school\b|\bescuela publica\b|\bp ?s\b", "ps"),
        (r"\bjunior high( school)?\b|\bj ?h ?s\b", "jhs"),
        (r"\bintermediate school\b|\bi ?s\b", "is"),
        (r"\bmiddle school\b|\bm ?s\b", "ms"),
        (r"\bhigh school\b|\bh ?s\b", "hs"),
        (r"\bcommunity center\b|\bcentro comunitario\b", "cc"),
    )
)
_KIND_WORDS = frozenset(short.strip() for _, short in _KINDS)
_JOINED = re.compile(r"\b(ps|jhs|is|ms|hs) ?[kmqrx]? ?(\d+)")
_APART = re.compile(r"[^\w]+|_")
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")


def words_of(text: str) -> tuple[str, ...]:
    """As they are compared; numbers without leading zeros."""
    return _compared(_plain(text))


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[: LONGEST * 3].casefold().replace("'", "").replace("’", ""))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(_APART.sub(" ", plain).split())


def _compared(plain: str) -> tuple[str, ...]:
    for pattern, short in _KINDS:
        plain = pattern.sub(short, plain)
    plain = _ORDINAL.sub(r"\1", _JOINED.sub(r"\1 \2", " ".join(plain.split())))
    said = (word.lstrip("0") if word.isdecimal() else _WORDS.get(word, word) for word in plain.split())
    return tuple(word for word in said if word)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """What a place is found by; `more` are its borough and the City's own number."""

    id: int
    name: str
    more: str = ""


class SiteIndex:
    """Made once for many searches; a search over 2,500 places takes a few milliseconds."""

    def __init__(self, places: Iterable[NamedPlace]) -> None:
        self._having: dict[str, list[int]] = {}
        self._places: list[NamedPlace] = list(places)
        self._words: list[frozenset[str]] = []
        for position, place in enumerate(self._places):
            words = frozenset((*words_of(place.name), *words_of(place.more)))
            self._words.append(words)
            for word in words:
                self._having.setdefault(word, []).append(position)

    def search(self, text: str, limit: int = 8) -> tuple[int, ...]:
        """Ids, likeliest first; nothing for what is like no place."""
        typed = self._typed(text[:LONGEST])
        if not typed:
            return ()
        weights = {word: _weight(word) for word in typed}
        scores: dict[int, float] = {}
        for word, weight in weights.items():
            for position, likeness in self._alike(word).items():
                scores[position] = scores.get(position, 0.0) + weight * likeness
        numbers = {word for word in typed if word.isdecimal()}
        total = sum(weights.values())
        ranked = [
            (score, position)
            for position, raw in scores.items()
            if (score := self._judged(raw / total, position, numbers)) >= _FEWEST
        ]
        ranked.sort(key=lambda one: (-round(one[0], 3), len(self._words[one[1]]), self._places[one[1]].name))
        return tuple(self._places[position].id for _, position in ranked[:limit])

    def _typed(self, text: str) -> tuple[str, ...]:
        """With slips mended in what every name has ("maple hihg"), where no place is called like that."""
        said = _plain(text).split()
        return _compared(" ".join(map(self._mended, said)) if len(said) > 1 else "".join(said))

    def _mended(self, word: str) -> str:
        if word in self._having or word in _WORDS:
            return word
        return next((known for known in _IN_EVERY_NAME if _likeness(word, known)), word)

    def _judged(self, share: float, position: int, numbers: set[str]) -> float:
        return share * (_OTHER_NUMBER if numbers - self._words[position] else 1.0)

    def _alike(self, word: str) -> dict[int, float]:
        """Places with a word like this one, and how like it is."""
        found: dict[int, float] = {}
        for known in self._having:
            likeness = _likeness(word, known)
            if likeness:
                for position in self._having[known]:
                    if likeness > found.get(position, 0.0):
                        found[position] = likeness
        return found


def _weight(word: str) -> float:
    """A kind of school says little beside a name or a number."""
    if word in _KIND_WORDS:
        return 1.0
    return 4.0 if word.isdecimal() else float(min(len(word), 8))


def _likeness(typed: str, known: str) -> float:
    if typed == known:
        return 1.0
    if typed.isdecimal() or known.isdecimal() or typed in _KIND_WORDS or known in _KIND_WORDS:
        return 0.0
    if len(typed) > 2 and known.startswith(typed):
        return _BEGINS
    if abs(len(typed) - len(known)) > 2 or len(typed) < 4:
        return 0.0
    return OSA.normalized_similarity(typed, known, score_cutoff=_LIKE)
