"""The City's lists of schools and of community centers in public housing, as sites where people sign up."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaign_engine.domain.action import SiteKind
from campaign_engine.domain.errors import BrokenFile, NotFound
from campaign_engine.domain.listed_site import BadRow, ListedSite, SiteList
from campaign_engine.domain.precinct import borough_of
from campaign_engine.ports.opendata import Outlines, Progress

NAME_LENGTH = 200
_ANYWHERE_IN_THE_CITY = ((40.4, 41.0), (-74.3, -73.6))
_STEP = 200
_HINT = 'Use the City\'s list of schools, or "NYCHA Community Facilities", as it comes from NYC Open Data.'

_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("dbn", "ats_system_code", "system_code", "ats_code"),
    "name": ("name", "school_name", "location_name"),
    "program": ("program_type",),
    "status": ("status", "status_descriptions"),
    "development": ("development",),
    "address": ("address", "primary_address_line_1", "primary_address", "location_1"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "precinct": ("precinct", "police_precinct"),
    "size": ("enrollment", "total_students", "total_enrollment"),
    "borough": ("borough", "boro"),
}
"""Columns as the City publishes them, and as they are called in copies."""

_YOUNG = re.compile(
    r"community center|cornerstone|compass|youth|sports|anti gun violence|cure violence|computer lab|library",
    re.IGNORECASE,
)
"""Programs of a center that young people come to."""

_CLOSED = frozenset({"vacant", "construction", "closed"})


@dataclass(frozen=True, slots=True)
class _Row:
    """A site whose precinct may still have to be found; 0 while it is unknown."""

    number: int
    site: ListedSite
    latitude: float | None
    longitude: float | None

    @property
    def precinct(self) -> int:
        return self.site.precinct


@dataclass(slots=True)
class _Reader:
    headings: Mapping[str, str]
    is_schools: bool
    rows: list[_Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    passed_over: int = 0
    seen: set[str] = field(default_factory=set)

    def take(self, number: int, row: Mapping[str, str]) -> None:
        cells = {name: " ".join((row.get(heading) or "").split()) for name, heading in self.headings.items()}
        if not self.is_schools and not _is_for_young_people(cells):
            self.passed_over += 1
            return
        try:
            self.rows.append(self._read(number, cells))
        except _Refused as refused:
            self.bad.append(BadRow(number, self.headings.get(refused.column, refused.column), refused.reason))

    def _read(self, number: int, cells: Mapping[str, str]) -> _Row:
        site = _school(cells) if self.is_schools else _center(cells)
        if not 1 <= len(site.name) <= NAME_LENGTH:
            raise _Refused("name", f"has {len(site.name)} characters; a name has 1 to {NAME_LENGTH}")
        if site.official_id in self.seen:
            raise _Refused("id", "was in an earlier row of this file")
        latitude, longitude = (_degrees(cells, name, number) for name, number in (("latitude", 0), ("longitude", 1)))
        precinct = _precinct(cells)
        if not precinct and (latitude is None or longitude is None):
            missing = "precinct" if "precinct" in self.headings else "latitude"
            raise _Refused(missing, "is empty, and without a place no precinct can be found")
        self.seen.add(site.official_id)
        return _Row(number, replace(site, precinct=precinct), latitude, longitude)


class _Refused(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class CitySiteFile:
    """Implements ports.opendata.SiteFile."""

    def read(self, path: Path, outlines: Outlines | None, progress: Progress | None = None) -> SiteList:
        """Schools where there is a DBN, centers where there is a program and a development."""
        rows, headings = _table(path)
        reader = _Reader(headings, "id" in headings)
        for number, row in enumerate(rows, 1):
            reader.take(number, row)
            if progress and number % _STEP == 0:
                progress(number, len(rows))
        _locate(reader, outlines)
        if progress:
            progress(len(rows), len(rows))
        bad = tuple(sorted(reader.bad, key=lambda one: one.row))
        return SiteList(tuple(row.site for row in reader.rows), bad, reader.passed_over)


def _table(path: Path) -> tuple[list[dict[str, str]], Mapping[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BrokenFile(f"{path.name} cannot be opened.", "Check the name and that you may read it.") from error
    except UnicodeDecodeError as error:
        raise BrokenFile(f"{path.name} is not plain text.", _HINT) from error
    if len(text) > csv.field_size_limit() and "\n" not in text:
        raise BrokenFile(f"{path.name} is no list of places.", _HINT)
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="")
    rows: list[dict[str, str]] = []
    try:
        headings = _headings(lines.fieldnames or ())
        for number, row in enumerate(lines, 1):
            if "" in row or None in row.values():
                message = f"Row {number} has another number of cells than there are headings."
                raise BrokenFile(message, _HINT, row=number)
            rows.append(row)
    except csv.Error as error:
        message = f"Row {len(rows) + 1} has an open quotation mark or a cell that is too long."
        raise BrokenFile(message, _HINT, row=len(rows) + 1) from error
    if not rows:
        raise BrokenFile(f"{path.name} has no rows.", _HINT)
    return rows, headings


def _headings(found: Sequence[str]) -> Mapping[str, str]:
    plain = {heading.strip().lower().replace(" ", "_"): heading for heading in found}
    known = {
        name: plain[next(one for one in names if one in plain)]
        for name, names in _NAMES.items()
        if any(one in plain for one in names)
    }
    wanted = ("name",) if "id" in known else ("program", "development", "address")
    missing = [name for name in wanted if name not in known]
    if missing:
        raise BrokenFile(
            f"This is no list of schools or centers: there is no column {_NAMES[missing[0]][0]}.",
            _HINT,
            column=_NAMES[missing[0]][0],
        )
    if "precinct" not in known and not {"latitude", "longitude"} <= known.keys():
        message = "There is neither a column precinct nor latitude and longitude."
        raise BrokenFile(message, _HINT, column="precinct")
    return known


def _is_for_young_people(cells: Mapping[str, str]) -> bool:
    return bool(_YOUNG.search(cells["program"])) and cells.get("status", "").lower() not in _CLOSED


def _school(cells: Mapping[str, str]) -> ListedSite:
    if not re.fullmatch(r"[0-9A-Za-z-]{4,20}", cells["id"]):
        raise _Refused("id", "is no school number such as 02M212")
    return ListedSite(f"school:{cells['id'].upper()}", cells["name"], SiteKind.SCHOOL, 0, _address(cells), _size(cells))


def _center(cells: Mapping[str, str]) -> ListedSite:
    """The City gives its centers no number: development, address and program are theirs."""
    key = "|".join(cells.get(name, "").casefold() for name in ("borough", "development", "address", "program"))
    program = re.sub(r"\s*-\s*", ", ", cells["program"].rstrip("?* "))
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return ListedSite(f"center:{digest}", f"{cells['development']}: {program}", SiteKind.CENTER, 0, _address(cells))


def _address(cells: Mapping[str, str]) -> str:
    address = cells.get("address", "")[:NAME_LENGTH]
    return address.title() if address.isupper() else address


def _size(cells: Mapping[str, str]) -> int | None:
    text = cells.get("size", "").replace(",", "")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(\.0*)?", text):
        raise _Refused("size", "is no number of people")
    return int(float(text)) or None


def _precinct(cells: Mapping[str, str]) -> int:
    text = cells.get("precinct", "")
    if not text:
        return 0
    if not re.fullmatch(r"\d{1,3}(\.0*)?", text):
        raise _Refused("precinct", "is no precinct number")
    try:
        borough_of(number := int(float(text)))
    except NotFound as error:
        raise _Refused("precinct", f"says {number}, and there is no such precinct") from error
    return number


def _degrees(cells: Mapping[str, str], name: str, axis: int) -> float | None:
    text = cells.get(name, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise _Refused(name, "is no number of degrees") from error
    least, most = _ANYWHERE_IN_THE_CITY[axis]
    if value == 0:
        return None
    if not least < value < most:
        raise _Refused(name, "lies outside New York City")
    return value


def _locate(reader: _Reader, outlines: Outlines | None) -> None:
    """Only where the file names no precinct: what the City says of a school goes before what a point says."""
    unknown = [row for row in reader.rows if not row.precinct]
    if unknown and outlines is None:
        raise BrokenFile(
            f"Row {unknown[0].number} names no precinct.",
            "Load the outlines first: groundswell data import FILE.geojson, then load this list again.",
            row=unknown[0].number,
            column=reader.headings.get("precinct", "precinct"),
        )
    found = outlines.locate(unknown) if outlines is not None else []
    located = {row.number: precinct for row, precinct in zip(unknown, found, strict=True)}
    kept = []
    for row in reader.rows:
        precinct = row.precinct or located[row.number]
        if precinct:
            kept.append(replace(row, site=replace(row.site, precinct=precinct)))
        else:
            column = reader.headings.get("latitude", "latitude")
            reader.bad.append(BadRow(row.number, column, "lies in no precinct"))
    reader.rows = kept
