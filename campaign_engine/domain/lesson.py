"""The twelve lessons: what each consists of, how far somebody is, which one comes next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from campaign_engine.domain.contact import LANGUAGES, LessonCode
from campaign_engine.domain.errors import BrokenFile

MOST_SCREENS = 5
MOST_CHARACTERS = 300
"""Of one screen (content: twelve lessons)."""

LONGEST_ANSWER = 40
"""Characters of a button that a phone shows whole."""

LETTERS = "abc"
"""Of the answers, in the order in which they are shown."""

DONE = 9
"""How far somebody is who answered the question right; below it the screen, and one more for the question."""

HALF = 6
"""Lessons after which there is a first certificate."""

_TEXT_FIELDS = {"version", "reviewed_by", "reviewed_on", "title", "screens", "question", "answers"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


SERIES_END = "end"
"""Stands for a lesson's code in the message that ends the series."""


class Stage(StrEnum):
    """What the list shows of a lesson."""

    NEW = "new"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of three answers, and what is said to whoever took it."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class LessonText:
    """One lesson in one language; `reviewed_by` and `reviewed_on` stay empty until a person has read it."""

    language: str
    title: str
    screens: tuple[str, ...]
    question: str
    answers: Mapping[str, Choice]
    version: int = 1
    reviewed_by: str = ""
    reviewed_on: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """All that is read, in order."""
        answers = (line for choice in self.answers.values() for line in (choice.text, choice.why))
        return (self.title, *self.screens, self.question, *answers)


@dataclass(frozen=True, slots=True)
class Lesson:
    """The same in every language: as many screens, and the same right letter."""

    code: LessonCode
    right: str
    texts: Mapping[str, LessonText]

    @property
    def length(self) -> int:
        """Number of screens; the question comes after the last."""
        return len(next(iter(self.texts.values())).screens)


def whole(lesson: Lesson, language: str) -> str:
    """All of it as one text, as somebody reads it who approves it: screens, the question, each answer and what is said
    to it, with a sign at the right one."""
    text = lesson.texts[language]
    screens = [f"{number}. {screen}" for number, screen in enumerate(text.screens, 1)]
    answers = [
        f"{'✓' if letter == lesson.right else '✗'} {choice.text}\n{choice.why}"
        for letter, choice in text.answers.items()
    ]
    return "\n\n".join((text.title, *screens, text.question, *answers))


Course = Mapping[LessonCode, Lesson]
"""All twelve, in their order."""


def stage(reached: Mapping[LessonCode, int], code: LessonCode) -> Stage:
    """Of one lesson for one person."""
    at = reached.get(code, 0)
    return Stage.DONE if at >= DONE else Stage.STARTED if at else Stage.NEW


def done(reached: Mapping[LessonCode, int]) -> int:
    """How many somebody finished."""
    return sum(at >= DONE for at in reached.values())


def next_lesson(reached: Mapping[LessonCode, int], after: LessonCode | None = None) -> LessonCode | None:
    """The first one that is not done, behind `after` before those in front of it; None when no other is left."""
    order = list(LessonCode)
    start = order.index(after) + 1 if after is not None else 0
    others = [code for code in (*order[start:], *order[:start]) if code is not after]
    return next((code for code in others if stage(reached, code) is not Stage.DONE), None)


def read_lesson(code: LessonCode, raw: Mapping[str, Any]) -> Lesson:
    """From its file. Raises BrokenFile naming the file and the field."""
    _only(raw, {"right", *LANGUAGES}, code, "")
    right = raw["right"]
    if right not in tuple(LETTERS):
        raise _broken(code, "right", "Write one of a, b, c.")
    texts = {language: _read_text(code, language, raw[language]) for language in LANGUAGES}
    if len({len(text.screens) for text in texts.values()}) > 1:
        raise _broken(code, f"{LANGUAGES[-1]}.screens", "Every language has as many screens.")
    return Lesson(code, right, MappingProxyType(texts))


def _read_text(code: LessonCode, language: str, raw: Any) -> LessonText:
    _only(raw, _TEXT_FIELDS, code, language)
    at = f"{language}."
    version = raw["version"]
    if not isinstance(version, int) or version < 1:
        raise _broken(code, f"{at}version", "Write a whole number, 1 or more.")
    screens = raw["screens"]
    if not isinstance(screens, list) or not 1 <= len(screens) <= MOST_SCREENS:
        raise _broken(code, f"{at}screens", f"Write 1 to {MOST_SCREENS} screens.")
    for number, screen in enumerate(screens, 1):
        _plain(code, f"{at}screens, number {number}", screen, MOST_CHARACTERS)
    _only(raw["answers"], set(LETTERS), code, f"{language}.answers")
    return LessonText(
        language,
        _plain(code, f"{at}title", raw["title"], LONGEST_ANSWER),
        tuple(screens),
        _plain(code, f"{at}question", raw["question"], MOST_CHARACTERS),
        MappingProxyType({letter: _read_choice(code, at, letter, raw["answers"][letter]) for letter in LETTERS}),
        version,
        *_review(code, at, raw),
    )


def _read_choice(code: LessonCode, at: str, letter: str, raw: Any) -> Choice:
    _only(raw, {"text", "why"}, code, f"{at}answers.{letter}")
    field = f"{at}answers.{letter}."
    text = _plain(code, f"{field}text", raw["text"], LONGEST_ANSWER)
    return Choice(text, _plain(code, f"{field}why", raw["why"], MOST_CHARACTERS))


def _review(code: LessonCode, at: str, raw: Mapping[str, Any]) -> tuple[str, str]:
    by, on = raw["reviewed_by"], raw["reviewed_on"]
    if not isinstance(by, str) or not isinstance(on, str) or bool(by) != bool(on) or (on and not _DAY.fullmatch(on)):
        raise _broken(code, f"{at}reviewed_on", "Write both, who and a day such as 2026-11-26, or leave both empty.")
    return by, on


def _plain(code: LessonCode, field: str, text: Any, most: int) -> str:
    """Words only: braces would be a template, and a blank at either end a slip."""
    if not isinstance(text, str) or not text or text != text.strip() or "{" in text or "}" in text:
        raise _broken(code, field, "Write plain words, with no braces and no blank at either end.")
    if len(text) > most:
        raise _broken(code, field, f"It has {len(text)} characters; {most} fit.")
    return text


def _only(raw: Any, fields: set[str], code: LessonCode, where: str) -> None:
    at = f"{where}." if where else ""
    if not isinstance(raw, Mapping):
        raise _broken(code, where, "Write a table.")
    for name in sorted(fields - set(raw)):
        raise _broken(code, f"{at}{name}", "It is missing.")
    for name in sorted(set(raw) - fields):
        raise _broken(code, f"{at}{name}", "There is no such field.")


def _broken(code: LessonCode, field: str, hint: str) -> BrokenFile:
    return BrokenFile(f"lessons/{code}.toml cannot be used: {field}.", hint, column=field)
