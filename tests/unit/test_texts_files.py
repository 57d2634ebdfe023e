"""A translator's file: read back as it was, safe in a spreadsheet, refused with line and column."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import BrokenFile, ConfigurationError, InvalidInput
from campaign_engine.domain.safety_texts import SAFETY_TEXTS
from campaign_engine.texts.catalogue import Catalogue, fingerprint
from campaign_engine.texts.importing import Import, exported, known_language, planned
from campaign_engine.texts.sheet import COLUMNS, Row, neutral, plain, read, written

CELLS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
    .map(str.strip)
    .filter(lambda cell: len(cell.splitlines()) < 2)
)


@given(CELLS)
def test_S8_no_cell_is_a_formula_and_each_is_read_back(cell: str) -> None:
    assert not neutral(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain(neutral(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "'=1", "''@x", "'s avonds", "- a list", ""])
def test_S8_signs_of_formulas_come_back(cell: str) -> None:
    (row,) = read(written([Row("help.card", cell, cell, cell, "Ola")]))
    assert (row.english, row.text, row.note) == (cell, cell, cell)
    assert b"\n=" not in written([Row("=x", cell)]).replace(b"\r", b"")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_make_of_the_file_is_read(separator: str) -> None:
    heading = separator.join(column.upper() for column in reversed(COLUMNS))
    line = separator.join(["11/30/2026", "Ola", "", '"Ile\r\nmasz lat?"', "How old are you?", "join.age"])
    (row,) = read(f"\ufeff{heading}\r\n{separator * 5}\r\n{line}\r\n".encode())
    assert row == Row("join.age", "How old are you?", "Ile\nmasz lat?", "", "Ola", "2026-11-30", 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Line 1: there must be one column .key."),
        (b"key,english,translation,reviewed_by\r\n", "one column .reviewed_on."),
        (b"key,key,english,translation,reviewed_by,reviewed_on\r\n", "one column .key."),
        ("key,english\nä".encode("utf-16"), "not in UTF-8"),
        ("key,english,translation,reviewed_by,reviewed_on\na,b,ж,,\n".encode("cp1251"), "Near line 2"),
        (b"key,english,translation,reviewed_by,reviewed_on\na,b,c,d,soon\n", "Line 2, column reviewed_on"),
        (b'key,english,translation,reviewed_by,reviewed_on\na,"b', "not a whole table"),
        (b"x" * 2_000_001, "too large"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(BrokenFile, match=said):
        read(content)


def test_a_language_is_found_by_its_code() -> None:
    assert known_language("ZH-hant") == "zh-Hant"
    with pytest.raises(InvalidInput) as refused:
        known_language("de")
    assert "ht (Kreyòl ayisyen)" in refused.value.hint


def changed(rows: tuple[Row, ...], **texts: str | Row) -> tuple[Row, ...]:
    """Rows with other translations, or other rows, by name with _ for the dot."""
    by_name = {name.replace("__", "."): what for name, what in texts.items()}
    made = []
    for row in rows:
        what = by_name.get(row.name, row)
        made.append(replace(row, text=what) if isinstance(what, str) else what)
    return tuple(made)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path)


def taken(catalogue: Catalogue, language: str, rows: tuple[Row, ...]) -> Import:
    """Through a real file, as from a translator."""
    done = planned(catalogue, language, read(written(rows)))
    catalogue.replace(language, done.rows)
    return done


def test_P2_an_untouched_file_changes_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    for language in ("en", "es", "ru", "ar", "zh-Hant"):
        done = taken(catalogue, language, exported(catalogue, language))
        assert (done.rows, done.changes, done.reviewed, done.unreviewed, done.doubtful) == ((), (), (), (), ())
    assert list((tmp_path / "texts").iterdir()) == []


def test_P2_a_changed_text_a_review_and_an_optional_text_are_kept(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = exported(catalogue, "pl")
    age = next(row for row in rows if row.name == "join.age")
    reviewed = replace(age, reviewed_by="Ola", reviewed_on="2026-11-30")
    done = taken(catalogue, "pl", changed(rows, join__age=reviewed, join__place="Gdzie mieszkasz? (ZIP)"))
    assert [(change.name, change.before) for change in done.changes] == [("join.place", "")]
    assert done.reviewed == ("join.age",)
    again = Catalogue(tmp_path)
    assert again.entries("pl")["join.age"].reviewed
    assert again.overrides()["pl"]["join.place"] == "Gdzie mieszkasz? (ZIP)"
    assert again.standing("pl").imported


def test_P2_a_text_that_changes_under_its_old_review_has_none(catalogue: Catalogue) -> None:
    rows = exported(catalogue, "pl")
    age = next(row for row in rows if row.name == "join.age")
    taken(catalogue, "pl", changed(rows, join__age=replace(age, reviewed_by="Ola", reviewed_on="2026-11-30")))
    done = taken(catalogue, "pl", changed(exported(catalogue, "pl"), join__age="Ile ty masz lat?"))
    assert done.unreviewed == ("join.age",)
    entry = catalogue.entries("pl")["join.age"]
    assert (entry.text, entry.reviewed_by) == ("Ile ty masz lat?", "")


def test_P2_a_changed_english_makes_every_translation_of_it_outdated(catalogue: Catalogue) -> None:
    before = catalogue.standing("ko").outdated
    taken(catalogue, "en", changed(exported(catalogue, "en"), join__age="What is your age?"))
    assert catalogue.standing("ko").outdated == before + 1
    assert catalogue.standing("en").outdated == 0
    rows = exported(catalogue, "ko")
    age = next(row for row in rows if row.name == "join.age")
    assert age.english == "What is your age?"
    assert "THE ENGLISH HAS CHANGED" in age.note
    assert taken(catalogue, "ko", rows).doubtful == ("join.age",)
    done = taken(catalogue, "ko", changed(rows, join__age=replace(age, reviewed_by="Jin", reviewed_on="2026-12-01")))
    assert (done.reviewed, done.doubtful) == (("join.age",), ())


def test_P2_a_file_made_from_an_older_english_is_outdated_at_once(catalogue: Catalogue) -> None:
    rows = exported(catalogue, "fr")
    age = replace(next(row for row in rows if row.name == "join.age"), english="How old?", text="Ton âge ?")
    done = taken(catalogue, "fr", changed(rows, join__age=age))
    assert done.doubtful == ("join.age",)
    assert catalogue.entries("fr")["join.age"].came_from == fingerprint("How old?")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda rows: rows[1:], "column key: join.welcome is missing"),
        (lambda rows: (*rows, rows[0]), "join.welcome is in line 2 already"),
        (lambda rows: (*rows, Row("join.nonsense", "x", "y")), "There is no text of this name"),
        (lambda rows: changed(rows, help__card=""), "column translation: help.card: It is empty"),
        (lambda rows: changed(rows, help__short="Опасность: 911."), "help.short: 988 is missing"),
        (lambda rows: changed(rows, join__updates="Новости, 2?"), "needs {{ area }}"),
        (lambda rows: changed(rows, menu__deleted="Tout est effacé maintenant."), "not in the letters"),
        (lambda rows: (replace(rows[0], reviewed_by="Ola"), *rows[1:]), "column reviewed_on"),
        (lambda rows: (replace(rows[0], reviewed_by="O" * 61, reviewed_on="2026-11-30"), *rows[1:]), "At most 60"),
    ],
)
def test_P2_a_file_with_one_wrong_line_changes_nothing(
    catalogue: Catalogue, tmp_path: Path, edit: object, said: str
) -> None:
    assert callable(edit)
    rows = exported(catalogue, "ru")
    mended = changed(rows, join__place="Где ты живёшь?")
    with pytest.raises(BrokenFile, match=r"Line [0-9]+, column ") as refused:
        taken(catalogue, "ru", edit(mended))
    assert said in refused.value.message
    assert not (tmp_path / "texts").exists()


def test_P2_a_text_copied_from_another_language_is_refused(catalogue: Catalogue) -> None:
    english = catalogue.english("menu.export")
    with pytest.raises(BrokenFile, match=r"menu\.export: It says the same in English"):
        taken(catalogue, "fr", changed(exported(catalogue, "fr"), menu__export=english))


def test_a_file_with_everything_wrong_names_the_first_problems(catalogue: Catalogue) -> None:
    rows = tuple(replace(row, text="") for row in exported(catalogue, "ru"))
    with pytest.raises(BrokenFile) as refused:
        taken(catalogue, "ru", rows)
    lines = refused.value.message.splitlines()
    assert len(lines) == 21
    assert lines[-1] == f"And {len(SAFETY_TEXTS) - 20} more."
    assert (refused.value.row, refused.value.column) == (1, "translation")


def test_an_imported_text_that_no_longer_fits_gives_way_to_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    rows = [Row("join.updates", "x", "Новости, 2?"), Row("join.gone", "x", "y"), Row("join.age", "x", "Возраст?")]
    (tmp_path / "texts" / "ru.csv").write_bytes(written(rows))
    catalogue = Catalogue(tmp_path)
    assert catalogue.overrides() == {"ru": {"join.age": "Возраст?"}}
    assert catalogue.standing("ru").unused == 2
    assert "{{ area }}" in catalogue.entries("ru")["join.updates"].text


def test_a_broken_file_in_the_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "ru.csv").write_bytes(b"nonsense")
    with pytest.raises(ConfigurationError, match=r"ru\.csv cannot be used\. Line 1") as refused:
        Catalogue(tmp_path)
    assert refused.value.code == "broken_texts"
