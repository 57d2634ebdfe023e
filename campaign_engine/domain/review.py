"""Fixed texts, which nobody edits here, and who has read them."""

import re
from dataclasses import dataclass

from campaign_engine.domain.errors import ConfigurationError

_HEADER = re.compile(r"\{#\s*version:\s*(\d+);\s*reviewed_by:([^;#]*);\s*reviewed_on:([^;#]*)#\}\s*")


@dataclass(frozen=True, slots=True)
class FixedText:
    """One text in one language; `reviewed_by` and `reviewed_on` stay empty until a person has read it.

    `shipped`: word for word that of the release.
    """

    language: str
    text: str
    version: int = 1
    reviewed_by: str = ""
    reviewed_on: str = ""
    shipped: bool = True


def read_fixed(source: str, language: str) -> FixedText:
    """From a file whose first line is `{# version: 1; reviewed_by: ; reviewed_on: #}`. Raises ConfigurationError."""
    header = _HEADER.match(source)
    if header is None:
        raise ConfigurationError("A fixed text has no version.", "Write version and review in its first line.")
    text = source[header.end() :].strip()
    return FixedText(language, text, int(header[1]), header[2].strip(), header[3].strip())


def without_header(source: str) -> str:
    """The text alone; one without such a line is the text."""
    return _HEADER.sub("", source, count=1).strip()
