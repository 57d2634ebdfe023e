"""Compute the project's tables of figures from the City's files, and write where each came from beside them.

Run from the project's folder: python -m scripts.build_tables --help
"""

import argparse
import csv
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

import shapely

from campaign_engine.domain.precinct import FIRST_YEAR, PRECINCT_NUMBERS, last_full_year
from campaign_engine.opendata.boundaries import PrecinctOutlines, read_outlines
from campaign_engine.opendata.shootings import ShootingFile, read_shootings
from campaign_engine.opendata.zip_areas import Plane, area_shares

HERE = Path(__file__).parent
TABLES = HERE.parent / "campaign_engine" / "opendata" / "tables"
SHORTEST_BORDER = 100.0  # feet; less is a corner
SMALLEST_PART = 0.05  # of a neighbourhood's area; less is two maps that do not quite agree
NOT_LIVED_IN = ("park-cemetery-etc", "Airport", "Rikers Island")

SOURCES = """\
# Written by scripts/build_tables.py. City data: NYC Open Data, no usage restriction, no warranty.

[shootings]
table = "incidents.csv"
dataset = "NYPD, Shootings (2006-Present), 5ucz-vwe8"
sha256 = "{shootings}"
data_through = {data_through}
changes = "Counted per precinct and full year: by the precinct the file names (code), and by today's outlines (today)."

[precincts]
table = "precincts.csv: latitude, longitude, neighbours; incidents.csv: today"
dataset = "NYC Department of City Planning, Police Precincts, y76i-bdw7, June 2026, with precinct 116"
edition = "{outlines}"
changes = "Centre of the largest inscribed circle; neighbours share a border of 100 feet or more."

[population]
table = "precincts.csv: population_2020"
dataset = "US Census 2020 (PL 94-171), census blocks added up by precinct by John Keefe"
sha256 = "{population}"
changes = "105, 113 and 116, as cut in December 2024, are estimates: 105 and 113 together, shared out by census tract."

[neighbourhoods]
table = "precincts.csv: neighbourhoods; neighbourhoods.csv"
dataset = "NYC Department of City Planning, Neighborhood Tabulation Areas 2010, laid over the precincts"
sha256 = "{neighbourhoods}"
changes = "Names chosen by hand in scripts/neighbourhoods.toml and checked; further names by share of area, from 5 %."

[zips]
table = "zip_precincts.csv"
dataset = "NYC Health Department, Modified ZIP Code Tabulation Areas (pri4-ifjk) and the table of their ZIP codes"
sha256 = "{zips}"
changes = "Share of the area's land in each precinct, 1 % and more; every ZIP code has the shares of its area."

[tiles]
table = "precincts.csv: tile_column, tile_row"
dataset = "Drawn by hand for this project in scripts/tile_map.txt"

[violence_interrupters]
table = "cms_sites.csv"
dataset = "NYC Crisis Management System, Cure Violence sites in the City's July 2023 budget (FY24)"
changes = "Organizations and precincts only, names without legal forms; written by scripts/build_directory.py."
"""


def centre(plane: Plane, number: int) -> tuple[float, float]:
    """Latitude and longitude of the point farthest from the border."""
    circle = shapely.maximum_inscribed_circle(plane.polygons[number], tolerance=10.0)
    east, north = circle.coords[0]
    longitude, latitude = plane.transformer.transform(east, north, direction="INVERSE")
    return latitude, longitude


def neighbours(plane: Plane, number: int) -> list[int]:
    """Those that share a border, not only a corner."""
    mine = plane.polygons[number]
    shared = {other: mine.intersection(its).length for other, its in plane.polygons.items() if other != number}
    return [other for other, length in shared.items() if length >= SHORTEST_BORDER]


def tiles() -> dict[int, tuple[int, int]]:
    """Column and row of each precinct on the drawn map."""
    lines = (HERE / "tile_map.txt").read_text(encoding="utf-8").splitlines()
    cells = ((int(cell), (x, y)) for y, line in enumerate(lines) for x, cell in enumerate(line.split()) if cell != ".")
    return dict(cells)


def neighbourhoods(overlap: Path) -> dict[int, list[str]]:
    """The chosen short names. Raises ValueError for one that is no part of the precinct."""
    chosen = tomllib.loads((HERE / "neighbourhoods.toml").read_text(encoding="utf-8"))
    areas: dict[int, str] = {}
    for row in _read(overlap):
        number = int(row["precinct"])
        areas[number] = f"{areas.get(number, '')}; {row['nta2010_name'].lower()}"
    names: dict[int, list[str]] = {int(number): given for number, given in chosen["precincts"].items()}
    for number, given in names.items():
        for name in given:
            if chosen["alias"].get(name, name).lower() not in areas[number]:
                raise ValueError(f"{name} is not a neighbourhood of precinct {number}")
    return names


def neighbourhood_rows(overlap: Path) -> Sequence[Sequence[object]]:
    """One per name, with the precincts it lies in, largest share first. Raises KeyError for a part that is none."""
    shares: dict[str, dict[int, float]] = {}
    for row in _read(overlap):
        share = float(row["share_of_nta_area"])
        if share < SMALLEST_PART or row["nta2010_name"].startswith(NOT_LIVED_IN):
            continue
        # "Co-op City" is one name: what stands behind a hyphen between two begins with a capital letter.
        for name in re.split(r"-(?=[A-Z])", row["nta2010_name"].partition(" (")[0]):
            _keep_larger(shares.setdefault(name, {}), int(row["precinct"]), share)
    called = tomllib.loads((HERE / "neighbourhoods.toml").read_text(encoding="utf-8"))["called"]
    for name, parts in called.items():
        shares[name] = {}
        for part in parts:
            for number, share in shares[part].items():
                _keep_larger(shares[name], number, share)
    by_share = {name: sorted(its, key=lambda number: (-its[number], number)) for name, its in shares.items()}
    return sorted((name, " ".join(map(str, numbers))) for name, numbers in by_share.items())


def _keep_larger(shares: dict[int, float], number: int, share: float) -> None:
    shares[number] = max(share, shares.get(number, 0.0))


def precinct_rows(plane: Plane, overlap: Path, population: Path) -> Iterable[Sequence[object]]:
    """One per precinct."""
    names, places = neighbourhoods(overlap), tiles()
    residents = {int(row["precinct"]): int(row["population_2020"]) for row in _read(population)}
    for number in PRECINCT_NUMBERS:
        latitude, longitude = centre(plane, number)
        near = " ".join(str(other) for other in neighbours(plane, number))
        yield (
            *(number, "; ".join(names[number]), residents[number], f"{latitude:.5f}", f"{longitude:.5f}"),
            *(near, *places[number]),
        )


def incident_rows(shootings: ShootingFile, outlines: PrecinctOutlines) -> Iterable[Sequence[object]]:
    """One per precinct and full year."""
    counts = {
        (number, year): [0, 0]
        for number in PRECINCT_NUMBERS
        for year in range(FIRST_YEAR, last_full_year(shootings.data_through) + 1)
    }
    for shooting, today in zip(shootings.rows, outlines.locate(shootings.rows), strict=True):
        year = shooting.occur_date.year
        if (today, year) in counts:
            counts[shooting.precinct, year][0] += 1
            counts[today, year][1] += 1
    return [(number, year, code, today) for (number, year), (code, today) in counts.items()]


def zip_rows(outlines: PrecinctOutlines, areas: Path, codes: Path) -> Iterable[Sequence[object]]:
    """One per ZIP code and precinct."""
    members: dict[str, list[str]] = {}
    for row in _read(codes):
        members.setdefault(row["MODZCTA"], []).append(row["ZCTA"])
    features = json.loads(areas.read_text(encoding="utf-8"))["features"]
    shares = area_shares(features, outlines)
    return sorted(
        (code, n, f"{share:.3f}") for area, cut in shares.items() for code in members[area] for n, share in cut
    )


def main() -> None:
    """Write all tables, or none when a file is wrong."""
    parser = argparse.ArgumentParser(description="Compute the tables of figures from the City's files.")
    for name in ("shootings", "outlines", "zip-areas", "zip-codes", "overlap", "population"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    shootings, outlines = read_shootings(given.shootings), read_outlines(given.outlines)
    plane = Plane.of(outlines)
    precinct_heads = "precinct neighbourhoods population_2020 latitude longitude neighbours tile_column tile_row"
    written = {
        "precincts.csv": (precinct_heads.split(), list(precinct_rows(plane, given.overlap, given.population))),
        "incidents.csv": (["precinct", "year", "code", "today"], list(incident_rows(shootings, outlines))),
        "neighbourhoods.csv": (["name", "precincts"], neighbourhood_rows(given.overlap)),
        "zip_precincts.csv": (["zip", "precinct", "share"], list(zip_rows(outlines, given.zip_areas, given.zip_codes))),
    }
    sources = SOURCES.format(
        shootings=shootings.edition,
        data_through=shootings.data_through.isoformat(),
        outlines=outlines.edition,
        population=_sha256(given.population),
        neighbourhoods=_sha256(given.overlap),
        zips=_sha256(given.zip_areas),
    )
    for name, (heads, rows) in written.items():
        with (TABLES / name).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows([heads, *rows])
        print(f"{name}: {len(rows)} rows")
    (TABLES / "SOURCES.toml").write_text(sources, encoding="utf-8")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
