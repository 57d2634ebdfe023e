"""Languages: what a dialogue is complete in, and what every safety string exists in (safety P2)."""

import re
import unicodedata
from collections.abc import Mapping

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "es": "Español",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "ru": "Русский",
    "bn": "বাংলা",
    "ht": "Kreyòl ayisyen",
    "ko": "한국어",
    "ar": "العربية",
    "ur": "اردو",
    "fr": "Français",
    "pl": "Polski",
}
"""Each language by its own name, which is the same for every reader."""

SAFETY_LANGUAGES = tuple(LANGUAGE_NAMES)
"""English and the ten languages of New York City's Local Law 30, Chinese in both scripts."""

RIGHT_TO_LEFT = frozenset({"ar", "ur"})

_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_RLM, _ISOLATE, _LEFT_TO_RIGHT, _END = "\u200f", "\u2068", "\u2066", "\u2069"
_STRONG = frozenset({"L", "R", "AL", "LRI", "RLI", "FSI"})
_COMMAND = re.compile(r"(?<![\w/:.])/[a-z]+")


def from_tag(tag: str) -> str:
    """One of SAFETY_LANGUAGES from what a platform or browser says, such as `es-MX` or `zh_TW`; else ""."""
    first, *rest = tag.strip().replace("_", "-").lower().split("-")
    if first == "zh":
        return "zh-Hant" if _TRADITIONAL.intersection(rest) else "zh-Hans"
    return first if first in SAFETY_LANGUAGES else ""


def direction(language: str) -> str:
    """`rtl` or `ltr`, as pages name it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def directed(text: str, language: str) -> str:
    """A text that plain chats show in its own direction: lines that begin otherwise are marked, /commands set apart."""
    if language not in RIGHT_TO_LEFT:
        return text
    whole = _COMMAND.sub(lambda found: f"{_LEFT_TO_RIGHT}{found[0]}{_END}", text)
    return "\n".join(line if _begins_right_to_left(line) else _RLM + line for line in whole.split("\n"))


def isolated(value: object, language: str) -> object:
    """A name or number inside a right-to-left text, so that its signs stay in order; an address stays as it is."""
    if language not in RIGHT_TO_LEFT or not isinstance(value, str) or not value or "://" in value:
        return value
    return f"{_ISOLATE}{value}{_END}"


def _begins_right_to_left(line: str) -> bool:
    kinds = (unicodedata.bidirectional(sign) for sign in line)
    return next((kind in ("R", "AL") for kind in kinds if kind in _STRONG), not line)
