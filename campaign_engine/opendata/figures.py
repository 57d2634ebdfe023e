"""The project's own tables: what every precinct is, its incidents by year, and where ZIP codes lie."""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from campaign_engine.domain.precinct import Boundaries, Precinct, PrecinctCounts, RankingRule

_TABLES = files("campaign_engine.opendata.tables")


@cache
def precincts() -> Mapping[int, Precinct]:
    """All 78 by number, in ascending order."""
    return {int(row["precinct"]): _precinct(row) for row in _rows("precincts.csv")}


def counts(rule: RankingRule) -> PrecinctCounts:
    """Incidents in the years of the rule, without any file of the City's."""
    column = "today" if rule.boundaries is Boundaries.TODAY else "code"
    totals: dict[int, int] = defaultdict(int)
    for row in _incidents():
        if rule.first_year <= row["year"] <= rule.last_year:
            totals[row["precinct"]] += row[column]
    used = sources()["precincts"]["edition"] if rule.boundaries is Boundaries.TODAY else Boundaries.CODE.value
    return PrecinctCounts(totals, data_through(), used)


def counts_by_year(boundaries: Boundaries) -> Mapping[tuple[int, int], int]:
    """Incidents by (precinct, year), where there is one."""
    column = "today" if boundaries is Boundaries.TODAY else "code"
    return {(row["precinct"], row["year"]): row[column] for row in _incidents() if row[column]}


def data_through() -> date:
    """Day of the newest incident in the tables."""
    through: date = sources()["shootings"]["data_through"]
    return through


@cache
def zip_shares() -> Mapping[str, tuple[tuple[int, float], ...]]:
    """For each ZIP code its precincts and the share of its land in each (0 to 1), largest first."""
    shares: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in _rows("zip_precincts.csv"):
        shares[row["zip"]].append((int(row["precinct"]), float(row["share"])))
    return {code: tuple(sorted(parts, key=lambda part: (-part[1], part[0]))) for code, parts in shares.items()}


@cache
def neighbourhoods() -> Mapping[str, tuple[int, ...]]:
    """Names people know, more than precincts are labelled with; the precincts each lies in, largest share first."""
    return {row["name"]: tuple(map(int, row["precincts"].split())) for row in _rows("neighbourhoods.csv")}


@cache
def sources() -> Mapping[str, Any]:
    """Dataset, edition and changes behind each table, as in SOURCES.toml."""
    return tomllib.loads(_TABLES.joinpath("SOURCES.toml").read_text(encoding="utf-8"))


@cache
def _incidents() -> tuple[Mapping[str, int], ...]:
    return tuple({name: int(cell) for name, cell in row.items()} for row in _rows("incidents.csv"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_TABLES.joinpath(name).read_text(encoding="utf-8").splitlines())


def _precinct(row: Mapping[str, str]) -> Precinct:
    return Precinct(
        number=int(row["precinct"]),
        neighbourhoods=tuple(row["neighbourhoods"].split("; ")),
        population=int(row["population_2020"]),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        neighbours=tuple(int(number) for number in row["neighbours"].split()),
        tile=(int(row["tile_column"]), int(row["tile_row"])),
    )
