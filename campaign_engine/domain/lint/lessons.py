"""What would be better in a lesson: its words, its age, its tone; lengths are checked when it is read."""

from collections.abc import Iterator, Sequence

from campaign_engine.domain.contact import LessonCode
from campaign_engine.domain.lesson import LessonText
from campaign_engine.domain.lint.finding import Finding, Severity, in_order
from campaign_engine.domain.lint.reading import OLDEST, age
from campaign_engine.domain.lint.style import style_of, where_people_are
from campaign_engine.domain.lint.words import WordEntry, found_in

_KIND = "series"


def reading_age(text: LessonText) -> float:
    """Years, over all that is read; 0 where it is too short to tell."""
    return age("\n".join(text.parts), text.language) or 0.0


def of_lesson(code: LessonCode, text: LessonText, words: Sequence[WordEntry]) -> tuple[Finding, ...]:
    """Nothing for a lesson that is well as it is."""
    return in_order(_found(code, text, words))


def _found(code: LessonCode, text: LessonText, words: Sequence[WordEntry]) -> Iterator[Finding]:
    whole = "\n".join(text.parts)
    yield from found_in(whole, words, _KIND, code)
    yield from where_people_are(whole, text.language)
    years = reading_age(text)
    if years > OLDEST:
        yield Finding("reading_age", Severity.BETTER, text.language, f"{years:.0f}", values={"oldest": OLDEST})
    yield from style_of(whole, text.language)
