"""What platforms call a language becomes one of ours, or none."""

import pytest

from campaign_engine.domain.languages import (
    LANGUAGE_NAMES,
    RIGHT_TO_LEFT,
    SAFETY_LANGUAGES,
    directed,
    direction,
    from_tag,
    isolated,
)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        *((language, language) for language in SAFETY_LANGUAGES),
        ("es-MX", "es"),
        ("EN_us", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("ar-EG", "ar"),
        ("pt-BR", ""),
        ("", ""),
    ],
)
def test_P2_a_tag_is_read(tag: str, language: str) -> None:
    assert from_tag(tag) == language


def test_P2_what_is_written_from_the_right_is_one_of_ours() -> None:
    assert set(SAFETY_LANGUAGES) >= RIGHT_TO_LEFT
    assert [language for language in SAFETY_LANGUAGES if direction(language) == "rtl"] == ["ar", "ur"]


def test_P2_each_language_names_itself() -> None:
    assert len(set(LANGUAGE_NAMES.values())) == 12
    assert LANGUAGE_NAMES["ht"] == "Kreyòl ayisyen"


def test_P2_a_line_that_begins_with_a_latin_word_is_still_read_from_the_right() -> None:
    said = directed("أرسل /start الآن\n/export يعرض\n911 شيء", "ar").splitlines()
    assert said == ["أرسل \u2066/start\u2069 الآن", "\u200f\u2066/export\u2069 يعرض", "911 شيء"]
    assert directed("/export shows it", "en") == "/export shows it"
    assert directed("", "ur") == ""


def test_P2_a_name_inside_keeps_its_signs_in_order_and_an_address_can_be_followed() -> None:
    assert isolated("Brownsville (73)", "ur") == "\u2068Brownsville (73)\u2069"
    assert isolated("https://x.example/a", "ur") == "https://x.example/a"
    assert isolated("Brownsville", "pl") == "Brownsville"
    assert isolated(7, "ar") == 7
