"""The twelve lessons as they ship, and what is said of a broken file."""

import pytest

from campaign_engine.dialogue.lesson_files import course, parsed
from campaign_engine.domain.contact import LANGUAGES, LessonCode
from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.lesson import (
    DONE,
    LETTERS,
    LONGEST_ANSWER,
    MOST_CHARACTERS,
    MOST_SCREENS,
    Stage,
    done,
    next_lesson,
    stage,
)
from campaign_engine.domain.lint.lessons import of_lesson, reading_age
from campaign_engine.domain.lint.reading import OLDEST
from campaign_engine.wordlists import WordLists

B1, B2, A4 = LessonCode.READ, LessonCode.COOL, LessonCode.SHOW_UP
WORDS = {language: WordLists().entries(language) for language in LANGUAGES}
MINUTES, WORDS_A_MINUTE = 3, 110
"""How long one may take, at the pace of a slow reader of 13."""

FILE = """
right = "a"
[en]
version = 1
reviewed_by = ""
reviewed_on = ""
title = "One"
screens = ["First."]
question = "Which?"
answers = { a = { text = "x", why = "X." }, b = { text = "y", why = "Y." }, c = { text = "z", why = "Z." } }
[es]
version = 1
reviewed_by = ""
reviewed_on = ""
title = "Uno"
screens = ["Primera."]
question = "¿Cuál?"
answers = { a = { text = "x", why = "X." }, b = { text = "y", why = "Y." }, c = { text = "z", why = "Z." } }
"""


def test_there_are_twelve_in_three_groups_of_four() -> None:
    assert [str(code) for code in course()] == [f"{group}{number}" for group in "BDA" for number in range(1, 5)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", LessonCode)
def test_each_is_short_and_takes_three_minutes(code: LessonCode, language: str) -> None:
    text = course()[code].texts[language]
    assert 1 <= len(text.screens) <= MOST_SCREENS
    assert all(len(screen) <= MOST_CHARACTERS for screen in (*text.screens, text.question))
    assert all(len(choice.text) <= LONGEST_ANSWER for choice in text.answers.values())
    assert len(" ".join(text.parts).split()) <= MINUTES * WORDS_A_MINUTE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", LessonCode)
def test_P1_each_is_read_at_eleven_or_twelve_and_uses_no_word_that_hurts(code: LessonCode, language: str) -> None:
    text = course()[code].texts[language]
    assert reading_age(text) <= OLDEST
    assert of_lesson(code, text, WORDS[language]) == ()


def test_the_lint_would_find_a_hurtful_word_a_hard_text_and_shouting() -> None:
    lesson = parsed(B1, FILE.replace("First.", "A thug and a gang member live in the war zone."))
    assert {finding.found for finding in of_lesson(B1, lesson.texts["en"], WORDS["en"])} >= {"thug", "gang member"}
    hard = "Individuals experiencing considerable psychological difficulties immediately following victimization " * 2
    lesson = parsed(B1, FILE.replace("First.", hard.strip() + "."))
    assert [finding.code for finding in of_lesson(B1, lesson.texts["en"], WORDS["en"])] == ["reading_age"]


def test_snitch_stands_in_lesson_b3_only() -> None:
    text = course()[LessonCode.HELP].texts["en"]
    assert of_lesson(LessonCode.HELP, text, WORDS["en"]) == ()
    assert {finding.why for finding in of_lesson(B1, text, WORDS["en"])} == {"snitch"}


@pytest.mark.parametrize("code", LessonCode)
def test_both_languages_have_the_same_numbers_and_as_many_screens(code: LessonCode) -> None:
    english, spanish = (course()[code].texts[language] for language in LANGUAGES)
    assert len(english.screens) == len(spanish.screens)
    for number in ("911", "988"):
        said = [sum(number in part for part in text.parts) for text in (english, spanish)]
        assert said[0] == said[1], number


def test_no_answer_shames_and_none_says_only_that_it_is_wrong() -> None:
    for lesson in course().values():
        for text in lesson.texts.values():
            for letter in LETTERS.replace(lesson.right, ""):
                why = text.answers[letter].why.lower()
                assert not why.startswith(("no,", "no.", "wrong", "incorrect", "sorry", "error", "mal"))
                assert "wrong answer" not in why
                assert len(why) > 80


def test_the_right_answer_is_not_always_in_the_same_place() -> None:
    assert {lesson.right for lesson in course().values()} == set(LETTERS)


def test_what_helps_stands_in_the_lessons_about_danger_and_grief() -> None:
    for code in LessonCode:
        parts = " ".join(course()[code].texts["en"].parts)
        if code.startswith("D"):
            assert "911" in parts
        if code.startswith("A") and code is not LessonCode.NOT_PASSED:
            assert "988" in parts
    assert "tourniquet" in " ".join(course()[LessonCode.BLEEDING].texts["en"].screens)
    assert "only if you had a class" in " ".join(course()[LessonCode.BLEEDING].texts["en"].screens)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('right = "a"', 'right = "d"', "right"),
        ('right = "a"', 'left = "a"', "right"),
        ('title = "Uno"', "", "es.title"),
        ('title = "One"', 'title = "One"\nauthor = "x"', "en.author"),
        ('title = "One"', 'title = ""', "en.title"),
        ('title = "One"', f'title = "{"x" * 41}"', "en.title"),
        ("version = 1", "version = 0", "en.version"),
        ('reviewed_by = ""', 'reviewed_by = "Dr. Ro"', "en.reviewed_on"),
        ('["First."]', "[]", "en.screens"),
        ('["First."]', '["First.", "Second."]', "es.screens"),
        ('["First."]', f'["{"x" * 301}"]', "en.screens, number 1"),
        ('["First."]', '["Hi {{ link }}"]', "en.screens, number 1"),
        ('["First."]', '["1", "2", "3", "4", "5", "6"]', "en.screens"),
        ('why = "Z." } }', 'why = "" } }', "en.answers.c.why"),
        ('c = { text = "z", why = "Z." }', 'd = { text = "z", why = "Z." }', "en.answers.c"),
        ('"z", why = "Z." }', '"z", whi = "Z." }', "en.answers.c.why"),
    ],
)
def test_a_broken_file_is_named_with_its_field(old: str, new: str, field: str) -> None:
    with pytest.raises(BrokenFile) as broken:
        parsed(B1, FILE.replace(old, new, 1))
    assert broken.value.column == field
    assert str(broken.value).startswith(f"lessons/B1.toml cannot be used: {field}.")


def test_what_is_no_toml_is_named_with_its_line() -> None:
    with pytest.raises(BrokenFile, match=r"lessons/B1.toml cannot be read.*line 3"):
        parsed(B1, "right = 'a'\n[en]\nversion = = 2")


def test_progress_is_new_started_or_done_and_the_next_one_is_not_done() -> None:
    assert [stage({B1: at}, B1) for at in (0, 1, 5, DONE)] == [Stage.NEW, Stage.STARTED, Stage.STARTED, Stage.DONE]
    assert done({B1: DONE, B2: 3}) == 1
    assert next_lesson({}) is B1
    assert next_lesson({B1: DONE, B2: 4}) is B2
    assert next_lesson({}, after=A4) is B1
    assert next_lesson(dict.fromkeys(LessonCode, DONE)) is None
    assert next_lesson({**dict.fromkeys(LessonCode, DONE), A4: 2}, after=A4) is None
