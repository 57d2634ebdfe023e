"""How it is said: calmly, one ask, numbers with their source (content: norms)."""

import re
from collections.abc import Iterator

from campaign_engine.domain.lint.finding import Finding, Severity
from campaign_engine.domain.lint.source import addresses, folded, line_at, prose, variables

MOST_EMOJI = 2
MOST_EXCLAMATIONS = 2
SHOUTED = 0.3
"""Part of the letters that may stand in capital words."""

_FEWEST_LETTERS = 20
_WORD = re.compile(r"[^\W\d_]+")
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf](?:[\ufe0f\U0001f3fb-\U0001f3ff]"
    "|\u200d[\U0001f300-\U0001faff\u2600-\u27bf])*)"
)
_FIGURE = re.compile(
    r"\d[\d.,]{0,12}\s?%"
    r"|\b\d[\d,]{0,12} (?:percent|por ciento|shootings?|deaths?|murders?|people (?:were )?(?:shot|killed))"
    r"|\b\d[\d.]{0,12} (?:tiroteos?|muertes?|muertos?|asesinatos?|personas (?:baleadas|muertas))"
    r"|\b(?:one|two|three|1|2|3) (?:in|of|out of) (?:every )?(?:\d+|three|four|five|ten)\b"
    r"|\b(?:una?|dos|tres|1|2|3) de cada (?:\d+|tres|cuatro|cinco|diez)\b"
    r"|\bevery \d+ (?:minutes|hours|days)|\bcada \d+ (?:minutos|horas|dias)"
)
_SOURCED = re.compile(
    r"according to|source|open data|nypd|police data|city data|\bcdc\b|health department|segun|fuente|datos abiertos"
    r"|datos de|departamento de salud"
)
_COORDINATES = re.compile(r"\b4[01]\.\d{3,}\s*,\s*-7[34]\.\d{3,}")


def style_of(source: str, language: str) -> Iterator[Finding]:
    """Hints only, at most one of each."""
    sight = prose(source)
    yield from _shouting(sight, language)
    exclamations, emoji = sight.count("!"), _EMOJI.findall(sight)
    if exclamations > MOST_EXCLAMATIONS:
        yield Finding("exclamations", Severity.BETTER, language, str(exclamations), values={"most": MOST_EXCLAMATIONS})
    if len(emoji) > MOST_EMOJI:
        yield Finding("emoji", Severity.BETTER, language, str(len(emoji)), values={"most": MOST_EMOJI})
    links = {*addresses(source), *({"link"} & variables(source))}
    if len(links) > 1:
        yield Finding("asks", Severity.BETTER, language, str(len(links)))
    yield from _figures(source, sight, language)


def where_people_are(source: str, language: str) -> Iterator[Finding]:
    """Coordinates tell where somebody is now (content: presence)."""
    for found in _COORDINATES.finditer(prose(source)):
        line = line_at(source, found.start())
        yield Finding("position", Severity.MUST, language, found[0], start=found.start(), line=line)


def _shouting(sight: str, language: str) -> Iterator[Finding]:
    words = _WORD.findall(sight)
    letters = sum(len(word) for word in words)
    loud = [word for word in words if len(word) > 1 and word.isupper()]
    if letters >= _FEWEST_LETTERS and sum(map(len, loud)) > SHOUTED * letters:
        yield Finding("shouting", Severity.BETTER, language, " ".join(loud)[:60])


def _figures(source: str, sight: str, language: str) -> Iterator[Finding]:
    plain = folded(sight)
    found = _FIGURE.search(plain)
    named = _SOURCED.search(plain) or any("nyc.gov" in one for one in addresses(source))
    if found and not named:
        start, end = found.span()
        yield Finding("figure", Severity.BETTER, language, source[start:end], start=start, line=line_at(source, start))
