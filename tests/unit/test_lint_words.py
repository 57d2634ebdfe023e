"""Words with a better wording: what is found, what is not, and why each is there (content: words, kinds)."""

import pytest

from campaign_engine.domain.lint.finding import Finding, Severity
from campaign_engine.domain.lint.source import folded, prose, tidy
from campaign_engine.domain.lint.words import WordEntry, found_in, without
from campaign_engine.wordlists import WordLists

WORDS = WordLists()


def found(text: str, language: str = "en", kind: str = "awareness", lesson: str = "") -> list[Finding]:
    return list(found_in(text, WORDS.entries(language), kind, lesson))


HINTS = [
    *[
        ("en", text, word)
        for text, word in (
            ("Those thugs ran", "thugs"),
            ("THUG life", "THUG"),
            ("a gang-related fight", "gang-related"),
            ("our block is no war zone", "war zone"),
            ("two innocent victims", "innocent victims"),
            ("they are animals", "animals"),
            ("the perp ran", "perp"),
            ("from the ghetto", "ghetto"),
            ("do not be a snitch", "snitch"),
            ("stop snitching", "snitching"),
            ("black-on-black crime", "black-on-black crime"),
        )
    ],
    *[
        ("es", text, word)
        for text, word in (
            ("esos matones", "matones"),
            ("víctima inocente", "víctima inocente"),
            ("VICTIMAS INOCENTES", "VICTIMAS INOCENTES"),
            ("el barrio es una zona de guerra", "zona de guerra"),
            ("no seas soplón", "soplón"),
            ("una pandillera del barrio", "pandillera"),
        )
    ],
]
NEVER = [
    *[
        ("en", text)
        for text in (
            "He was shot five times.",
            "He was shot 3 times.",
            "She is in critical condition.",
            "He was rushed to the hospital.",
            "His cousin knew the shooter.",
            "She was shot by her boyfriend.",
            "See the mugshot.",
            "Here is the video of the shooting.",
            "Violence is everywhere.",
            "EVERYONE DOES IT.",
            "This campaign lowers shootings.",
            "Our pledge will reduce gun violence.",
            "Do you own a gun?",
            "You could be next.",
        )
    ],
    *[
        ("es", text)
        for text in (
            "Le dieron cinco balazos.",
            "Está en estado crítico.",
            "Lo llevaron al hospital.",
            "Conocía al tirador.",
            "Mira el video de la pelea.",
            "La violencia esta en todas partes.",
            "Todos lo hacen.",
            "Esta campaña reduce la violencia.",
            "Vas a morir.",
        )
    ],
]
NEAR = [
    *[
        ("en", text)
        for text in (
            "Thuggish is not in the list, and neither is hooded.",
            "The animal shelter needs help.",
            "A sniper is a bird watcher's word here.",
            "The war on zoning ended.",
            "Do not share a video of the fight.",
            "Don't be afraid to ask for help.",
            "Everyone does their part.",
            "The music is everywhere.",
            "Lower your voice when a fight starts.",
            "Volunteers of the hospital program will be there.",
            "He called me five times.",
            "Read more at https://nyc.gov/thug-life .",
            "Hi {{ thug }}",
        )
    ],
    *[
        ("es", text)
        for text in (
            "El refugio de animales busca ayuda.",
            "No compartas el video de la pelea.",
            "No tengas miedo de pedir ayuda.",
            "La música está en todas partes.",
            "Todos ayudan.",
            "Un rato de paz.",
        )
    ],
]


@pytest.mark.parametrize(("language", "text", "word"), HINTS)
def test_F6_a_word_is_a_hint_with_a_reason(language: str, text: str, word: str) -> None:
    (finding,) = found(text, language)
    assert (finding.found, finding.severity) == (word, Severity.BETTER)
    assert finding.why
    assert text[finding.start :].startswith(word)


@pytest.mark.parametrize(("language", "text"), NEVER)
def test_F6_what_never_stands_must_change(language: str, text: str) -> None:
    assert [one.severity for one in found(text, language)] == [Severity.MUST]


@pytest.mark.parametrize(("language", "text"), NEAR)
def test_F6_a_near_miss_is_left_alone(language: str, text: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("kind", "text", "others"),
    [
        ("memorial", "There was blood on the ground.", "awareness"),
        ("memorial", "He died of his wounds.", "awareness"),
        ("aftermath", "The suspect got away.", "memorial"),
        ("aftermath", "It was over a girl.", "awareness"),
        ("aftermath", "It was on the corner of Linden.", "awareness"),
        ("aftermath", "Join us and pledge.", "pledge"),
        ("aftermath", "Here is a photo.", "memorial"),
        ("recruit", "Bring a friend, win a gift card.", "awareness"),
        ("recruit", "Bring three, get $50.", "awareness"),
        ("presence", "Drop a pin when you are there.", "awareness"),
        ("presence", "Look who's coming.", "awareness"),
        ("pledge", "Climb the leaderboard.", "awareness"),
        ("series", "You failed again.", "awareness"),
    ],
)
def test_F6_a_kind_has_its_own_must_not(kind: str, text: str, others: str) -> None:
    assert {one.severity for one in found(text, kind=kind)} == {Severity.MUST}
    assert found(text, kind=others) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("memorial", "Mira la sangre."),
        ("aftermath", "El sospechoso huyó."),
        ("aftermath", "Fue en la esquina."),
        ("recruit", "Gana premios."),
        ("presence", "Comparte tu ubicación."),
        ("pledge", "Mira la tabla de líderes."),
        ("series", "Fallaste."),
    ],
)
def test_F6_a_kind_has_its_own_must_not_in_spanish(kind: str, text: str) -> None:
    assert {one.severity for one in found(text, "es", kind)} == {Severity.MUST}
    assert found(text, "es", "awareness") == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("aftermath", "Please do not pass on videos or guesses."),
        ("presence", "Don't share your location."),
        ("pledge", "There is no leaderboard."),
        ("recruit", "There is no prize, only backup."),
        ("memorial", "Give at the blood drive."),
    ],
)
def test_F6_saying_not_to_do_it_is_meant_well(kind: str, text: str) -> None:
    assert found(text, kind=kind) == []


def test_F6_snitch_stands_in_lesson_b3_only() -> None:
    text = "Getting help is not snitching."
    assert found(text, kind="series", lesson="B3") == []
    assert len(found(text, kind="series", lesson="B2")) == 1


def test_F6_a_fix_fits_in_its_place() -> None:
    (many,) = found("Hi. Thugs of {{ area }} 🎉")
    assert (many.better, many.fixed) == ("People", "Hi. People of {{ area }} 🎉")
    (one,) = found("a thug's block")
    assert one.fixed == "a person's block"
    (none,) = found("it was gang related")
    assert none.fixed is None


def test_of_two_that_overlap_the_graver_and_longer_stands() -> None:
    entries = (
        WordEntry("en", ("big dog",), "a"),
        WordEntry("en", ("big",), "b"),
        WordEntry("en", ("dog house",), "c", severity=Severity.MUST),
    )
    assert [one.found for one in found_in("a big dog house", entries, "awareness")] == ["big", "dog house"]
    assert [one.found for one in found_in("a big dog", entries, "awareness")] == ["big dog"]


def test_a_number_may_be_a_word_and_one_of_several_words_is_enough() -> None:
    entries = (WordEntry("en", ("# red/blue cars",), "why"),)
    assert [one.found for one in found_in("two red cars, 12 blue cars, red cars", entries, "pledge")] == [
        "two red cars",
        "12 blue cars",
    ]


def test_an_operator_takes_hints_out_but_not_what_must_never_stand() -> None:
    kept = without(WORDS.entries("en"), "THUG")
    assert found_in("thug", kept, "awareness") == ()
    assert found_in("perp", kept, "awareness") != ()
    assert without(kept, "violence is everywhere") == kept


def test_positions_hold_through_accents_tags_and_unseen_letters() -> None:
    text = tidy("Cafe\u0301 th\u00adug {{ a }}{% if b %}x")
    assert text == "Café thug {{ a }}{% if b %}x"
    assert len(folded(text)) == len(prose(text)) == len(text)
    assert folded("Ñandú İ ﬁ’") == "nandu i f'"
