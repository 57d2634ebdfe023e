"""When the help card comes first (safety H1, H2): recall per language, precision over ordinary sentences, time.

The sentences lie in tests/phrasings, one file per language. Below `--` stand those that were written before the signs
and not looked at while these were made; below `[later]` those that were written after, to see what is missed, and have
shaped the signs since. All were written by the makers, not by teenagers, and nobody who grew up with the language has
read them. On first sight 63 %, 59 % and, after two rounds, 76 % of the later ones were found, and 3 % to 10 % of new
ordinary sentences, chosen to be hard, brought a card: numbers outside this file are lower than the thresholds in it.
That is why help never depends on a match (safety H1).
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_engine.dialogue.help import help_card
from campaign_engine.dialogue.help_finding import help_languages
from campaign_engine.domain.command_words import STOP_WORDS
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.words import is_stop
from campaign_engine.rendering import Renderer

PHRASINGS = Path(__file__).parents[1] / "phrasings"
CATEGORIES = {"self_harm", "danger_now", "someone_hurt", "threat_or_weapon", "abuse", "grief"}
RECALL = 0.95
FALSE_ALARMS = 0.03


def sentences(name: str) -> Iterator[tuple[str, bool, str]]:
    """Part, whether held out, and the sentence."""
    part, held_out = "", False
    for line in (PHRASINGS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part, held_out = line.strip("[]"), False
        elif line == "--":
            held_out = True
        elif line.strip():
            yield part, held_out, line


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_H1_signs_of_need_are_found_in_every_language(language: str) -> None:
    said = list(sentences(language))
    assert {part for part, _, _ in said} >= CATEGORIES
    assert len([part for part, _, _ in said if part in CATEGORIES]) >= 40
    for which in (said, [one for one in said if one[1]]):
        missed = [text for _, _, text in which if not help_languages(text)]
        assert len(missed) <= (1 - RECALL) * len(which), missed


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_H1_the_language_they_wrote_in_is_known(language: str) -> None:
    said = [help_languages(text) for part, _, text in sentences(language) if part in CATEGORIES]
    chinese = language.startswith("zh")
    right = [found for found in said if language in found or (chinese and any(one.startswith("zh") for one in found))]
    assert len(right) >= RECALL * len(said)


def test_H1_ordinary_sentences_bring_no_card() -> None:
    said = list(sentences("ordinary"))
    assert len(said) >= 200
    assert len([part for part, _, _ in said if part == "en"]) >= 70
    for which in (said, [one for one in said if one[1]]):
        alarms = [text for _, _, text in which if help_languages(text)]
        assert len(alarms) <= FALSE_ALARMS * len(which), alarms


@pytest.mark.parametrize(
    "text",
    [
        *("My sister saw a gun", "KMS", "k m s", "k.m.s", "i wanna diiiie", "k1ll myself", "ｋｍｓ", "I can’t go on"),
        *("hey... i dont wanna be here anymore!!! 😢", "they are outside my house", "where can I buy a gun"),
        *(
            "gonna shoot up",
            "we getting payback",
            "rip my brother",
            "quiero morirme",
            "ya no aguanto más",
            "no respira",
        ),
        *("abusaron de mí", "trae una pistola", "estoy de luto", "QUIERO MORIR", "chcę umrzeć", "chce umrzec"),
        *("죽고싶어", "죽고 싶 어 ㅠㅠ", "我 想 自 殺", "أريد أن أموت", "اريد ان اموت", "хочу умереть", "ХОЧУ УМЕРЕТЬ"),
        *("মরে যেতে চাই", "mujhe marna hai", "m pa vle viv ankò", "J'AI ENVIE DE MOURIR", "میں مرنا چاہتا ہوں"),
    ],
)
def test_H1_however_it_is_typed(text: str) -> None:
    assert help_languages(text)


def test_H1_a_harmless_phrase_hides_nothing_beside_it() -> None:
    assert not help_languages("this homework is killing me")
    assert help_languages("this homework is killing me and i want to die")


def test_C7_no_word_for_STOP_brings_the_card() -> None:
    words = [word for language in STOP_WORDS.values() for word in language]
    assert all(is_stop(word) for word in words)
    assert [word for word in words if help_languages(word)] == []


@settings(deadline=None)
@given(st.text(max_size=200))
def test_H1_the_matcher_takes_whatever_is_typed(text: str) -> None:
    assert {*help_languages(text)} <= {*SAFETY_LANGUAGES}


@pytest.mark.parametrize(
    "part", ["want to ", "a", "my ", "我想", "형 ", "got get my brother ", "saw a ", "می ", "не хочу ", "k m s ", "ক্ "]
)
def test_H1_the_longest_message_takes_time_by_its_length_only(part: str) -> None:
    def took(length: int) -> float:
        text = (part * length)[:length]
        begun = time.process_time()
        for _ in range(3):
            help_languages(text)
        return (time.process_time() - begun) / 3

    assert took(4000) < 0.5
    assert took(16_000) < 16 * max(took(4000), 0.001)


def test_H1_a_usual_message_takes_under_a_thousandth_of_a_second() -> None:
    text = "yo what time does the event start tomorrow i wanna bring my cousin"
    help_languages(text)
    begun = time.process_time()
    for _ in range(100):
        help_languages(text)
    assert (time.process_time() - begun) / 100 < 0.001


def test_the_signs_are_read_for_the_first_text_and_not_by_commands_that_read_none() -> None:
    code = (
        "import campaign_engine.services.conversation; from campaign_engine.dialogue import help_finding as it;"
        "before = it.is_ready(); it.help_languages('hi'); print(before, it.is_ready())"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_H2_the_card_fits_and_says_what_it_must_and_nothing_it_must_not(language: str) -> None:
    card = Renderer().reply(help_card(), language)
    assert len(card.text) <= 600
    assert [one.data for row in card.choices for one in row] == ["m:back"], "a server's chat takes no words"
    for words in ("911", "988", "741741", "MENU", "STOP" if language != "es" else "PARAR"):
        assert words in card.text
    assert ("AYUDA" if language == "es" else "HOME") in card.text
    for never in ("confiden", "конфиденц", "poufn", "保密", "비밀 보장", "سري", "গোপনীয়", "خفیہ", "konfidansy"):
        assert never not in card.text.lower()


def test_H2_in_english_and_spanish_the_card_says_who_answers_and_asks_nothing() -> None:
    said = {
        "en": ("automated program", "Nobody is watching", "somewhere safer", "text 911", "HOME to 741741"),
        "es": ("programa automático", "Nadie vigila", "más seguro", "escribir al 911", "AYUDA al 741741"),
    }
    for language, words in said.items():
        text = Renderer().reply(help_card(), language).text
        assert [each for each in words if each not in text] == []
        assert "?" not in text.replace("In danger now?", "").replace("¿En peligro ahora?", "")
