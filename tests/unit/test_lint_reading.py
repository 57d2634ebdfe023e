"""Reading age: syllables by hand, formulas by their published examples."""

import pytest

from campaign_engine.domain.lint.reading import (
    Counted,
    age,
    counted,
    english_grade,
    english_syllables,
    spanish_age,
    spanish_ease,
    spanish_syllables,
)

ENGLISH = {
    1: "the asked looked shared leave leaves house place change trust friend hour you're don't can't text texts"
    " fire hurt loved cried walked rules clothes",
    2: "people message campaign someone approved needed story before safety houses table little neighbor precinct adult"
    " minute question action station afraid healing quiet again started carried city social special didn't doesn't"
    " watches wishes client language people's",
    3: "neighborhood library together area video remember violence idea beautiful everything nobody hospital resources"
    " evidence suggestion",
    4: "community organizer interesting anybody situation reptilian Australian usually responsible available",
}
SPANISH = {
    1: "que quien muy rey hoy y voy buey dios",
    2: "guerra casa país día días ciudad cuidar gente lluvia limpio leer creer oír reír búho alguien",
    3: "pingüino cuidado ayuda teatro poeta violencia mensaje campaña siguiente línea idea",
    4: "comunidad aéreo murciélago averiguar prohibido tiroteo",
}


@pytest.mark.parametrize(("number", "word"), [(n, word) for n, words in ENGLISH.items() for word in words.split()])
def test_english_syllables(number: int, word: str) -> None:
    assert english_syllables(word) == number


@pytest.mark.parametrize(("number", "word"), [(n, word) for n, words in SPANISH.items() for word in words.split()])
def test_spanish_syllables(number: int, word: str) -> None:
    assert spanish_syllables(word) == number


@pytest.mark.parametrize(
    ("text", "count", "ease", "grade"),
    [
        ("The cat sat on the mat.", Counted(1, 6, 6), 116, -1.45),
        (
            "This sentence, taken as a reading passage unto itself, is being used to prove a point.",
            Counted(1, 16, 23),
            69,
            7.6,
        ),
    ],
)
def test_english_counts_by_published_examples(text: str, count: Counted, ease: int, grade: float) -> None:
    """Their reading ease is published; it follows from the same counts as the grade."""
    assert counted(text, "en") == count
    published = 206.835 - 1.015 * count.words / count.sentences - 84.6 * count.syllables / count.words
    assert round(published) == ease
    assert english_grade(count) == pytest.approx(grade, abs=0.05)


def test_spanish_ease_by_its_formula() -> None:
    """100 words, 200 syllables, 10 words a sentence: 206.84 - 0.60 P - 1.02 F with P = 200 and F = 10."""
    assert spanish_ease(Counted(10, 100, 200)) == pytest.approx(206.84 - 0.60 * 200 - 1.02 * 10)
    assert counted("El gato come. La niña lee un libro.", "es") == Counted(2, 8, 13)


@pytest.mark.parametrize(
    ("ease", "years"), [(95, 9), (90, 9), (85, 10), (70, 11), (69.9, 13), (55, 15), (40, 17), (10, 19)]
)
def test_spanish_ease_as_an_age_by_its_own_table(ease: float, years: float) -> None:
    assert spanish_age(ease) == years


def test_P1_a_plain_text_is_read_at_twelve_and_an_office_text_is_not() -> None:
    plain = (
        "When a chat heats up, leave it and breathe. Then call someone you trust. It takes one minute, and it helps."
    )
    office = (
        "Participation in community-based violence interruption initiatives necessitates collaborative engagement with"
        " institutional stakeholders throughout the municipality."
    )
    assert (age(plain, "en") or 99) <= 12 < (age(office, "en") or 0)
    llano = (
        "Cuando un chat se calienta, sal de ahí. Respira. Luego llama a alguien de confianza. Toma un minuto y ayuda."
    )
    oficina = (
        "La participación en iniciativas comunitarias de interrupción de la violencia requiere una colaboración"
        " institucional permanente entre las organizaciones intervinientes del municipio."
    )
    assert (age(llano, "es") or 99) <= 12 < (age(oficina, "es") or 0)


def test_a_short_text_and_a_language_without_a_formula_have_no_age() -> None:
    assert age("Institutional stakeholders collaborate municipally.", "en") is None
    assert age("слово " * 40, "ru") is None
    assert age("988 911 " * 20, "en") is None
