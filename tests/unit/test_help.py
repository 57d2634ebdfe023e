"""When the help card comes first (safety H1, H2); too many matches cost less than too few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.dialogue.help import help_card, help_match
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.rendering import Renderer


@pytest.mark.parametrize(
    "text",
    [
        # oneself
        *("I want to kill myself", "kms", "i dont wanna be here anymore", "I'd be better off dead", "cant take it"),
        *("quiero morirme", "me corto", "ya no aguanto más", "no quiero vivir", "pienso en matarme"),
        # danger now
        *(
            "I'm in danger",
            "someone is following me",
            "they're looking for me",
            "they are outside my house",
            "not safe",
        ),
        *("me siguen", "estoy en peligro", "auxilio me persiguen", "tengo mucho miedo", "no estoy segura aquí"),
        # somebody hurt
        *("my friend got shot", "he's bleeding", "she is not breathing", "I heard shots", "he was stabbed"),
        *("está sangrando", "hay un herido", "escuché disparos", "balacera en mi cuadra", "no respira"),
        # threats and weapons
        *(
            "he has a gun",
            "where can I buy a gun",
            "they threatened my brother",
            "gonna shoot up",
            "we getting payback",
        ),
        *("trae una pistola", "me van a matar", "quiero vengarme", "lo voy a matar", "me amenazaron"),
        # abuse
        *("my dad hits me", "he touches me", "i was raped", "mi papá me pega", "abusaron de mí", "me maltrata"),
        # grief
        *("my cousin died", "I lost my best friend", "his funeral is today", "rip my brother", "they killed my son"),
        *("murió mi hermano", "mataron a mi primo", "estoy de luto", "perdí a mi mamá", "mi abuela falleció"),
    ],
)
def test_H1_signs_of_need_bring_the_card(text: str) -> None:
    assert help_match(text)
    assert help_match(text.upper())
    assert help_match(f"hey... {text}!!! 😢")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "hello",
            "menu",
            "11207",
            "MAPLE75",
            "what is this",
            "who are you",
            "I live in Brownsville",
            "16",
            "brooklyn",
        ),
        *("hola", "¿qué es esto?", "vivo en el Bronx", "gracias", "me gusta", "mi escuela es grande", "buenas noches"),
        *("how do I join", "when is the event", "can my friends come", "cómo invito a un amigo", "I like basketball"),
    ],
)
def test_ordinary_words_do_not(text: str) -> None:
    assert not help_match(text)


@given(st.text(max_size=200))
def test_H1_the_matcher_takes_whatever_is_typed(text: str) -> None:
    assert help_match(text) in (True, False)
    assert help_match(f"{text} . I want to die")


@pytest.mark.parametrize("language", LANGUAGES)
def test_H2_the_card_fits_and_says_what_it_must_and_nothing_it_must_not(language: str) -> None:
    card = Renderer().reply(help_card(), language)
    assert len(card.text) <= 600
    said = {
        "en": (
            "automated program",
            "Nobody is watching",
            "somewhere safer",
            "911",
            "text 911",
            "988",
            "HOME to 741741",
        ),
        "es": ("programa automático", "Nadie vigila", "más seguro", "911", "escribir al 911", "988", "AYUDA al 741741"),
    }
    for words in (*said[language], "MENU"):
        assert words in card.text
    for never in ("confiden", "tell us what", "cuéntanos", "name", "nombre"):
        assert never not in card.text.lower()
