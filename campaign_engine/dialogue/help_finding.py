"""Languages in which a text speaks of need: in memory, before anything is looked up (safety H1, H4)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from campaign_engine.dialogue import help_signs
from campaign_engine.dialogue.help_matcher import WordSigns, pieces, without
from campaign_engine.dialogue.help_text import folded, tokens
from campaign_engine.domain.languages import SAFETY_LANGUAGES

CHINESE = ("zh-Hans", "zh-Hant")
"""One language in two scripts."""

_HAN = re.compile("[^\u3400-\u9fff\U00020000-\U0002ffff]+")
_HANGUL = re.compile("[^\uac00-\ud7a3]+")

Patterns = tuple[re.Pattern[str], re.Pattern[str]]
"""What is harmless, and what is a sign."""


def help_languages(text: str) -> tuple[str, ...]:
    """Languages in which somebody may be in danger, hurt, threatened, abused or grieving, likeliest first.

    All of them are tried whatever the person's language is. The text is never stored, logged or forwarded. A long text
    of common words takes a tenth of a second, and so does the first one, for which the signs are read.
    """
    hits = Counter(_signs().found(text))
    return tuple(sorted(hits, key=lambda language: (-hits[language], SAFETY_LANGUAGES.index(language))))


def is_ready() -> bool:
    """Whether the signs were read."""
    return _signs.cache_info().currsize > 0


@dataclass(frozen=True, slots=True)
class _Signs:
    """Of every language; `simpler` makes Traditional signs of Chinese into Simplified ones."""

    words: WordSigns
    harmless: WordSigns
    chinese: Patterns
    korean: Patterns
    simpler: Mapping[int, str]
    traditional: frozenset[str]

    def found(self, text: str) -> Iterator[str]:
        plain = folded(text)
        for language, _, _ in self.words.found(without(tokens(plain), self.harmless)):
            yield language
        han = _HAN.sub("", plain)
        if han and _says(self.chinese, han.translate(self.simpler)):
            yield "zh-Hant" if not self.traditional.isdisjoint(han) else "zh-Hans"
        hangul = _HANGUL.sub("", plain)
        if hangul and _says(self.korean, hangul):
            yield "ko"


@cache
def _signs() -> _Signs:
    files = {language: help_signs.read(language) for language in SAFETY_LANGUAGES}
    fold = files["zh-Hant"]["fold"]
    simpler = {ord(old): new for old, new in zip(fold["traditional"], fold["simplified"], strict=True)}
    parted = {language: parsed for language, parsed in files.items() if language not in (*CHINESE, "ko")}
    return _Signs(
        words=_of_words(parted, "signs"),
        harmless=_of_words(parted, "harmless"),
        chinese=_of_pieces([files[language] for language in CHINESE], simpler),
        korean=_of_pieces([files["ko"]]),
        simpler=simpler,
        traditional=frozenset(fold["traditional"]),
    )


def _says(patterns: Patterns, plain: str) -> bool:
    harmless, signs = patterns
    return bool(signs.search(harmless.sub("\n", plain)))


def _of_words(files: Mapping[str, Mapping[str, Any]], part: str) -> WordSigns:
    signs = WordSigns()
    for language, parsed in files.items():
        signs.add(language, _lines(parsed, part), _named(parsed))
    return signs


def _of_pieces(files: list[dict[str, Any]], fold: Mapping[int, str] | None = None) -> Patterns:
    harmless, signs = (
        re.compile("|".join(pieces(_lines(each, part, fold), _named(each, fold)).pattern for each in files))
        for part in ("harmless", "signs")
    )
    return harmless, signs


def _lines(parsed: Mapping[str, Any], part: str, fold: Mapping[int, str] | None = None) -> list[str]:
    return [folded(line, fold) for group in parsed[part].values() for line in group.splitlines() if line.strip()]


def _named(parsed: Mapping[str, Any], fold: Mapping[int, str] | None = None) -> dict[str, str]:
    return {name: folded(words, fold) for name, words in parsed["words"].items()}
