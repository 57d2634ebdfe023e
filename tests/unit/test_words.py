"""Whole messages that end everything, and the few that open something (safety C7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.dialogue.help_finding import help_languages
from campaign_engine.domain import codes
from campaign_engine.domain.command_words import COMMAND_WORDS, STOP_WORDS
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.words import command_in, is_stop, plain_digits, squeezed

ALL_STOPS = [word for words in STOP_WORDS.values() for word in words]
ALL_COMMANDS = [(name, word) for name, rows in COMMAND_WORDS.items() for words in rows.values() for word in words]
SIGNS_TOO = {*("help me", "ayúdame", "auxilio", "socorro"), *("efase m", "efase mwen", "efase tout", "efase done mwen")}
"""Asks for the help card by command, or says, alone, what the button beside it says: the matcher knows these too."""


@pytest.mark.parametrize("dress", ["{}", " {}\n", "{}!", "«{}»", "{} 🛑"])
def test_C7_every_word_in_every_dress_is_a_stop(dress: str) -> None:
    spelled = [dress.format(said) for word in ALL_STOPS for said in (word, word.upper(), word.title())]
    assert [said for said in spelled if not is_stop(said)] == []


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


def test_C7_no_word_for_stop_opens_something_else() -> None:
    assert {word: command_in(word) for word in ALL_STOPS if command_in(word)} == {}


def test_C7_every_language_of_local_law_30_has_words() -> None:
    assert set(STOP_WORDS) == set(SAFETY_LANGUAGES)
    required = ("stop", "quit", "end", "unsubscribe", "opt out")
    assert all(is_stop(word) for word in required)


def test_C8_every_command_has_words_in_every_language() -> None:
    assert set(COMMAND_WORDS) == {
        *("help", "menu", "start", "language", "privacy", "delete", "export", "pause", "resume"),
        *("learn", "area", "invite", "verify"),
    }
    assert all(set(rows) == set(SAFETY_LANGUAGES) for rows in COMMAND_WORDS.values())
    assert all(len(words) >= 3 for rows in COMMAND_WORDS.values() for words in rows.values())


def test_C8_no_word_means_two_things_in_any_two_languages() -> None:
    meant: dict[str, str] = {squeezed(word): "stop" for word in ALL_STOPS}
    for name, word in ALL_COMMANDS:
        assert meant.setdefault(squeezed(word), name) == name, word
    assert all(squeezed(word) for word in (*ALL_STOPS, *(word for _, word in ALL_COMMANDS)))


def test_C8_within_a_language_no_word_stands_twice() -> None:
    for rows in (STOP_WORDS, *COMMAND_WORDS.values()):
        for words in rows.values():
            assert len({squeezed(word) for word in words}) == len(words)


def test_C8_no_command_hides_a_sign_of_need() -> None:
    hidden = {word for word in (*ALL_STOPS, *(word for _, word in ALL_COMMANDS)) if help_languages(word)}
    assert hidden <= SIGNS_TOO


def test_C8_no_code_on_a_poster_is_a_command() -> None:
    words = {squeezed(word).upper() for word in (*ALL_STOPS, *(word for _, word in ALL_COMMANDS))}
    assert not [word for word in words if word[-2:].isdecimal() and word[:-2] in codes.WORDS]
    assert not words.intersection(codes.WORDS)


def test_C8_a_code_that_would_be_a_command_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("REANUDAR" + "MAPLE234")
    monkeypatch.setattr("secrets.choice", lambda _: next(drawn))
    assert codes.new_code(8) == "MAPLE234"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            ("ＤＥＬＥＴＥ", "delete"),
            ("\u200fحذف\u200f", "delete"),
            ("\u2067احذفني\u2069", "delete"),
            ("usun", "delete"),
        ),
        *(("USUŃ MNIE!", "delete"), ("glowne menu", ""), ("menu glowne", "menu"), ("Borrame", "delete")),
        *(
            ("komanse", "start"),
            ("ед", ""),
            ("ملاذ", ""),
            ("удали  меня.", "delete"),
            ("Еще", ""),
            ("jezyk", "language"),
        ),
        *(("musa٣ada", "help"), ("مينيو", "menu"), ("ۀ", ""), ("vie privee", "privacy"), ("일시 정지", "pause")),
    ],
)
def test_C8_marks_widths_directions_and_keyboards_do_not_matter(text: str, name: str) -> None:
    assert command_in(text) == name


def test_digits_of_any_script_are_read() -> None:
    assert plain_digits("١١٢٠٧ ১১২০৭ １１２０７ 112o7") == "11207 11207 11207 112o7"
    assert codes.plain_code("maple-٧٥") == "MAPLE75"


@pytest.mark.parametrize("name", COMMAND_WORDS)
def test_C8_words_that_texts_tell_people_to_send_do_what_they_say(name: str) -> None:
    words = [word for meant, word in ALL_COMMANDS if meant == name]
    dressed = [said for word in words for said in (word, f" {word.upper()}! ", f"\u200e{word.title()}…")]
    assert {said: command_in(said) for said in dressed if command_in(said) != name} == {}
    assert [word for word in words if is_stop(word)] == []
    assert [word for word in words if command_in(f"{word} or not")] == []


@given(st.text(max_size=40))
def test_whatever_is_typed_is_at_most_one_of_both(text: str) -> None:
    assert not (is_stop(text) and command_in(text))
