"""A template as a reader sees it: tags and addresses out of the way, every letter still in its place."""

import re
import unicodedata

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
"""A variable, a condition or a comment of a template."""

_VARIABLE = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s<>]*", re.IGNORECASE)
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u2060\ufeff\u00ad"))
GAP = "\0"
"""Stands for each letter of what was taken out: no word, no blank, no capital."""


def tidy(text: str) -> str:
    """Composed letters, without signs that nobody sees; positions in findings are those of this text."""
    return unicodedata.normalize("NFC", text).translate(_UNSEEN)


def prose(source: str) -> str:
    """Same length as the source, with tags and addresses as gaps; lines stay."""
    return _ADDRESS.sub(_gap, TAG.sub(_gap, source))


def folded(text: str) -> str:
    """Small letters without accents, one for each: `Víctimas` and `victimas` are found alike."""
    return "".join(_fold(sign) for sign in text)


def variables(source: str) -> frozenset[str]:
    """Names between double braces."""
    return frozenset(_VARIABLE.findall(source))


def addresses(source: str) -> tuple[str, ...]:
    """Links written out, in order, without what ends a sentence."""
    return tuple(found.rstrip(".,;:!?)\"'”") for found in _ADDRESS.findall(TAG.sub(_gap, source)))


def line_at(text: str, start: int) -> int:
    """Counted from 1."""
    return text.count("\n", 0, start) + 1


def _gap(found: re.Match[str]) -> str:
    return "".join(sign if sign == "\n" else GAP for sign in found[0])


def _fold(sign: str) -> str:
    if sign in "’‘ʼ":
        return "'"
    base = unicodedata.normalize("NFKD", sign)[:1].lower()
    return base if len(base) == 1 else sign
