"""The operator's own word list: each change has a reason, a broken file is named with its line."""

import os
from pathlib import Path

import pytest

from campaign_engine.domain.errors import BrokenFile, InvalidInput
from campaign_engine.domain.lint.words import found_in
from campaign_engine.wordlists import OWN_FILE, Change, WordLists, shipped

ADD = '[[add]]\nlanguage = "en"\nword = "turf"\nbetter = "block"\nreason = "It sounds like war."\n'
REMOVE = '[[remove]]\nlanguage = "en"\nword = "monster"\nreason = "Our team is called Monsters."\n'


@pytest.fixture
def lists(tmp_path: Path) -> WordLists:
    return WordLists(tmp_path)


def write(lists: WordLists, text: str) -> None:
    assert lists.folder is not None
    path = lists.folder / OWN_FILE
    path.write_text(text, encoding="utf-8")
    seconds = 1_800_000_000 + len(text)
    os.utime(path, (seconds, seconds))


def said(lists: WordLists, text: str, language: str = "en") -> list[tuple[str, str, str]]:
    found = found_in(text, lists.entries(language), "awareness")
    return [(one.found, one.better, one.why) for one in found]


def test_F6_the_operator_adds_and_removes_words_while_it_runs(lists: WordLists) -> None:
    assert said(lists, "our turf") == []
    assert said(lists, "a monster") == [("monster", "person", "label")]
    write(lists, ADD + REMOVE)
    assert said(lists, "our turf") == [("turf", "block", "It sounds like war.")]
    assert said(lists, "a monster") == []
    assert said(lists, "a thug") == [("thug", "person", "label")]


def test_F6_a_command_writes_the_same_file(lists: WordLists) -> None:
    tricky = 'Say "block" \\ not [turf] ✓'
    assert lists.change(Change("add", "en", "turf", tricky, "block"))
    assert not lists.change(Change("add", "en", "turf", tricky, "block"))
    assert said(lists, "TURF") == [("TURF", "Block", tricky)]
    assert lists.change(Change("add", "en", "Turf", "A better reason.", "street"))
    assert said(lists, "turf") == [("turf", "street", "A better reason.")]
    assert len(lists.changes()) == 1
    assert lists.change(Change("remove", "en", "TURF", "We use it now."))
    assert lists.changes() == ()
    assert not lists.change(Change("remove", "en", "turf", "We use it now."))
    assert lists.change(Change("remove", "es", "monstruo", "Es el nombre del equipo."))
    assert said(lists, "un monstruo", "es") == []
    assert lists.change(Change("add", "es", "monstruo", "Ya no."))
    assert said(lists, "un monstruo", "es") == [("monstruo", "", "Ya no.")]


@pytest.mark.parametrize(
    "word", ["violence is everywhere", "mugshot", "gift card", "critical/stable/serious/grave condition"]
)
def test_F6_what_keeps_people_safe_stays_on_the_list(lists: WordLists, word: str) -> None:
    with pytest.raises(InvalidInput, match="stays on the list"):
        lists.change(Change("remove", "en", word, "We want it."))
    write(lists, f'[[remove]]\nlanguage = "en"\nword = "{word}"\nreason = "We want it."\n')
    with pytest.raises(BrokenFile, match="Line 1 "):
        lists.read()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ADD + "\n" + '[[add]]\nlanguage = "en"\nword = "x"\n', 7),
        (ADD + '[[remove]]\nlanguage = "en"\nreason = "why"\n', 6),
        ('[[add]]\nlanguage = "tlh"\nword = "x"\nreason = "y"\n', 1),
        ('\n\n[[add]]\nlanguage = "en"\nword = "x"\nreason = "y"\nbettr = "z"\n', 3),
        ('[[add]]\nlanguage = "en\nword = "x"\n', 2),
        ('[add]\nlanguage = "en"\nword = "x"\nreason = "y"\n', 1),
        (ADD + '[[ad]]\nword = "x"\n', 6),
        ('[[add]]\nlanguage = "en"\nword = "' + "x" * 81 + '"\nreason = "y"\n', 1),
        ('[[add]]\nlanguage = "en"\nword = "!!"\nreason = "y"\n', 1),
        ('[[add]]\nlanguage = "en"\nword = "x"\nreason = "y\\u001b[31m"\n', 1),
    ],
)
def test_F6_a_broken_list_is_named_with_its_line_and_the_last_good_one_holds(
    lists: WordLists, text: str, line: int
) -> None:
    write(lists, ADD)
    assert said(lists, "turf")
    write(lists, text)
    with pytest.raises(BrokenFile, match=rf"Line {line}\b") as caught:
        lists.read()
    assert caught.value.row == line
    assert caught.value.hint
    assert said(lists, "turf")
    with pytest.raises(BrokenFile):
        lists.change(Change("add", "en", "other", "why"))


def test_a_list_that_is_broken_from_the_start_leaves_the_shipped_one(
    lists: WordLists, caplog: pytest.LogCaptureFixture
) -> None:
    write(lists, "[[add\n")
    assert said(lists, "thug")
    assert said(lists, "thug")
    assert len(caplog.records) == 1
    assert lists.folder is not None
    (lists.folder / OWN_FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(BrokenFile, match="cannot be read"):
        lists.read()


def test_every_shipped_reason_has_words() -> None:
    from campaign_engine.domain.message import Reply
    from campaign_engine.rendering import Renderer

    renderer = Renderer()
    for language in ("en", "es"):
        for entry in shipped(language):
            words = {one: renderer.reply(Reply("lint.reason", {"why": entry.why}), one).text for one in ("en", "es")}
            assert entry.why not in words.values()
            assert len(set(words.values())) == 2
