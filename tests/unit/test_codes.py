"""Codes that people type, and handles that staff choose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.codes import LETTERS, WORDS, new_code, new_word_code, plain_code
from campaign_engine.domain.errors import Conflict, InvalidInput
from campaign_engine.domain.handle import read_handle


def test_no_letter_looks_like_another_on_paper() -> None:
    assert not set("01OIL") & set(LETTERS)
    assert len(set(LETTERS)) == len(LETTERS) == 31


def test_codes_are_long_enough_to_be_unlike_each_other() -> None:
    codes = {new_code(8) for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 8 and set(code) <= set(LETTERS) for code in codes)


def test_word_codes_are_a_plain_word_and_two_digits() -> None:
    for code in {new_word_code() for _ in range(300)}:
        assert code[:-2] in WORDS
        assert 10 <= int(code[-2:]) <= 99


def test_words_are_plain_short_and_each_there_once() -> None:
    assert len(set(WORDS)) == len(WORDS) > 200
    assert all(word.isascii() and word.isalpha() and word.isupper() and 2 < len(word) < 10 for word in WORDS)


@given(st.text(max_size=30))
def test_a_code_is_the_same_however_it_is_spaced(typed: str) -> None:
    assert plain_code(plain_code(typed)) == plain_code(typed)
    assert plain_code(f" {typed} - ") == plain_code(typed)


@pytest.mark.parametrize(("typed", "kept"), [(" River7 ", "river7"), ("ＲＩＶＥＲ７", "river7"), ("peñaX", "peñax")])
def test_a_handle_is_kept_in_small_letters(typed: str, kept: str) -> None:
    assert read_handle(typed) == kept


@pytest.mark.parametrize("typed", ["ab", "x" * 21, "two words", "semi;colon", "a_b_c", "", "   ", "@river", "r\niver"])
def test_a_handle_that_cannot_be_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_handle(typed)
    assert "river7" in caught.value.hint


@pytest.mark.parametrize("typed", ["operator", "Clock", " DEMO "])
def test_R3_nobody_is_called_as_the_log_calls_the_program(typed: str) -> None:
    with pytest.raises(Conflict) as caught:
        read_handle(typed)
    assert caught.value.code == "handle_taken"
