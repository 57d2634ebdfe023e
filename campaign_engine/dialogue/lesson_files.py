"""The twelve lessons as they ship: one file each, with every language in it."""

import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from campaign_engine.domain.contact import LessonCode
from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.lesson import Course, Lesson, LessonText, read_lesson, whole
from campaign_engine.domain.review import FixedText


@cache
def course() -> Course:
    """Read and checked once. Raises BrokenFile naming the file and its line or field."""
    return MappingProxyType({code: parsed(code, _source(code)) for code in LessonCode})


def lesson_text(language: str, code: str) -> LessonText:
    """What templates speak of. Raises KeyError for a language or a code that does not exist."""
    return course()[LessonCode(code)].texts[language]


def fixed(code: str, language: str) -> FixedText:
    """A lesson as one text with its version and review: what is approved before the series leads to it (safety S1)."""
    lesson = course()[LessonCode(code)]
    text = lesson.texts[language]
    return FixedText(language, whole(lesson, language), text.version, text.reviewed_by, text.reviewed_on)


def parsed(code: LessonCode, source: str) -> Lesson:
    """Raises BrokenFile."""
    try:
        return read_lesson(code, tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise BrokenFile(f"lessons/{code}.toml cannot be read.", f"{error}.") from error


def _source(code: LessonCode) -> str:
    try:
        return files("templates").joinpath("lessons", f"{code}.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenFile(f"lessons/{code}.toml cannot be read.", "Install the program again.") from error
