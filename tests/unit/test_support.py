"""The support directory's rules (safety H5): who is shown, what blocks a text, what an operator's file may hold."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from campaign_engine.domain.errors import BrokenFile, InvalidInput
from campaign_engine.domain.support import (
    LONGEST,
    Listed,
    Look,
    Standing,
    SupportEntry,
    checked_look,
    named_but_not_shown,
)
from campaign_engine.opendata.directory import OWN_FILE, DirectoryFiles

TODAY = date(2026, 11, 24)
HORIZON = SupportEntry("Safe Horizon", "800-621-4673")
UP = SupportEntry("Man Up", precincts=(69, 75, 81), capitals=True)
FIXED = SupportEntry("988", "Call or text 988", fixed=True)


def look(days: int = 30, how: str = "") -> Look:
    return Look(TODAY, "oak3", TODAY + timedelta(days=days), how)


def test_H5_only_fixed_and_verified_entries_are_shown_until_their_last_day() -> None:
    assert Listed(FIXED).standing(TODAY) is Standing.FIXED
    assert Listed(HORIZON).standing(TODAY) is Standing.UNVERIFIED
    seen = Listed(HORIZON, look(30))
    assert seen.standing(TODAY + timedelta(days=30)) is Standing.VERIFIED
    assert seen.standing(TODAY + timedelta(days=31)) is Standing.EXPIRED
    shown = [one.is_shown(TODAY) for one in (Listed(FIXED), Listed(HORIZON), seen, Listed(HORIZON, look(-1)))]
    assert shown == [True, False, True, False]


def test_H5_the_doctor_is_told_30_days_before() -> None:
    assert Listed(HORIZON, look(30)).ends_soon(TODAY)
    assert not Listed(HORIZON, look(31)).ends_soon(TODAY)
    assert not Listed(HORIZON).ends_soon(TODAY)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Call Safe Horizon any time", ["Safe Horizon"]),
        ("call safe horizon", ["Safe Horizon"]),
        ("SAFE-HORIZON helps", ["Safe Horizon"]),
        ("Call (800) 621 4673", ["Safe Horizon"]),
        ("Come to Man Up! on Tuesday", ["Man Up"]),
        ("nobody has to man up alone", []),
        ("Call or text 988, text HOME to 741741, in danger 911", []),
        ("Stay safe. The horizon is wide", []),
        ("", []),
    ],
)
def test_H5_a_text_is_blocked_only_by_an_entry_that_it_names(text: str, named: list[str]) -> None:
    listed = (Listed(HORIZON), Listed(UP), Listed(FIXED))
    assert [one.entry.name for one in named_but_not_shown(text, listed, TODAY)] == named
    assert named_but_not_shown(text, [Listed(HORIZON, look()), Listed(UP, look())], TODAY) == ()


@pytest.mark.parametrize(
    ("entry", "given", "code"),
    [
        (FIXED, look(), "fixed"),
        (HORIZON, look(0), "bad_expiry"),
        (HORIZON, look(LONGEST.days + 1), "bad_expiry"),
        (HORIZON, Look(TODAY, " ", TODAY + timedelta(days=5)), "no_handle"),
        (UP, look(), "no_how"),
    ],
)
def test_H5_a_look_that_says_too_little_is_refused(entry: SupportEntry, given: Look, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_look(Listed(entry), given)
    assert caught.value.code == code
    assert caught.value.hint


def test_H5_what_ships_is_the_list_of_the_start_and_all_but_the_fixed_card_waits_for_a_person() -> None:
    entries = {entry.name: entry for entry in DirectoryFiles().entries()}
    assert [name for name, entry in entries.items() if entry.fixed] == ["911", "988", "Crisis Text Line"]
    assert {"Safe Horizon", "Trevor Project", "311", "Disaster Distress Helpline"} <= set(entries)
    assert 75 in entries["Man Up"].precincts
    assert len({number for entry in entries.values() for number in entry.precincts}) == 28
    assert all(entry.source for entry in entries.values() if entry.precincts)
    assert not [name for name, entry in entries.items() if "tip" in f"{name} {entry.about}".lower().split()]
    assert not [name for name, entry in entries.items() if Listed(entry).is_shown(TODAY) and not entry.fixed]


def test_H5_the_operators_own_file_adds_and_replaces_but_never_on_the_card(tmp_path: Path) -> None:
    (tmp_path / OWN_FILE).write_text(
        '[[entry]]\nname = "Maple Center"\nhow = "12 Maple St"\nprecincts = [75]\n'
        '[[entry]]\nname = "Safe Horizon"\nhow = "555-0100-000"\n'
        '[[entry]]\nname = "988"\nhow = "Call 1-800-SCAM"\n',
        encoding="utf-8",
    )
    entries = {entry.name: entry for entry in DirectoryFiles(tmp_path).entries()}
    assert entries["Maple Center"].precincts == (75,)
    assert entries["Safe Horizon"].how == "555-0100-000"
    assert entries["988"].how == "Call or text 988"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[entry]\n", "cannot be read"),
        ("names = 3\n", "more than entries"),
        ('[[entry]]\nhow = "1"\n', "Entry 1 of support_directory.toml has no name"),
        ('[[entry]]\nname = "A"\n[[entry]]\nname = "B"\nfone = "1"\n', "Entry 2 of support_directory.toml has fone"),
        ('[[entry]]\nname = "A"\nprecincts = [8]\n', "unknown precinct"),
        ('[[entry]]\nname = "A"\naliases = "B"\n', "no list"),
        ('[[entry]]\nname = "A"\nfixed = true\n', "calls itself fixed"),
        (f'[[entry]]\nname = "{"x" * 121}"\n', "too long"),
    ],
)
def test_H5_a_broken_file_of_the_operator_names_the_entry(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / OWN_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(BrokenFile, match=says) as caught:
        DirectoryFiles(tmp_path)
    assert caught.value.hint
