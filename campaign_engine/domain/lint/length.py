"""How much of a text people still read on each channel; every platform itself would take more (content: norms)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from campaign_engine.domain.lint.finding import Finding, Severity


class Unit(StrEnum):
    """What a norm counts."""

    CHARACTERS = "characters"
    WORDS = "words"
    SEGMENTS = "segments"


@dataclass(frozen=True, slots=True)
class Norm:
    """`other` is for every language but English."""

    most: int
    unit: Unit = Unit.CHARACTERS
    other: int | None = None

    def most_in(self, language: str) -> int:
        """In this language."""
        return self.most if language == "en" or self.other is None else self.other


NORMS = {
    "bluesky": Norm(280),
    "telegram": Norm(400),
    "discord": Norm(600),
    "web": Norm(600),
    "console": Norm(600),
    "mail": Norm(150, Unit.WORDS),
    "sms": Norm(1, Unit.SEGMENTS, other=2),
}
ELSEWHERE = Norm(600)

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
_GSM_SIZES = (160, 153)
_WIDE_SIZES = (70, 67)


def segments(text: str) -> int:
    """SMS parts by 3GPP TS 23.038: 160 or 153 signs, 70 or 67 where one of them is outside the basic alphabet."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in text):
        whole, part = _GSM_SIZES
        weights = [1 + (sign in _GSM_TWICE) for sign in text]
    else:
        whole, part = _WIDE_SIZES
        weights = [1 + (ord(sign) > 0xFFFF) for sign in text]
    if sum(weights) <= whole:
        return 1
    parts, room = 1, part
    for weight in weights:
        # A sign that takes two places is never cut in half: it begins the next part.
        if weight > room:
            parts, room = parts + 1, part
        room -= weight
    return parts


def measured(text: str, unit: Unit) -> int:
    """The text in this unit."""
    if unit is Unit.SEGMENTS:
        return segments(text)
    return len(text.split()) if unit is Unit.WORDS else len(text)


def too_long(text: str, language: str, channels: Iterable[str]) -> Finding | None:
    """For the channel that is strictest of those it is too long for; `text` is as it is read, variables filled in."""
    worst: Finding | None = None
    excess = 1.0
    for channel in channels:
        norm = NORMS.get(channel, ELSEWHERE)
        length, longest = measured(text, norm.unit), norm.most_in(language)
        if length / longest > excess:
            excess = length / longest
            values = {"length": length, "longest": longest, "unit": norm.unit.value, "channel": channel}
            worst = Finding("long_text", Severity.MUST, language, str(length), values=values)
    return worst
