"""A paper tally is read row by row, and nothing of a broken one counts (6.7)."""

from datetime import date

import pytest

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.tally import Bounds, TallyRow, TallySheet, as_text, read_bytes, read_sheet

TODAY = date(2026, 11, 26)
A, B = PledgeCode.LOOK_OUT, PledgeCode.LEARN
BOUNDS = Bounds(TODAY, {(date(2026, 11, 24), A): 7}, size=300)
ROWS = (TallyRow(date(2026, 11, 25), A, 42), TallyRow(date(2026, 11, 26), B, 1200 // 100))


@pytest.mark.parametrize(
    "content",
    [
        b"date,pledge,count\n2026-11-25,A,42\n11/26/2026,b,12\n",
        b"\xef\xbb\xbfDate;Pledge;Count\r\n11/25/2026;A;42\r\n11/26/26;B;12\r\n\r\n",
        b"sep=;\nfecha;promesa;cantidad\n2026-11-25 00:00:00;Cuidar;42.0\n2026-11-26;aprender;12\n",
        "pledge\tcount\tdate\nLook out\t42\t11/25/2026\nlearn\t12\t2026-11-26\n".encode("utf-16"),
        "día,promesa,número\n2026-11-25,a,42\n2026-11-26,b,٠١٢\n2026-11-26,c,0\n".encode(),
        'date,pledge,count,\n"2026-11-25","A","42",\n2026-11-26,B,12,\n'.encode("cp1252"),
    ],
)
def test_a_sheet_is_read_as_spreadsheets_write_it(content: bytes) -> None:
    found = read_bytes(content, BOUNDS)
    assert found.problems == ()
    assert found.rows == ROWS
    assert read_sheet(as_text(found.rows), BOUNDS) == found, "what the preview sends back reads the same"


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("2026-11-27,A,1", "date", "future"),
        ("2026-10-01,A,1", "date", "old"),
        ("26/11/2026,A,1", "date", "bad_date"),
        ("November 26,A,1", "date", "bad_date"),
        ("2026-11-24,A,1", "date", "known"),
        ("2026-11-25,D,1", "pledge", "bad_pledge"),
        ("2026-11-25,,1", "pledge", "empty"),
        ("2026-11-25,A,-5", "count", "negative"),
        ("2026-11-25,A,1.5", "count", "bad_count"),
        ("2026-11-25,A,361", "count", "too_many"),
        ("2026-11-25,A,=SUM(A1)", "count", "formula"),
        ("=TODAY(),A,1", "date", "formula"),
        ("2026-11-25,A," + "9" * 10_000, "count", "long_cell"),
        ("2026-11-25," + "Jamal " * 2000 + ",1", "pledge", "long_cell"),
        ("2026-11-25,A,1,Jamal", "", "extra_cell"),
        ("2026-11-25,A", "count", "empty"),
        ("2026-11-26,C,300", "count", "day_too_many"),
        ("2026-11-26,B,3", "date", "twice"),
    ],
)
def test_each_row_that_cannot_be_counted_is_named_and_none_counts(line: str, column: str, reason: str) -> None:
    found = read_sheet(f"date,pledge,count\n2026-11-26,B,100\n{line}\n", BOUNDS)
    assert [(one.row, one.column, one.reason) for one in found.problems] == [(3, column, reason)]
    assert found.rows == ()
    assert all(len(str(value)) < 60 for one in found.problems for value in one.values.values())


def test_rows_are_numbered_as_a_spreadsheet_shows_them_and_every_bad_cell_of_one_is_named() -> None:
    found = read_sheet("\nsep=,\ndate,pledge,count\n2026-11-25,A,1\n\n2026-13-20,Z,=1+1\n", BOUNDS)
    named = [(one.row, one.column, one.reason) for one in found.problems]
    assert named == [(5, "date", "bad_date"), (5, "pledge", "bad_pledge"), (5, "count", "formula")]
    again = read_sheet("date,pledge,count\n2026-11-26,B,1\n2026-11-26,B,2\n", BOUNDS)
    assert [(one.row, one.values) for one in again.problems] == [(3, {"first": 2})]


@pytest.mark.parametrize(
    ("content", "column", "reason"),
    [
        (b"", "", "no_rows"),
        (b"date,pledge,count\n", "", "no_rows"),
        (b"date,pledge,count\n2026-11-26,A,0\n", "count", "no_rows"),
        (b"date,pledge,count,name\n", "name", "extra_column"),
        (("date,pledge,count," + "x" * 10_000).encode(), "x" * 40 + "…", "extra_column"),
        (b"date,date,count\n", "date", "extra_column"),
        (b"date,count\n2026-11-26,1\n", "pledge", "missing_column"),
        (b'date,pledge,count\n2026-11-26,"A,1\n', "", "broken_quotes"),
        (b"PK\x03\x04 a workbook", "", "no_text"),
        (b"date,pledge\0", "", "no_text"),
        (b"x" * 100_001, "", "too_large"),
        (b"date,pledge,count\n" + b"2026-11-26,A,1\n" * 401, "", "too_many_rows"),
    ],
)
def test_a_sheet_that_is_none_says_why(content: bytes, column: str, reason: str) -> None:
    found = read_bytes(content, BOUNDS)
    assert found == TallySheet(problems=found.problems)
    assert [(one.row, one.column, one.reason) for one in found.problems] == [(0, column, reason)]


def test_a_site_of_unknown_size_may_have_as_many_as_the_largest_school() -> None:
    assert Bounds(TODAY, {}).most == 6000
    assert Bounds(TODAY, {}, 20).most == 50
    assert Bounds(TODAY, {}, 300).most == 360
