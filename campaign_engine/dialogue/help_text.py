"""A typed text as the matcher for help reads it: one spelling for what people write in many ways."""

import re
import unicodedata
from collections.abc import Mapping

Token = tuple[str, ...]
"""One word in every form that it may stand for, as typed first."""

_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u09bc\u0981\u200b-\u200f\u202a-\u202e\u2060\ufe00-\ufe0f"
    "'\u2018\u2019\u02bc`\u00b4]"
)
"""Accents, vowel signs of Arabic, Bengali dots, what is not seen, and apostrophes."""

_SAME = str.maketrans(
    {
        **dict(zip("łøđıŁ", "lodil", strict=True)),
        **dict(zip("ىیےئېەہھۀةۃکٱں", "ييييي" + "هههههه" + "كان", strict=True)),
        "ؤ": "و",
        "ء": "",
        "œ": "oe",
        "æ": "ae",
        **dict(zip("ীূণষশৎ", "িুনসসত", strict=True)),
    }
)
"""Letters that people use for one another: Polish, Arabic and Urdu, Bengali."""

_INSIDE = re.compile(r"(?<=\w)[@$!*](?=\w)")
_LEET = str.maketrans("013457", "oieast")
_SIGNS = {"@": "a", "$": "s", "!": "i", "*": "i"}
_WORD = re.compile(r"[\w\u0980-\u09ff]+")
_SPELLED = re.compile(r"\b(?:\w[ .\-_]){2,}\w\b")
_RUN = re.compile(r"(.)\1{2,}")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CLITICS = ("وال", "بال", "عال", "فال", "لل", "ال", "و", "ف", "ب", "ل", "ع", "ه")
_SHORTEST = 3
"""Letters that must be left of an Arabic word when what is written before it is taken off."""


def folded(text: str, more: Mapping[int, str] | None = None) -> str:
    """Lower case, full-width as plain, without accents and apostrophes, one letter for its look-alikes."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = unicodedata.normalize("NFC", _MARKS.sub("", letters)).translate(_SAME)
    return letters.translate(more) if more else letters


def tokens(plain: str) -> list[Token]:
    """Words of a folded text; letters with blanks between them ("k m s") are one word."""
    plain = _INSIDE.sub(lambda found: _SIGNS[found[0]], plain)
    plain = _SPELLED.sub(lambda found: re.sub(r"\W|_", "", found[0]), plain)
    return [_forms(word) for word in _WORD.findall(plain)]


def _forms(word: str) -> Token:
    forms = [word]
    if _RUN.search(word):
        forms += [_RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)]
    if not word.isalpha() and not word.isdecimal() and word.isascii():
        forms.append(word.translate(_LEET))
    if _ARABIC.match(word):
        forms += [word.removeprefix(start) for start in _CLITICS if _leaves_enough(word, start)]
    return tuple(forms)


def _leaves_enough(word: str, start: str) -> bool:
    return word.startswith(start) and len(word) - len(start) >= _SHORTEST
