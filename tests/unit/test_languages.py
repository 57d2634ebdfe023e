"""What platforms call a language becomes one of ours, or none."""

import pytest

from campaign_engine.domain.languages import RIGHT_TO_LEFT, SAFETY_LANGUAGES, from_tag


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
