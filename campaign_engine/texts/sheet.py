"""The file that a translator edits: CSV that any spreadsheet opens, without formulas (safety S8)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign_engine.domain.errors import BrokenFile

COLUMNS = ("key", "english", "translation", "note", "reviewed_by", "reviewed_on")
LONGEST_FILE = 2_000_000

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRAL = re.compile(r"''*[=+\-@\t\r]")
_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
"""As we write them, and as an American spreadsheet makes of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file; `line` is its number in a spreadsheet, 1 being the headings."""

    name: str
    english: str
    text: str = ""
    note: str = ""
    reviewed_by: str = ""
    reviewed_on: str = ""
    line: int = 0


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins with = + - @ gets an apostrophe (safety S8)."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """Inverse of neutral, with line ends as we write them."""
    return "\n".join((cell[1:] if _NEUTRAL.match(cell) else cell).strip().splitlines())


def written(rows: Iterable[Row]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row.name, row.english, row.text, row.note, row.reviewed_by, row.reviewed_on)
        writer.writerow(neutral(cell) for cell in cells)
    return made.getvalue().encode("utf-8-sig")


def read(content: bytes) -> tuple[Row, ...]:
    """Rows with a key, wherever their columns stand. Raises BrokenFile naming line and column."""
    lines = _cells(content)
    names = [cell.strip().lower() for cell in lines[0]] if lines else []
    for column in COLUMNS:
        if names.count(column) != 1 and column != "note":
            raise BrokenFile(
                f"Line 1: there must be one column “{column}”.", "Export the file again; change no heading.", 0, column
            )
    places = {column: names.index(column) for column in COLUMNS if column in names}
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        given = {column: plain(cells[place]) if place < len(cells) else "" for column, place in places.items()}
        if any(given.values()):
            rows.append(_row(number, given))
    return tuple(rows)


def _row(number: int, given: dict[str, str]) -> Row:
    day = given["reviewed_on"]
    return Row(
        given["key"],
        given["english"],
        given["translation"],
        given.get("note", ""),
        given["reviewed_by"],
        _day(day, number).isoformat() if day else "",
        number,
    )


def _day(text: str, number: int) -> date:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise BrokenFile(
        f"Line {number}, column reviewed_on: this is no day.", "Write it as 2026-11-30.", number - 1, "reviewed_on"
    )


def _cells(content: bytes) -> Sequence[Sequence[str]]:
    if len(content) > LONGEST_FILE:
        raise BrokenFile("The file is too large for a list of texts.", "Is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BrokenFile(
            f"Near line {line}: the file is not in UTF-8.", "Save it as “CSV UTF-8”, then import it again."
        ) from error
    heading = text.partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise BrokenFile("The file is not a whole table.", "Save it as “CSV UTF-8” again.") from error
