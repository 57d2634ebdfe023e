"""Pledges on paper, counted by a site's host: a day, a pledge and a number, never a name.

A sheet is read whole: every row that cannot be counted is named, and nothing of it counts before none is left.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.words import plain_digits, squeezed

PAPER = "paper"
"""Channel of a pledge on paper."""

MOST_BYTES = 100_000
MOST_ROWS = 400
LONGEST_CELL = 40
OLDEST = timedelta(days=30)
"""Older sheets are not taken: the campaign that they would count to is closed soon."""

MOST_A_DAY = 6000
"""No school of the city has more students; a site whose size is known has a limit of its own."""

_GUESTS = 1.2
_SMALLEST = 50

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day", "fecha", "dia"),
    "pledge": ("pledge", "promesa"),
    "count": ("count", "number", "pledges", "cantidad", "numero", "promesas"),
}
_PLEDGES: Mapping[str, PledgeCode] = {
    **{code.value.lower(): code for code in PledgeCode},
    **dict.fromkeys(("lookout", "cuidar", "cuido"), PledgeCode.LOOK_OUT),
    **dict.fromkeys(("learn", "aprender", "aprendo"), PledgeCode.LEARN),
    **dict.fromkeys(("ally", "aliado", "aliada"), PledgeCode.ALLY),
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]0?0:00(?::00)?)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: 0?0:00(?::00)?)?")
_COUNT = re.compile(r"\d{1,7}(?:\.0+)?|\d{1,3}(?:,\d{3})+")
_FORMULA = ("=", "+", "@", "-", "\t", "\r")
"""How a cell begins that a spreadsheet would compute (safety S8)."""


@dataclass(frozen=True, slots=True)
class TallyRow:
    """So many of one pledge on one day."""

    day: date
    pledge: PledgeCode
    count: int


@dataclass(frozen=True, slots=True)
class TallyProblem:
    """Row as a spreadsheet numbers it, 0 for the sheet as a whole; its words are `host.tally_<reason>`."""

    row: int
    column: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TallySheet:
    """What a sheet says; it can be applied when there are rows and no problems."""

    rows: tuple[TallyRow, ...] = ()
    problems: tuple[TallyProblem, ...] = ()

    @property
    def total(self) -> int:
        """Of all rows."""
        return sum(row.count for row in self.rows)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a sheet is held to; `known` are the counts that were applied before, `size` is the site's, if known."""

    today: date
    known: Mapping[tuple[date, PledgeCode], int]
    size: int | None = None

    @property
    def most(self) -> int:
        """Pledges of one day."""
        return MOST_A_DAY if self.size is None else max(math.ceil(self.size * _GUESTS), _SMALLEST)


def as_text(rows: Iterable[TallyRow]) -> str:
    """A sheet that reads back as these rows."""
    lines = (f"{row.day.isoformat()},{row.pledge},{row.count}\n" for row in rows)
    return "".join(("date,pledge,count\n", *lines))


def decoded(content: bytes) -> str | None:
    """As spreadsheets write CSV: UTF-8 with or without a mark, UTF-16, else Windows-1252. None for what is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return None if "\0" in text or content.startswith(b"PK") else text


def read_bytes(content: bytes, bounds: Bounds) -> TallySheet:
    """A file as it was chosen."""
    if len(content) > MOST_BYTES:
        return _refused("too_large")
    text = decoded(content)
    return _refused("no_text") if text is None else read_sheet(text, bounds)


def read_sheet(text: str, bounds: Bounds) -> TallySheet:
    """Never raises: whatever is wrong is a problem of the sheet."""
    lines = text.lstrip("\ufeff").splitlines()
    headings = 1
    while lines and (not lines[0].strip() or lines[0].lower().startswith("sep=")):
        headings += not lines[0].strip()  # spreadsheets obey the other line and show none
        lines = lines[1:]
    if not lines:
        return _refused("no_rows")
    delimiter = max(",;\t", key=lines[0].count)
    try:
        table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True))
    except csv.Error:
        return _refused("broken_quotes")
    places = _places(table[0])
    if isinstance(places, TallyProblem):
        return TallySheet(problems=(places,))
    rows = [cells for cells in table[1:] if any(cell.strip() for cell in cells)]
    if not rows or len(rows) > MOST_ROWS:
        return _refused("too_many_rows" if rows else "no_rows", most=MOST_ROWS)
    return _Reader(bounds, places).read(table[1:], headings + 1)


def _refused(reason: str, column: str = "", **values: object) -> TallySheet:
    return TallySheet(problems=(TallyProblem(0, column, reason, values),))


def _places(headings: Sequence[str]) -> Mapping[str, int] | TallyProblem:
    """A column that we do not ask for may hold names: the sheet is not taken with it."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        plain = squeezed(heading[: LONGEST_CELL * 2])
        name = next((name for name, names in _COLUMNS.items() if plain in names), "")
        if not name and not plain:
            continue
        if not name or name in found:
            return TallyProblem(0, shown(heading), "extra_column")
        found[name] = place
    missing = [name for name in _COLUMNS if name not in found]
    return TallyProblem(0, missing[0], "missing_column") if missing else found


def shown(cell: str) -> str:
    """At most so much of what somebody wrote is shown back to them."""
    plain = " ".join(cell.split())
    return plain if len(plain) <= LONGEST_CELL else f"{plain[:LONGEST_CELL]}…"


class _Reader:
    def __init__(self, bounds: Bounds, places: Mapping[str, int]) -> None:
        self._bounds = bounds
        self._places = places
        self._rows: list[TallyRow] = []
        self._problems: list[TallyProblem] = []
        self._first: dict[tuple[date, PledgeCode], int] = {}
        self._days = Counter({day: 0 for day, _ in bounds.known})
        for (day, _), count in bounds.known.items():
            self._days[day] += count

    def read(self, table: Sequence[Sequence[str]], first: int) -> TallySheet:
        for number, cells in enumerate(table, first):
            if any(cell.strip() for cell in cells):
                self._take(number, cells)
        rows = () if self._problems else tuple(self._rows)
        if not rows and not self._problems:
            self._problems.append(TallyProblem(0, "count", "no_rows", {}))
        return TallySheet(rows, tuple(self._problems))

    def _take(self, number: int, cells: Sequence[str]) -> None:
        extra = any(cell.strip() for place, cell in enumerate(cells) if place not in self._places.values())
        if extra:
            self._problem(number, "", "extra_cell")
        day = self._day(number, self._cell(number, "date", cells))
        pledge = self._pledge(number, self._cell(number, "pledge", cells))
        count = self._count(number, self._cell(number, "count", cells))
        if day is not None and pledge is not None and count and not extra:
            self._keep(number, TallyRow(day, pledge, count))

    def _cell(self, number: int, name: str, cells: Sequence[str]) -> str:
        """Empty where it is a problem already."""
        place = self._places[name]
        text = cells[place].strip() if place < len(cells) else ""
        if not text:
            self._problem(number, name, "empty")
        elif len(text) > LONGEST_CELL:
            self._problem(number, name, "long_cell")
        elif text.startswith(_FORMULA) and not (name == "count" and re.fullmatch(r"-\d+(\.\d+)?", text)):
            self._problem(number, name, "formula")
        else:
            return plain_digits(text)
        return ""

    def _pledge(self, number: int, text: str) -> PledgeCode | None:
        found = _PLEDGES.get(squeezed(text))
        if text and found is None:
            self._problem(number, "pledge", "bad_pledge", said=shown(text))
        return found

    def _day(self, number: int, text: str) -> date | None:
        if not text:
            return None
        found = _read_day(text)
        if found is None:
            self._problem(number, "date", "bad_date", said=shown(text))
        elif found > self._bounds.today:
            self._problem(number, "date", "future")
        elif found < self._bounds.today - OLDEST:
            self._problem(number, "date", "old", days=OLDEST.days)
        else:
            return found
        return None

    def _count(self, number: int, text: str) -> int | None:
        """0 is no problem and counts nothing."""
        if not text:
            return None
        if text.startswith("-"):
            self._problem(number, "count", "negative")
        elif not _COUNT.fullmatch(text):
            self._problem(number, "count", "bad_count", said=shown(text))
        elif (count := int(text.replace(",", "").partition(".")[0])) > self._bounds.most:
            self._problem(number, "count", "too_many", most=self._bounds.most)
        else:
            return count
        return None

    def _keep(self, number: int, row: TallyRow) -> None:
        key = (row.day, row.pledge)
        known = self._bounds.known.get(key)
        if known is not None:
            self._problem(number, "date", "known", count=known)
        elif key in self._first:
            self._problem(number, "date", "twice", first=self._first[key])
        elif self._days[row.day] + row.count > self._bounds.most:
            self._problem(number, "count", "day_too_many", most=self._bounds.most)
        else:
            self._days[row.day] += row.count
            self._first[key] = number
            self._rows.append(row)

    def _problem(self, row: int, column: str, reason: str, **values: object) -> None:
        self._problems.append(TallyProblem(row, column, reason, values))


def _read_day(text: str) -> date | None:
    """2026-11-26 and 11/26/2026, as spreadsheets write them; month first, as in New York."""
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _AMERICAN.fullmatch(text):
        month, day, year = (int(part) for part in found.groups())
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
