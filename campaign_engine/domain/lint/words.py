"""Words with a better wording: lists per language, shipped and the operator's own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from campaign_engine.domain.lint.finding import Finding, Severity
from campaign_engine.domain.lint.source import folded, line_at, prose

LONGEST_PHRASE = 80

_NUMBERS = {
    "en": "one|two|three|four|five|six|seven|eight|nine|ten|several|multiple|many|once|twice",
    "es": "un|una|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|varios|varias|muchos|muchas",
}
_NOT = {
    "en": re.compile(r"\b(?:not|no|never|without|delete|stop|skip|\w+n't)\b[^.!?\n]*$"),
    "es": re.compile(r"\b(?:no|ni|nunca|jamas|sin|borra|evita|deja)\b[^.!?\n]*$"),
}
_NEAR = 60
"""Letters before a word in which a "do not" still belongs to it, within the sentence."""
_ENDINGS = {"en": r"(?:'?s|es)?", "es": r"(?:s|es)?"}
_INFLECTED_FROM = 4
"""Letters from which a Spanish word inside a phrase may stand in the plural or the other gender."""


@dataclass(frozen=True, slots=True)
class WordEntry:
    """What not to write. `#` in a phrase is any number, `a/b` one of these words, `=a` that form alone; plurals
    are found by themselves.

    `why` names a reason in templates, or is an operator's own sentence. `kinds` limits it to these kinds of campaign,
    `lessons` lets it stand there, `unless` are phrases in which it is meant well, `unless_not` says that "do
    not ..." before it makes it right. `own` came from the operator.
    """

    language: str
    words: tuple[str, ...]
    why: str
    better: str = ""
    plural: str = ""
    severity: Severity = Severity.BETTER
    kinds: frozenset[str] = frozenset()
    lessons: frozenset[str] = frozenset()
    unless: tuple[str, ...] = ()
    unless_not: bool = False
    own: bool = False

    @property
    def fixed(self) -> bool:
        """No operator takes it out: it must never stand, or a kind of campaign is defined by it (content: words)."""
        return self.severity is Severity.MUST and not self.own

    def applies(self, kind: str, lesson: str) -> bool:
        """In this kind of campaign, in this lesson."""
        return (not self.kinds or kind in self.kinds) and lesson not in self.lessons


def without(entries: Iterable[WordEntry], word: str) -> tuple[WordEntry, ...]:
    """The list with one phrase taken out; what must never stand stays in, unless the operator added it."""
    kept = (entry if entry.fixed else _trimmed(entry, word) for entry in entries)
    return tuple(entry for entry in kept if entry.words)


def _trimmed(entry: WordEntry, word: str) -> WordEntry:
    return replace(entry, words=tuple(one for one in entry.words if folded(one) != folded(word)))


def found_in(source: str, entries: Iterable[WordEntry], kind: str, lesson: str = "") -> tuple[Finding, ...]:
    """Whole words, in any case, with or without accents; of two that overlap the graver and longer one."""
    sight = folded(prose(source))
    hits = [
        (entry, start, end) for entry in entries if entry.applies(kind, lesson) for start, end in _spans(entry, sight)
    ]
    hits.sort(key=lambda hit: (hit[0].severity is not Severity.MUST, hit[1] - hit[2], hit[1]))
    kept: list[tuple[WordEntry, int, int]] = []
    for entry, start, end in hits:
        if all(end <= first or start >= last for _, first, last in kept):
            kept.append((entry, start, end))
    return tuple(_finding(source, *hit) for hit in sorted(kept, key=lambda hit: hit[1]))


def _spans(entry: WordEntry, sight: str) -> Iterator[tuple[int, int]]:
    meant_well = [found.span() for found in _pattern(entry.unless, entry.language).finditer(sight)]
    for found in _pattern(entry.words, entry.language).finditer(sight):
        start, end = found.span()
        if entry.unless_not and _NOT[entry.language].search(sight[max(0, start - _NEAR) : start]):
            continue
        if not any(first <= start and end <= last for first, last in meant_well):
            yield start, end


def _finding(source: str, entry: WordEntry, start: int, end: int) -> Finding:
    found = source[start:end]
    plain = any(folded(found) == folded(word).lstrip("=") for word in entry.words)
    better = entry.better if plain else entry.plural
    if folded(found).endswith("'s") and entry.better:
        better = entry.better + found[-2:]
    if better and found[:1].isupper():
        better = better[:1].upper() + better[1:]
    fixed = source[:start] + better + source[end:] if better else None
    return Finding(
        "word",
        entry.severity,
        entry.language,
        found,
        entry.why,
        better or entry.better,
        start,
        line_at(source, start),
        fixed=fixed,
    )


@lru_cache(maxsize=2048)
def _pattern(phrases: tuple[str, ...], language: str) -> re.Pattern[str]:
    if not phrases:
        return re.compile(r"(?!)")
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(f"(?:{_phrase(one, language)})" for one in longest_first))


def _phrase(phrase: str, language: str) -> str:
    tokens = re.split(r"[\s-]+", folded(phrase).strip())
    last = len(tokens) - 1
    parts = [_token(token, language, ends=place == last) for place, token in enumerate(tokens)]
    return r"(?<!\w)" + r"[\s-]+".join(parts) + r"(?!\w)"


def _token(token: str, language: str, *, ends: bool) -> str:
    if token == "#":  # noqa: S105 - a sign of the word lists, no secret
        return rf"(?:\d+|{_NUMBERS.get(language, _NUMBERS['en'])})"
    return "(?:" + "|".join(_inflected(word, language, ends=ends) for word in token.split("/")) + ")"


def _inflected(word: str, language: str, *, ends: bool) -> str:
    if word.startswith("="):
        return re.escape(word[1:])
    if "#" in word:
        return re.escape(word).replace(r"\#", r"\d[\d.,]*")
    if language == "es" and len(word) >= _INFLECTED_FROM:
        return re.escape(word[:-1]) + "[oa]s?" if word[-1] in "oa" else re.escape(word) + _ENDINGS["es"]
    return re.escape(word) + _ENDINGS.get(language, _ENDINGS["en"]) if ends else re.escape(word)
