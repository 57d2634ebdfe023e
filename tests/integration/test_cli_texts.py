"""Translators' files through the command line, and what the program then says."""

import re
from pathlib import Path

import pytest

from campaign_engine import rendering
from campaign_engine.bootstrap import Engine
from campaign_engine.cli import checks
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Reply
from tests.support.cli import Cli


def edited(file: Path, before: str, after: str) -> None:
    """As a spreadsheet saves it."""
    text = file.read_text(encoding="utf-8-sig")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8-sig", newline="")


async def age_in_russian(engine: Engine) -> str:
    return engine.renderer.reply(Reply("join.age"), "ru").text


def test_P2_a_translation_goes_out_comes_back_and_is_said(sqlite_cli: Cli) -> None:
    file = sqlite_cli.folder / "russian.csv"
    assert "written to" in sqlite_cli.run("texts", "export", "RU", str(file))
    edited(file, "Сколько тебе лет?", "Тебе сколько лет?")
    said = sqlite_cli.run("texts", "import", "ru", str(file), "--check")
    assert "- Сколько тебе лет?" in said
    assert "+ Тебе сколько лет?" in said
    assert "Nothing was written" in said
    assert not (sqlite_cli.settings.data_dir / "texts").exists()
    assert sqlite_cli.within(age_in_russian) == "Сколько тебе лет?"
    assert "1 texts read otherwise" in sqlite_cli.run("texts", "import", "ru", str(file))
    assert sqlite_cli.within(age_in_russian) == "Тебе сколько лет?"
    row = next(line for line in sqlite_cli.run("texts", "status").splitlines() if line.startswith("ru "))
    assert row.rstrip().endswith("imported")


def test_P2_a_wrong_line_is_named_and_nothing_is_half_done(sqlite_cli: Cli) -> None:
    file = sqlite_cli.folder / "russian.csv"
    sqlite_cli.run("texts", "export", "ru", str(file))
    edited(file, "741741", "741742")
    said = sqlite_cli.run("texts", "import", "ru", str(file), code=1)
    assert "column translation: help.card: 741741 is missing." in said
    assert "Nothing was changed" in said
    assert not (sqlite_cli.settings.data_dir / "texts").exists()
    assert "There is no language “de”" in sqlite_cli.run("texts", "export", "de", str(file), code=1)
    assert "is there already" in sqlite_cli.run("texts", "export", "ru", str(file), code=1)
    assert "cannot be opened" in sqlite_cli.run("texts", "import", "ru", "nowhere.csv", code=1)


def test_P2_doctor_counts_what_no_person_has_reviewed(sqlite_cli: Cli) -> None:
    (finding,) = [found for found in checks.of_settings(sqlite_cli.settings) if found.check == "texts"]
    assert finding.level == "yellow"
    assert "were never reviewed by a person" in finding.says
    assert "texts status" in finding.todo


def test_a_broken_file_of_texts_keeps_the_program_from_saying_nonsense(sqlite_cli: Cli) -> None:
    folder = sqlite_cli.settings.data_dir / "texts"
    folder.mkdir()
    (folder / "bn.csv").write_bytes(b"nonsense")
    with pytest.raises(ConfigurationError, match=r"bn\.csv cannot be used"):
        sqlite_cli.within(age_in_russian)
    assert "bn.csv cannot be used" in sqlite_cli.run("doctor", code=1)


async def approve_all(engine: Engine) -> None:
    async with engine.store.write() as work:
        for version in engine.approvals.versions.values():
            await work.text_approvals.approve(version.keys, None, "oak3", engine.time.clock())


async def automatic(engine: Engine) -> tuple[str, str]:
    finding = await checks.automatic(engine)
    return finding.level, finding.says


def test_S1_the_list_says_which_automatic_texts_wait_and_who_approved_the_others(cli: Cli) -> None:
    before = cli.run("texts", "approvals")
    assert re.search(r"aftermath +en +\w{8} +Groundswell +waits; not sent", before)
    assert re.search(r"event_cancelled +es +\w{8} +Groundswell +waits; sent as it ships", before)
    level, says = cli.within(automatic)
    assert (level, "aftermath" in says, "as it ships" in says) == ("yellow", True, True)
    cli.within(approve_all)
    assert re.search(r"aftermath +es +\w{8} +Groundswell +approved +oak3 +\d{4}-", cli.run("texts", "approvals"))
    assert cli.within(automatic)[0] == "green"


def test_S9_doctor_is_red_where_word_of_an_event_was_changed_and_not_approved(
    sqlite_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_shipped", dict)
    level, says = sqlite_cli.within(automatic)
    assert (level, "cannot be told" in says) == ("red", True)
    assert "this installation" in sqlite_cli.run("texts", "approvals")
    sqlite_cli.within(approve_all)
    assert sqlite_cli.within(automatic)[0] == "green"
