"""What an approver may fix in a post that waits, so that its author only has to say yes (safety S1)."""

import difflib
import re
from collections.abc import Mapping

from campaign_engine.domain.errors import InvalidInput

MOST_EDITS = 40
"""Characters that a fix may take out or put in, whatever the length of the text."""

MOST_SHARE = 5
"""A fix touches at most one of so many characters: more than 20 % is another text, and its author writes it."""

FEWEST_EDITS = 3
"""What a very short text may be fixed by all the same."""

_KEPT = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|(?:https?://|www\.)\S+"
    r"|(?:[\w-]+\.)+(?:com|org|net|gov|edu|info|nyc|us|app|io|me)\b(?:/\S*)?|(?:[\w-]+\.)+[a-z]{2,}/\S*",
    re.IGNORECASE | re.DOTALL,
)
"""Variables, conditions and whatever may become a link."""


def check_fix(before: str, after: str, language: str) -> None:
    """Raise InvalidInput unless it is a small change of words that leaves links and variables as they are."""
    if after == before:
        raise InvalidInput("Nothing is different.", "Send the whole text with the typo fixed.", "same_text")
    if _KEPT.findall(before) != _KEPT.findall(after):
        raise InvalidInput(
            "A fix leaves links and {{ variables }} as they are.",
            "Send it back to its author if they have to change.",
            "fix_touches_links",
            {"language": language},
        )
    most = most_edits(before)
    if edits(before, after) > most:
        raise InvalidInput(
            f"That is more than a typo: a fix changes at most {most} characters here.",
            "Send it back to its author with your idea.",
            "fix_too_large",
            {"most": most, "language": language},
        )


def most_edits(text: str) -> int:
    """How many characters of this text a fix may change."""
    return min(MOST_EDITS, max(FEWEST_EDITS, len(text) // MOST_SHARE))


def edits(before: str, after: str) -> int:
    """Characters replaced, taken out or put in; never fewer than the Levenshtein distance."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return sum(max(old - start, new - begin) for tag, start, old, begin, new in matcher.get_opcodes() if tag != "equal")


Changes = tuple[tuple[str, str], ...]


def changed_words(before: str, after: str) -> Changes:
    """Pairs of what stood and what stands there, by whole words; a side is empty where words came or went."""
    old, new = before.split(), after.split()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        (" ".join(old[start:end]), " ".join(new[begin:stop]))
        for tag, start, end, begin, stop in matcher.get_opcodes()
        if tag != "equal"
    )


def differences(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Pairs of a language and its changed words, for every language whose text differs."""
    return tuple(
        (language, changed_words(before.get(language, ""), text))
        for language, text in sorted(after.items())
        if text != before.get(language, "")
    )
