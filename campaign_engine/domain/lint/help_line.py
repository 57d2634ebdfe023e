"""Where a text may open a wound, the way to help stands in it (content: kinds; safety H)."""

import re
from collections.abc import Iterator

from campaign_engine.domain.lint.finding import Finding, Severity
from campaign_engine.domain.lint.source import folded, prose

ALWAYS = frozenset({"memorial", "aftermath", "presence"})
IF_GRAVE = frozenset({"awareness"})
"""Kinds that need it where they speak of harm or grief; in the others it is a hint."""

_HELP = re.compile(r"(?<!\d)(?:988|741741)(?!\d)")
_GRAVE = {
    "en": re.compile(
        r"\b(?:violen\w+|shoot(?:ing|ings|er|ers)?|(?:was|were|is|been|got|being) shot|shots? (?:fired|rang)"
        r"|gun(?:s|fire|shots?|ned down)?|kill(?:ed|ing|ings|s)?|murder\w*|died"
        r"|deaths?|grie(?:f|ve|ving)|mourn\w*|funeral|vigils?|suicid\w+|lost someone|lose someone)\b"
    ),
    "es": re.compile(
        r"\b(?:violen\w+|tirote\w+|disparo\w*|balas?|balead\w+|balacera\w*|armas?|pistolas?|mat(?:ar|aron|ado|ada)\w*"
        r"|asesin\w+|muri\w+|muert\w+|duelo|luto|funeral\w*|vigilia\w*|suicid\w+|perdi\w* a alguien|herid[oa]s?)\b"
    ),
}


def help_missing(text: str, language: str, kind: str, line: str) -> Iterator[Finding]:
    """With the text as it would be with `line` under it."""
    sight = folded(prose(text))
    if _HELP.search(sight):
        return
    grave = _GRAVE[language].search(sight) if language in _GRAVE else None
    if kind not in ALWAYS and grave is None:
        return
    severity = Severity.MUST if kind in ALWAYS | IF_GRAVE else Severity.BETTER
    found = text[slice(*grave.span())] if grave else ""
    yield Finding(
        "no_help_line",
        severity,
        language,
        found,
        better=line,
        values={"kind": kind},
        fixed=f"{text.rstrip()}\n{line}" if line else None,
    )
