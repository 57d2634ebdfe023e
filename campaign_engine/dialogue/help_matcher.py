"""Finds signs of need in a folded text: every position is tried once, and a sign looks a bounded way ahead.

So the time grows with the length of the text and with nothing that its writer can choose.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from campaign_engine.dialogue.help_text import Token

Words = Mapping[str, str]
_GAPS = {"..": 3, "...": 6}
_PIECE_GAPS = {"..": 5, "...": 10}


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a sign, with how many others may stand before it."""

    words: frozenset[str]
    stems: tuple[str, ...]
    gap: int
    optional: bool

    def takes(self, token: Token) -> bool:
        """Whether any form of the word fits."""
        return any(form in self.words or form.startswith(self.stems) for form in token)


@dataclass(frozen=True, slots=True)
class Sign:
    """A row of slots in one language; the first is never optional."""

    language: str
    slots: tuple[Slot, ...]

    def end(self, words: list[Token], start: int) -> int:
        """Where it ends when it begins there; 0 when it does not."""
        return _end(self.slots, 0, words, start)


def _end(slots: tuple[Slot, ...], at: int, words: list[Token], start: int) -> int:
    if at == len(slots):
        return start
    slot = slots[at]
    for place in range(start, min(start + slot.gap + 1, len(words))):
        if slot.takes(words[place]):
            found = _end(slots, at + 1, words, place + 1)
            if found:
                return found
    return _end(slots, at + 1, words, start) if slot.optional else 0


@dataclass(slots=True)
class WordSigns:
    """Signs of languages that part their words, found by the word they begin with."""

    by_word: dict[str, list[Sign]] = field(default_factory=lambda: defaultdict(list))
    by_stem: dict[str, list[Sign]] = field(default_factory=lambda: defaultdict(list))
    lengths: set[int] = field(default_factory=set)

    def add(self, language: str, lines: Iterable[str], named: Words) -> None:
        """Take in signs as written in the data."""
        for line in lines:
            for slots in _beginnings(_slots(line, named)):
                self._add(Sign(language, slots))

    def _add(self, sign: Sign) -> None:
        for word in sign.slots[0].words:
            self.by_word[word].append(sign)
        for stem in sign.slots[0].stems:
            self.by_stem[stem].append(sign)
            self.lengths.add(len(stem))

    def found(self, words: list[Token]) -> Iterator[tuple[str, int, int]]:
        """Language, start and end of each sign that is there."""
        for start, token in enumerate(words):
            for sign in self._beginning_with(token):
                end = sign.end(words, start)
                if end:
                    yield sign.language, start, end

    def _beginning_with(self, token: Token) -> Iterator[Sign]:
        for form in token:
            yield from self.by_word.get(form, ())
            for length in self.lengths:
                if length <= len(form):
                    yield from self.by_stem.get(form[:length], ())


def without(words: list[Token], harmless: WordSigns) -> list[Token]:
    """The text with a gap where a harmless phrase stood, so that nothing is read across it."""
    spans = [(start, end) for _, start, end in harmless.found(words)]
    left = list(words)
    for start, end in spans:
        left[start:end] = [("",)] * (end - start)
    return left


def pieces(lines: Iterable[str], named: Words) -> re.Pattern[str]:
    """One pattern for a language that parts no words; every gap in it is bounded."""
    return re.compile("|".join(_piece(line, named) for line in lines))


def _piece(line: str, named: Words) -> str:
    made = []
    for slot in line.split():
        if slot in _PIECE_GAPS:
            made.append(f".{{0,{_PIECE_GAPS[slot]}}}?")
        else:
            made.append(f"(?:{'|'.join(_alternatives(slot, named))})")
    while made and made[-1].startswith(".{"):
        made.pop()
    return "".join(made)


def _slots(line: str, named: Words) -> tuple[Slot, ...]:
    made: list[Slot] = []
    gap = 0
    for slot in line.split():
        if slot in _GAPS:
            gap = _GAPS[slot]
            continue
        given = [each.rstrip("?") for each in _alternatives(slot, named)]
        words = frozenset(each for each in given if not each.endswith("*"))
        stems = tuple(each[:-1] for each in given if each.endswith("*"))
        made.append(Slot(words, stems, gap, slot.endswith("?")))
        gap = 0
    return tuple(made)


def _beginnings(slots: tuple[Slot, ...]) -> Iterator[tuple[Slot, ...]]:
    """The sign from its first slot that must be there, and from each optional one before it."""
    for at, slot in enumerate(slots):
        yield slots[at:]
        if not slot.optional:
            return


def _alternatives(slot: str, named: Words) -> Iterator[str]:
    for each in slot.split("/"):
        if each.startswith("@"):
            yield from _alternatives(named[each.strip("@?")], named)
        elif each:
            yield each
