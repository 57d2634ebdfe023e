"""The shipped calendar, and files of operators with one mistake each."""

from datetime import date
from pathlib import Path

import pytest

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.opendata.school_calendar import load_calendar
from campaign_engine.settings import load_settings

ENTRY = """[[terms]]
name = "2026-27"
first = 2026-09-10
last = 2027-06-25
source = "schools.nyc.gov"
verified = true
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_S4_the_shipped_calendar_names_a_source_for_every_entry_and_says_that_nobody_checked_it() -> None:
    calendar = load_calendar()
    entries = (*calendar.terms, *calendar.days_off)
    assert all(entry.source for entry in entries)
    assert calendar.unverified == len(entries) > 5
    assert not calendar.is_school_day(date(2026, 11, 27))
    assert calendar.is_school_day(date(2026, 11, 25))
    assert calendar.last_day == date(2027, 6, 25)


def test_an_operators_file_takes_its_place(tmp_path: Path) -> None:
    off = '[[days_off]]\nname = "Snow"\nfirst = 2026-12-01\nlast = 2026-12-01\nsource = "the radio"\n'
    calendar = load_calendar(written(tmp_path, ENTRY + off))
    assert not calendar.is_school_day(date(2026, 12, 1))
    assert calendar.is_school_day(date(2026, 11, 27))
    assert calendar.unverified == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ENTRY + ENTRY.replace("2027-06-25", "2028-06-23").replace("2026-09-10", "2027-06-25"), "line 7: .*overlap"),
        (ENTRY + "colour = 3\n", "line 7: There is no `colour`"),
        ('title = "x"\n' + ENTRY, "line 1: There is no `title`"),
        (ENTRY.replace("2027-06-25", '"June"'), "line 4: `last` is not a date"),
        (ENTRY.replace("2027-06-25", "2027-06-31"), r"no TOML.*line 4"),
        (ENTRY.replace("2027-06-25", "2027-06-25T12:00:00"), "line 4: `last` is not a date"),
        (ENTRY.replace("2027-06-25", "2026-06-25"), "line 1: .*before the first"),
        (ENTRY.replace("verified = true", 'verified = "yes"'), "line 6: `verified` is not true or false"),
        (ENTRY.replace('source = "schools.nyc.gov"\n', ""), "line 1: `source` is missing"),
        ("terms = 3\n", "line 1: Write"),
        ("[[terms]\n", "no TOML"),
    ],
)
def test_S4_a_calendar_that_cannot_be_right_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as refused:
        load_calendar(written(tmp_path, text))
    assert refused.value.hint


def test_a_calendar_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_calendar(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("school_day_hours", "14:00-19:30", "15:00 and 19:30 at most"),
        ("other_day_hours", "11:00-20:00", "11:00 and 19:30 at most"),
        ("school_day_hours", "16:00", "like 15:00-19:30"),
        ("school_day_hours", "18:00-16:00", "at most"),
    ],
)
def test_S4_hours_that_are_wider_or_unreadable_are_refused(name: str, value: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_settings(None, data_dir=tmp_path / "data", key_file=tmp_path / "key", **{name: value})
