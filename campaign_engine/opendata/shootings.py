"""The City's list of shootings (5ucz-vwe8) from a CSV or JSON file: all of it, or none of it with the reason."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from campaign_engine.domain.errors import BrokenFile, NotFound
from campaign_engine.domain.precinct import FIRST_YEAR, Borough, borough_of

Progress = Callable[[int, int], None]
"""Called with rows done and rows in the file."""

_REQUIRED = ("incident_key", "occur_date", "precinct", "x_coord_cd", "y_coord_cd", "latitude", "longitude")
_OPTIONAL = "boro"
_NOTHING = frozenset({"", "(null)", "null", "nan"})
_BOROUGHS = {borough.value.upper(): borough for borough in Borough}
_DOWNLOAD = 'Download "Shootings (2006-Present)" (5ucz-vwe8) from NYC Open Data as CSV and import it unchanged.'
_STEP = 2000
_MOST_ODD_BOROUGHS = 0.01


@dataclass(frozen=True, slots=True)
class Shooting:
    """One incident, however many people were hit; place in WGS 84 degrees, None where the City gives none.

    Nothing about victims or suspects is read.
    """

    incident_key: str
    occur_date: date
    precinct: int
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class ShootingFile:
    """A whole file, checked.

    `edition` is the SHA-256 of its bytes, `data_through` the day of its newest incident. `duplicates` counts further
    rows of an incident already read, `swapped` places whose latitude and longitude had changed columns, `projected`
    places computed from x and y, `unlocated` incidents without a place. `columns` are the headings that were read.
    """

    rows: tuple[Shooting, ...]
    data_through: date
    edition: str
    duplicates: int
    swapped: int
    projected: int
    unlocated: int
    columns: tuple[str, ...]

    @property
    def relocated(self) -> int:
        """Places that are not as the file gives them."""
        return self.swapped + self.projected


@dataclass(frozen=True, slots=True)
class _Table:
    """The wanted cells of each row, in the order of `headings`; the borough is last and may be absent."""

    headings: tuple[str, ...]
    rows: Iterator[Sequence[str]]
    length: int


def read_shootings(path: Path, progress: Progress | None = None, today: date | None = None) -> ShootingFile:
    """Read new and legacy editions, CSV or SODA JSON; incidents in file order.

    `today` is the last day that can occur, by default this day in New York. Raises BrokenFile.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{path.name} cannot be opened.", "Check the name and that you may read it.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start)
        raise BrokenFile(f"{path.name} is not plain text (row {row}).", _DOWNLOAD, row=row) from error
    table = _json_table(text) if text.lstrip()[:1] in {"[", "{"} else _csv_table(text)
    return _parsed(table, hashlib.sha256(data).hexdigest(), progress, today)


def shootings_of(records: Sequence[Mapping[str, Any]], today: date | None = None) -> ShootingFile:
    """As read_shootings, from rows that came over the network; `edition` is the SHA-256 of them all."""
    edition = hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()
    return _parsed(_record_table(records), edition, None, today)


def _parsed(table: _Table, edition: str, progress: Progress | None, today: date | None) -> ShootingFile:
    parser = _Parser(table.headings, today or datetime.now(ZoneInfo("America/New_York")).date())
    for number, cells in enumerate(table.rows, 1):
        parser.take(number, cells)
        if progress and number % _STEP == 0:
            progress(number, table.length)
    result = parser.finish(edition)
    if progress:
        progress(table.length, table.length)
    return result


def _csv_table(text: str) -> _Table:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        headings = next(lines, [])
    except csv.Error as error:
        raise BrokenFile("The headings of the file cannot be read.", _DOWNLOAD) from error
    positions = {_name(heading): place for place, heading in enumerate(headings)}
    wanted = _wanted(positions)
    places = [positions[name] for name in wanted]

    def rows() -> Iterator[Sequence[str]]:
        number = 0
        try:
            for number, cells in enumerate(lines, 1):
                if not cells:
                    continue
                if len(cells) != len(headings):
                    message = f"Row {number} has {len(cells)} cells where the headings have {len(headings)}."
                    raise BrokenFile(message, _DOWNLOAD, row=number)
                yield [cells[place] for place in places]
        except csv.Error as error:
            raise BrokenFile(f"Row {number + 1} has an open quotation mark.", _DOWNLOAD, row=number + 1) from error

    return _Table(tuple(headings[place] for place in places), rows(), max(text.count("\n") - 1, 1))


def _json_table(text: str) -> _Table:
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"The JSON breaks off or is damaged at line {error.lineno}, column {error.colno}."
        raise BrokenFile(message, "Download the file again.") from error
    if not isinstance(records, list):
        raise BrokenFile("The file is JSON but not a list of shootings.", _DOWNLOAD)
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise BrokenFile(f"Row {number} is not a record with named fields.", _DOWNLOAD, row=number)
    return _record_table(records)


def _record_table(records: Sequence[Mapping[str, Any]]) -> _Table:
    # Fields without a value are left out of a record, so that only all records together show the columns.
    wanted = _wanted(dict.fromkeys(name for record in records for name in record))
    rows = (["" if record.get(name) is None else str(record[name]) for name in wanted] for record in records)
    return _Table(wanted, rows, len(records))


def _name(heading: str) -> str:
    return heading.strip().lower().replace(" ", "_")


def _wanted(columns: dict[str, int] | dict[str, None]) -> tuple[str, ...]:
    missing = [name for name in _REQUIRED if name not in columns]
    if not missing:
        return (*_REQUIRED, _OPTIONAL) if _OPTIONAL in columns else _REQUIRED
    if "victim_id" in columns:
        message = "This is the list of victims (pztn-9bne), not the list of shootings."
    elif not columns:
        message = "The file is empty."
    else:
        message = f"This is not the City's list of shootings: missing {', '.join(name.upper() for name in missing)}."
    raise BrokenFile(message, _DOWNLOAD, column=missing[0].upper())


class _Parser:
    """Takes rows one by one; keeps incidents, and the places that must be computed from x and y."""

    def __init__(self, headings: tuple[str, ...], today: date) -> None:
        self._headings = headings
        self._today = today
        self._incidents: dict[str, tuple[date, int]] = {}
        self._places: dict[str, tuple[float, float] | None] = {}
        self._grid: dict[str, tuple[float, float]] = {}
        self._days: dict[str, date] = {}
        self._precincts: dict[str, int] = {}
        self._odd_boroughs: list[int] = []
        self._duplicates = 0
        self._swapped = 0

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Raises BrokenFile, naming row and column."""
        key, day_text, precinct_text, x, y, latitude, longitude = cells[:7]
        day = self._days.get(day_text) or self._read_day(number, day_text)
        precinct = self._precincts.get(precinct_text) or self._read_precinct(number, precinct_text)
        if not key.isdecimal():
            self._refuse(number, 0, "is not an incident number")
        known = self._incidents.setdefault(key, (day, precinct))
        if known != (day, precinct):
            self._refuse(number, 0, "was already read with another date or precinct; import one edition at a time")
        if key in self._places:
            self._duplicates += 1
            return
        self._note_borough(number, precinct, cells)
        place = self._read_place(number, latitude, longitude)
        self._places[key] = place
        if place is None:
            east, north = self._number(number, 3, x), self._number(number, 4, y)
            if east is not None and north is not None:
                self._grid[key] = (east, north)

    def finish(self, edition: str) -> ShootingFile:
        """Raises BrokenFile when there is no row, or boroughs and precincts do not belong together."""
        if not self._incidents:
            raise BrokenFile("The file has headings but no shooting.", _DOWNLOAD)
        if len(self._odd_boroughs) > _MOST_ODD_BOROUGHS * len(self._incidents):
            self._refuse(self._odd_boroughs[0], 2, "is in another borough than the row says; columns are mixed up")
        projected = _project(self._grid)
        self._places.update(projected)
        rows = []
        for key, (day, precinct) in self._incidents.items():
            latitude, longitude = self._places[key] or (None, None)
            rows.append(Shooting(key, day, precinct, latitude, longitude))
        return ShootingFile(
            rows=tuple(rows),
            data_through=max(row.occur_date for row in rows),
            edition=edition,
            duplicates=self._duplicates,
            swapped=self._swapped,
            projected=len(projected),
            unlocated=sum(row.latitude is None for row in rows),
            columns=self._headings,
        )

    def _read_day(self, number: int, text: str) -> date:
        try:
            if "/" in text:
                month, day, year = text.split(maxsplit=1)[0].split("/")
                value = date(int(year), int(month), int(day))
            else:
                # A New York day without a zone: cut, never converted.
                value = date.fromisoformat(text[:10])
        except (ValueError, IndexError):
            self._refuse(number, 1, "is not a date such as 12/31/2025")
        if value.year < FIRST_YEAR or value > self._today:
            self._refuse(number, 1, f"is before {FIRST_YEAR} or still to come")
        self._days[text] = value
        return value

    def _read_precinct(self, number: int, text: str) -> int:
        if not text.isdecimal():
            self._refuse(number, 2, "is not a precinct number")
        try:
            borough_of(int(text))
        except NotFound:
            self._refuse(number, 2, "is not one of the 78 precincts")
        self._precincts[text] = int(text)
        return int(text)

    def _read_place(self, number: int, latitude: str, longitude: str) -> tuple[float, float] | None:
        north, east = self._number(number, 5, latitude), self._number(number, 6, longitude)
        if north is None or east is None:
            return None
        swapped = north < 0
        if swapped:
            north, east = east, north
        if not _in_city(north, east):
            return None
        self._swapped += swapped
        return north, east

    def _note_borough(self, number: int, precinct: int, cells: Sequence[str]) -> None:
        borough = _BOROUGHS.get(cells[-1]) if len(cells) > len(_REQUIRED) else None
        if borough is not None and borough is not borough_of(precinct):
            self._odd_boroughs.append(number)

    def _number(self, number: int, column: int, text: str) -> float | None:
        try:
            return float(text)
        except ValueError:
            if text.strip().lower() in _NOTHING:
                return None
            try:
                return float(text.replace(",", ""))
            except ValueError:
                self._refuse(number, column, "is not a number")

    def _refuse(self, number: int, column: int, what: str) -> NoReturn:
        heading = self._headings[column].upper()
        raise BrokenFile(f"Row {number}: {heading} {what}. Nothing was loaded.", _DOWNLOAD, row=number, column=heading)


def _in_city(latitude: float, longitude: float) -> bool:
    return 40.4 < latitude < 41.0 and -74.3 < longitude < -73.6


def _project(grid: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """From the New York Long Island state plane (EPSG:2263, US survey feet), which is right in every edition."""
    if not grid:
        return {}
    from pyproj import Transformer

    transformer = Transformer.from_crs(2263, 4326, always_xy=True)
    east, north = zip(*grid.values(), strict=True)
    longitudes, latitudes = transformer.transform(east, north)
    placed = zip(grid, latitudes, longitudes, strict=True)
    return {key: (latitude, longitude) for key, latitude, longitude in placed if _in_city(latitude, longitude)}
