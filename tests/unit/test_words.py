"""Whole messages that end everything, and the few that open something (safety C7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.words import COMMAND_WORDS, STOP_WORDS, command_in, is_stop

ALL_STOPS = [word for words in STOP_WORDS.values() for word in words]


@pytest.mark.parametrize("word", ALL_STOPS)
@pytest.mark.parametrize("dress", ["{}", " {}\n", "{}!", "«{}»", "{} 🛑"])
def test_C7_every_word_in_every_dress_is_a_stop(word: str, dress: str) -> None:
    for spelled in (word, word.upper(), word.title()):
        assert is_stop(dress.format(spelled))


@pytest.mark.parametrize(
    "word", ["S T O P", "s.t.o.p", "Opt-Out", "OPTOUT", "ＳＴＯＰ", "no mas", "CANCELAR SUSCRIPCION"]
)
def test_C7_blanks_points_and_missing_accents_do_not_matter(word: str) -> None:
    assert is_stop(word)


@pytest.mark.parametrize(
    "text",
    [
        *("please stop by", "don't stop", "the end is near", "stopping", "unstoppable", "para mí", "parada", "bajada"),
        *("বন্ধু", "", "  ", "🛑", "75", "start", "menu", "stop end", "la la la"),
        *("не хватит", "band", "bando", "بندر", "停车场", "정지선", "finish", "fini wè", "konieczny", "arrêt de bus"),
        *("no para", "termina la fiesta", "শেষ কথা", "إلغاء الموعد", "결과 종료 시간", "kanpe la"),
    ],
)
def test_C7_a_sentence_with_the_word_in_it_is_not(text: str) -> None:
    assert not is_stop(text)


@given(st.sampled_from(ALL_STOPS), st.sampled_from(["I said {} it", "{} that now please", "why {}"]))
def test_C7_words_around_it_make_it_a_sentence(word: str, sentence: str) -> None:
    assert not is_stop(sentence.format(word))


@pytest.mark.parametrize("language", list(STOP_WORDS))
def test_C7_each_language_has_its_own_words_and_latin_stop_works_for_all(language: str) -> None:
    assert len(STOP_WORDS[language]) >= 12
    assert all(is_stop(word) for word in (*STOP_WORDS[language], "STOP"))


@pytest.mark.parametrize("word", ALL_STOPS)
def test_C7_no_word_for_stop_opens_something_else(word: str) -> None:
    assert command_in(word) == ""


def test_C7_every_language_of_local_law_30_has_words() -> None:
    assert set(STOP_WORDS) == {"en", "es", "zh", "ru", "bn", "ht", "ko", "ar", "ur", "fr", "pl"}
    required = ("stop", "quit", "end", "unsubscribe", "opt out")
    assert all(is_stop(word) for word in required)


@pytest.mark.parametrize(("name", "word"), [(name, word) for name, words in COMMAND_WORDS.items() for word in words])
def test_C8_words_that_texts_tell_people_to_send_do_what_they_say(name: str, word: str) -> None:
    assert command_in(word) == command_in(f" {word.upper()}! ") == name
    assert not is_stop(word)
    assert command_in(f"{word} or not") == ""


@given(st.text(max_size=40))
def test_whatever_is_typed_is_at_most_one_of_both(text: str) -> None:
    assert not (is_stop(text) and command_in(text))
