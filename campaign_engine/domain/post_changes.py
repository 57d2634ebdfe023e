"""What a new version of a post changes, for whoever approved the one before (safety S1)."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.picture import PostPicture
from campaign_engine.domain.precinct import TargetRule

AROUND = 4
"""Words that stay, shown on each side of a change."""

MOST_WORDS = 2000
"""Of a text that is compared word by word; a longer one is said to be new."""

_PIECE = re.compile(r"[^\s{]*\{[{%].*?[%}]\}\S*|\S+", re.DOTALL)


class Part(StrEnum):
    """What became of some words; a gap stands for words that stay and are not shown."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


Parts = tuple[tuple[Part, str], ...]


@dataclass(frozen=True, slots=True)
class PostChanges:
    """Fields as pairs of before and after, None where nothing changed; `texts` are pairs of language and parts.

    `others` names fields that only say that they changed. `picture` are the pictures before and after where it is
    another one, `alts` as `texts` what it shows in words.
    """

    texts: tuple[tuple[str, Parts], ...] = ()
    walls: tuple[tuple[Any, ...], tuple[Any, ...]] | None = None
    channels: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    precincts: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    pledge: tuple[str, str] | None = None
    rooms_only: tuple[bool, bool] | None = None
    others: tuple[str, ...] = ()
    picture: tuple[PostPicture | None, PostPicture | None] | None = None
    alts: tuple[tuple[str, Parts], ...] = ()

    def __bool__(self) -> bool:
        return self != PostChanges()

    def as_values(self) -> Mapping[str, Any]:
        """For a template."""
        return {
            "texts": _plain(self.texts),
            "walls": self.walls,
            "channels": self.channels,
            "precincts": self.precincts,
            "pledge": self.pledge,
            "rooms_only": self.rooms_only,
            "others": self.others,
            "picture": tuple(one is not None for one in self.picture) if self.picture else None,
            "alts": _plain(self.alts),
        }


def _plain(texts: tuple[tuple[str, Parts], ...]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    return tuple((language, tuple((part.value, words) for part, words in parts)) for language, parts in texts)


def post_changes(
    before: PostContent, after: PostContent, reached: Callable[[TargetRule], tuple[int, ...]]
) -> PostChanges:
    """`reached` gives the precincts of a rule; channels and precincts are those that went and those that came."""
    return PostChanges(
        texts=_reworded(before.texts, after.texts),
        walls=_pair(tuple(before.schedule.walls()), tuple(after.schedule.walls())),
        channels=_moved(before.channels, after.channels),
        precincts=_moved(reached(before.targets), reached(after.targets)),
        pledge=_pair(str(before.pledge or ""), str(after.pledge or "")),
        rooms_only=_pair(before.rooms_only, after.rooms_only),
        others=_others(before, after),
        picture=(before.picture, after.picture) if _key(before) != _key(after) else None,
        alts=_reworded(_alts(before), _alts(after)),
    )


def _reworded(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, Parts], ...]:
    return tuple(
        (language, word_changes(before.get(language, ""), after.get(language, "")))
        for language in sorted({*before, *after})
        if before.get(language, "") != after.get(language, "")
    )


def _key(content: PostContent) -> str:
    return content.picture.key if content.picture is not None else ""


def _alts(content: PostContent) -> Mapping[str, str]:
    return content.picture.alt if content.picture is not None else {}


def word_changes(before: str, after: str) -> Parts:
    """Whole words, with a few around them that stay; a variable is one word."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return ((Part.REMOVED, "…"), (Part.ADDED, " ".join(new[:MOST_WORDS])))
    found: list[tuple[Part, str]] = []
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (tag, start, end, begin, stop) in enumerate(codes):
        if tag == "equal":
            found.extend(_staying(new[begin:stop], first=number == 0, last=number == len(codes) - 1))
            continue
        if end > start:
            found.append((Part.REMOVED, " ".join(old[start:end])))
        if stop > begin:
            found.append((Part.ADDED, " ".join(new[begin:stop])))
    return tuple(found) or ((Part.GAP, ""),)


def _staying(words: list[str], *, first: bool, last: bool) -> list[tuple[Part, str]]:
    head = () if first else words[:AROUND]
    tail = () if last else words[-AROUND:]
    if len(head) + len(tail) >= len(words):
        return [(Part.SAME, " ".join(words))]
    parts = [(Part.SAME, " ".join(head)), (Part.GAP, ""), (Part.SAME, " ".join(tail))]
    return [(part, said) for part, said in parts if said or part is Part.GAP]


def _pair(before: Any, after: Any) -> Any:
    return None if before == after else (before, after)


def _moved(before: tuple[Any, ...], after: tuple[Any, ...]) -> Any:
    """Those that went and those that came, in order."""
    gone, come = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    return (tuple(gone), tuple(come)) if gone or come else None


_SAID = frozenset({"texts", "schedule", "channels", "targets", "pledge", "rooms_only", "picture"})
_SILENT = frozenset({"fixed", "automatic"})
"""Follow from the texts."""


def _others(before: PostContent, after: PostContent) -> tuple[str, ...]:
    old, new = before.as_json(), after.as_json()
    return tuple(name for name in sorted({*old, *new} - _SAID - _SILENT) if old.get(name) != new.get(name))
