"""The help card and the matcher for it: in memory, before anything is looked up (safety H1, H2, H4)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from campaign_engine.dialogue import help_signs
from campaign_engine.dialogue.help_matcher import WordSigns, pieces, without
from campaign_engine.dialogue.help_text import folded, tokens
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Option, Reply

_FILES = {language: help_signs.read(language) for language in SAFETY_LANGUAGES}
_FOLD = _FILES["zh-Hant"]["fold"]
_SIMPLER = {ord(old): new for old, new in zip(_FOLD["traditional"], _FOLD["simplified"], strict=True)}
_TRADITIONAL = frozenset(_FOLD["traditional"])

CHINESE = ("zh-Hans", "zh-Hant")
"""One language in two scripts."""

_HAN = re.compile("[^\u3400-\u9fff\U00020000-\U0002ffff]+")
_HANGUL = re.compile("[^\uac00-\ud7a3]+")


def help_languages(text: str) -> tuple[str, ...]:
    """Languages in which somebody may be in danger, hurt, threatened, abused or grieving, likeliest first.

    All of them are tried whatever the person's language is. The text is never stored, logged or forwarded.
    """
    hits = Counter(_found(text))
    return tuple(sorted(hits, key=lambda language: (-hits[language], SAFETY_LANGUAGES.index(language))))


def help_match(text: str) -> bool:
    """Whether the full card comes first."""
    return bool(help_languages(text))


def help_card() -> Reply:
    """The full card; needs no store."""
    return Reply("help.card")


def opened_card() -> Reply:
    """The card that a person opened, with places near them and the way to the menu (safety H5)."""
    return Reply(
        "help.card", options=((Option(label="help.near", data="m:near"), Option(label="menu.open", data="m")),)
    )


def _found(text: str) -> Iterator[str]:
    plain = folded(text)
    words = tokens(plain)
    for language, _, _ in _WORDS.found(without(words, _HARMLESS)):
        yield language
    han = _HAN.sub("", plain)
    if han and _says(_CHINESE_PIECES, han.translate(_SIMPLER)):
        yield "zh-Hant" if not _TRADITIONAL.isdisjoint(han) else "zh-Hans"
    hangul = _HANGUL.sub("", plain)
    if hangul and _says(_KOREAN_PIECES, hangul):
        yield "ko"


def _says(patterns: tuple[re.Pattern[str], re.Pattern[str]], plain: str) -> bool:
    harmless, signs = patterns
    return bool(signs.search(harmless.sub("\n", plain)))


def _lines(parsed: Mapping[str, Any], part: str, fold: Mapping[int, str] | None = None) -> list[str]:
    return [folded(line, fold) for group in parsed[part].values() for line in group.splitlines() if line.strip()]


def _named(parsed: Mapping[str, Any], fold: Mapping[int, str] | None = None) -> dict[str, str]:
    return {name: folded(words, fold) for name, words in parsed["words"].items()}


def _of_words(part: str) -> WordSigns:
    signs = WordSigns()
    for language, parsed in _FILES.items():
        if language not in (*CHINESE, "ko"):
            signs.add(language, _lines(parsed, part), _named(parsed))
    return signs


def _of_pieces(*languages: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    fold = _SIMPLER if "zh-Hant" in languages else None
    made = []
    for part in ("harmless", "signs"):
        patterns = [pieces(_lines(_FILES[one], part, fold), _named(_FILES[one], fold)).pattern for one in languages]
        made.append(re.compile("|".join(patterns)))
    return made[0], made[1]


_WORDS, _HARMLESS = _of_words("signs"), _of_words("harmless")
_CHINESE_PIECES, _KOREAN_PIECES = _of_pieces(*CHINESE), _of_pieces("ko")
