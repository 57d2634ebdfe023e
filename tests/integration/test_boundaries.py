import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Boundaries, RankingRule
from campaign_engine.opendata import figures
from campaign_engine.opendata.boundaries import count, read_outlines
from campaign_engine.opendata.shootings import Shooting, read_shootings
from campaign_engine.opendata.zip_areas import Plane
from scripts import build_tables
from tests.city_files import FACTS, OUTLINES, OVERLAP, SHOOTINGS, ZIP_AREAS, ZIP_CODES, city_file

WEST, SOUTH, SIDE = -74.25, 40.45, 0.01


def corner(number: int) -> tuple[float, float]:
    """South-west corner of the square that stands for a precinct: ten to a row, without gaps."""
    row, column = divmod(PRECINCT_NUMBERS.index(number), 10)
    return WEST + column * SIDE, SOUTH + row * SIDE


def square(number: int) -> dict[str, Any]:
    west, south = corner(number)
    east, north = west + SIDE, south + SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"precinct": str(number), "shape_area": "1"},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }


def shooting(coded: int, lies_in: int | None, year: int = 2024) -> Shooting:
    if lies_in is None:
        return Shooting("1", date(year, 6, 1), coded, None, None)
    west, south = corner(lies_in)
    return Shooting("1", date(year, 6, 1), coded, south + SIDE / 2, west + SIDE / 2)


def geojson(folder: Path, features: list[Any]) -> Path:
    path = folder / "precincts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    return geojson(tmp_path, [square(number) for number in PRECINCT_NUMBERS])


def test_an_incident_counts_where_it_lies_today_and_by_its_code_where_it_lies_nowhere(squares: Path) -> None:
    in_the_water = Shooting("1", date(2024, 6, 1), 100, 40.95, -73.65)
    rows = [shooting(105, 116), shooting(113, 113), shooting(105, None), in_the_water]
    assert read_outlines(squares).locate(rows) == [116, 113, 105, 100]


def test_a_place_on_a_shared_border_counts_once(squares: Path) -> None:
    west, south = corner(5)
    found = read_outlines(squares).locate([Shooting("1", date(2024, 6, 1), 75, south + SIDE / 2, west)])
    assert found in ([1], [5])


def test_the_counts_say_which_boundaries_were_used(squares: Path) -> None:
    rows = [shooting(105, 116), shooting(105, 105), shooting(105, 116, 2020), shooting(113, None, 2025)]
    outlines, through = read_outlines(squares), date(2025, 12, 31)
    today = count(rows, RankingRule(2021, 2025), through, outlines)
    assert (dict(today.incidents), today.boundaries) == ({116: 1, 105: 1, 113: 1}, outlines.edition)
    for code in (
        count(rows, RankingRule(2021, 2025), through),
        count(rows, RankingRule(2021, 2025, boundaries=Boundaries.CODE), through, outlines),
    ):
        assert (dict(code.incidents), code.boundaries, code.data_through) == ({105: 2, 113: 1}, "code", through)


def test_years_without_incidents_count_nothing(squares: Path) -> None:
    assert count([], RankingRule(2021, 2025), date(2025, 12, 31), read_outlines(squares)).incidents == {}


def test_the_edition_follows_the_bytes_of_the_file(squares: Path) -> None:
    before = read_outlines(squares).edition
    squares.write_text(squares.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert before.startswith("y76i-bdw7 ")
    assert read_outlines(squares).edition != before


def test_a_map_from_before_precinct_116_says_so(tmp_path: Path) -> None:
    path = geojson(tmp_path, [square(number) for number in PRECINCT_NUMBERS if number != 116])
    with pytest.raises(BrokenFile, match="no precinct 116") as caught:
        read_outlines(path)
    assert "December 2024" in caught.value.hint


def _numbered(value: object) -> Callable[[dict[str, Any]], None]:
    def change(feature: dict[str, Any]) -> None:
        feature["properties"]["precinct"] = value

    return change


def _drawn(kind: str, coordinates: object) -> Callable[[dict[str, Any]], None]:
    def change(feature: dict[str, Any]) -> None:
        feature["geometry"] = {"type": kind, "coordinates": coordinates}

    return change


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(feature: dict[str, Any]) -> None:
        del feature[name]

    return change


BOW_TIE = [[[-74.0, 40.7], [-73.9, 40.8], [-73.9, 40.7], [-74.0, 40.8], [-74.0, 40.7]]]
IN_FEET = [[[984000, 200000], [985000, 200000], [985000, 201000], [984000, 200000]]]


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        (_numbered(None), "precinct", "no precinct number"),
        (_numbered("2"), "precinct", "is precinct 2, which does not exist"),
        (_numbered("1"), "precinct", "precinct 1 again"),
        (_without("properties"), "precinct", "no precinct number"),
        (_without("geometry"), "geometry", "no outline"),
        (_drawn("Polygon", []), "geometry", "not an area"),
        (_drawn("Polygon", [[[-74.0]]]), "geometry", "no outline"),
        (_drawn("Point", [-74.0, 40.7]), "geometry", "not an area"),
        (_drawn("Circle", [-74.0, 40.7]), "geometry", "no outline"),
        (_drawn("Polygon", BOW_TIE), "geometry", "crosses itself"),
        (_drawn("Polygon", IN_FEET), "geometry", "longitude and latitude"),
    ],
)
def test_a_wrong_feature_is_named_by_row_and_column(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], column: str, says: str
) -> None:
    features = [square(number) for number in PRECINCT_NUMBERS]
    change(features[6])
    with pytest.raises(BrokenFile, match=says) as caught:
        read_outlines(geojson(tmp_path, features))
    assert (caught.value.row, caught.value.column) == (7, column)
    assert "y76i-bdw7" in caught.value.hint


@pytest.mark.parametrize("content", ["", "INCIDENT_KEY,OCCUR_DATE\n", "[]", '{"type": "FeatureCollection"}', "\x00"])
def test_what_is_no_map_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "precincts.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BrokenFile, match="not a GeoJSON map"):
        read_outlines(path)


def test_a_map_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="cannot be opened"):
        read_outlines(tmp_path / "none.geojson")


@pytest.mark.city_files
def test_the_citys_outlines_agree_with_the_code_but_for_border_streets_and_116() -> None:
    outlines = read_outlines(city_file(OUTLINES))
    rows = read_shootings(city_file(SHOOTINGS)).rows
    today = outlines.locate(rows)
    agree = sum(row.precinct == number for row, number in zip(rows, today, strict=True))
    assert agree / len(rows) == pytest.approx(0.95, abs=0.01)
    assert (today.count(116), sum(row.precinct == 116 for row in rows)) == (314, 2)


@pytest.mark.city_files
def test_the_tables_are_what_the_script_computes_from_the_citys_files() -> None:
    outlines = read_outlines(city_file(OUTLINES))
    shootings = read_shootings(city_file(SHOOTINGS))
    plane = Plane.of(outlines)
    computed = {
        "precincts.csv": build_tables.precinct_rows(plane, city_file(OVERLAP), city_file(FACTS)),
        "incidents.csv": build_tables.incident_rows(shootings, outlines),
        "neighbourhoods.csv": build_tables.neighbourhood_rows(city_file(OVERLAP)),
        "zip_precincts.csv": build_tables.zip_rows(outlines, city_file(ZIP_AREAS), city_file(ZIP_CODES)),
    }
    for name, rows in computed.items():
        with (build_tables.TABLES / name).open(encoding="utf-8", newline="") as lines:
            written = list(csv.reader(lines))[1:]
        assert written == [[str(cell) for cell in row] for row in rows], name
    assert figures.sources()["shootings"]["sha256"] == shootings.edition
    assert figures.sources()["precincts"]["edition"] == outlines.edition
    assert figures.data_through() == shootings.data_through
