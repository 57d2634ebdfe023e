"""Every safety text is there in twelve languages and keeps what it must; a person's review is never made up."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Reply
from campaign_engine.domain.safety_texts import SAFETY_TEXTS, faults, shared_texts
from campaign_engine.rendering import Renderer
from campaign_engine.texts import catalogue
from scripts.safety_texts import problems

ENGLISH = catalogue.shipped("en")
FURTHER = [language for language in SAFETY_LANGUAGES if language not in ("en", "es")]


def test_P2_twelve_languages_have_every_safety_text_and_nothing_is_wrong_with_one() -> None:
    assert list(problems()) == []
    assert len(SAFETY_LANGUAGES) == 12
    assert len(set(SAFETY_TEXTS)) == len(SAFETY_TEXTS) > 50


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_P2_each_text_carries_a_review_that_is_empty_until_there_was_one(language: str) -> None:
    reviews = catalogue.shipped_reviews(language)
    assert set(SAFETY_TEXTS) <= set(reviews)
    for review in reviews.values():
        assert set(review) == {"english", "text", "reviewed_by", "reviewed_on"}
        assert bool(review["reviewed_by"]) == bool(review["reviewed_on"])


@pytest.mark.parametrize("language", FURTHER)
def test_P2_a_further_language_has_no_other_folders_or_names(language: str) -> None:
    folder = files("templates") / "messages" / language
    assert {path.name for path in folder.iterdir()} == {*(f"{flow}.j2" for flow in used_flows()), "reviews.toml"}
    assert set(catalogue.shipped(language)) <= set(catalogue.translatable())


def used_flows() -> set[str]:
    return {name.partition(".")[0] for name in SAFETY_TEXTS}


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
def test_H2_the_card_is_short_and_says_what_it_must_in_every_language(language: str) -> None:
    card = Renderer().reply(Reply("help.card"), language)
    assert card.spoken == ""
    assert len(card.text) <= 600
    word = "AYUDA" if language == "es" else "HOME"
    assert all(number in card.text for number in ("911", "988", "741741", word, "MENU"))
    assert len(card.text.split("\n\n")) == 4


@pytest.mark.parametrize("language", FURTHER)
def test_C9_the_first_message_and_the_card_say_the_same_of_who_watches(language: str) -> None:
    texts = catalogue.shipped(language)
    nobody = re.split(r"[.。।۔] ?", texts["page.automated"].rstrip(".。।۔"))[-1]
    for name in ("join.welcome", "help.card"):
        assert nobody in texts[name].split("\n\n")[0]


@pytest.mark.parametrize(
    ("name", "language", "text", "fault"),
    [
        ("help.card", "ru", "", "empty"),
        ("help.card", "ru", "{card}" + "ж" * 400, "at most 600"),
        ("help.short", "pl", "W niebezpieczeństwie: 911.", "988 is missing"),
        ("help.short", "pl", "W niebezpieczeństwie: 911, 989, 988.", "number that the English has not: 989"),
        ("help.card", "es", "{card}", "AYUDA is missing"),
        ("menu.stopped", "fr", "C'est fait.", "/start is missing"),
        ("join.updates", "ko", "소식을 받을래요? 2번이에요.", "needs {{ area }}"),
        ("join.updates", "ko", "{{ area }} {{ name }} 소식 2번", "needs {{ area }}"),
        ("join.updates", "ko", "{% if area %}{{ area }} 소식 2번", "brace"),
        ("join.age", "ru", "How old are you?", "letters of this language"),
        ("join.age", "bn", "你多大了？", "letters of this language"),
        ("join.age", "zh-Hant", "请问你几岁？", "another language: 岁 请 问"),
        ("join.age", "zh-Hans", "請問你多大？", "another language: 問 請"),
        ("join.age", "ar", "آپ کی عمر کیا ہے؟", "another language"),
        ("join.age", "ur", "كم عمرك يا صديقي؟", "another language"),
        ("join.age", "fr", "Quel âge as-tu ? \u202e", "invisible control"),
        ("join.age", "fr", "Quel âge as-tu ? https://evil.example", "link"),
        ("join.updates_yes", "fr", "Oui " * 30, "at most 64"),
        ("help.short", "fr", "C'est confidentiel. En danger : 911. Sinon 988.", "confidential"),
    ],
)
def test_P2_what_a_translation_must_not_do_is_named(name: str, language: str, text: str, fault: str) -> None:
    card = catalogue.shipped("ru" if language == "ru" else "en")["help.card"]
    found = list(faults(name, ENGLISH[name], text.replace("{card}", card), language))
    assert any(fault in each for each in found), found


def test_P2_a_text_that_was_copied_from_another_language_is_found() -> None:
    copied = {**catalogue.shipped("pl"), "menu.export": catalogue.shipped("fr")["menu.export"]}
    assert list(shared_texts({"fr": catalogue.shipped("fr"), "pl": copied})) == [("menu.export", "fr", "pl")]
    assert not list(shared_texts({"en": {"menu.open": "Menu"}, "pl": {"menu.open": "Menu"}}))


def test_P2_a_language_that_lacks_a_text_is_named_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in SAFETY_LANGUAGES:
        (tmp_path / language).mkdir()
        for flow in used_flows():
            source = (files("templates") / "messages" / language / f"{flow}.j2").read_text(encoding="utf-8")
            (tmp_path / language / f"{flow}.j2").write_text(source, encoding="utf-8")
    broken = tmp_path / "bn" / "help.j2"
    broken.write_text(broken.read_text(encoding="utf-8").replace("block card", "block cart"), encoding="utf-8")
    monkeypatch.setattr(catalogue, "_messages", lambda: tmp_path)
    catalogue.shipped.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match=r"bn/help\.j2 lacks the safety text card") as refused:
            catalogue.check_shipped()
    finally:
        catalogue.shipped.cache_clear()
    assert refused.value.code == "missing_safety_text"


def test_P2_a_changed_english_and_a_changed_text_show() -> None:
    entry = catalogue.Entry(
        "join.age", "How old are you?", "Ile masz lat?", catalogue.fingerprint("How old?"), "Ola", "x"
    )
    assert entry.outdated
    assert not entry.reviewed
    kept = catalogue.Entry("join.age", "How old?", "Ile masz lat?", catalogue.fingerprint("How old?\r\n"), "Ola", "x")
    assert not kept.outdated
    assert kept.reviewed
