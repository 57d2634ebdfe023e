"""The City's files from the command line: whole or not at all, and what is counted afterwards."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from tests.city_files import OUTLINES, SHOOTINGS, city_file
from tests.support.cli import Cli

HEADINGS = "INCIDENT_KEY,OCCUR_DATE,BORO,PRECINCT,X_COORD_CD,Y_COORD_CD,Latitude,Longitude"
ROWS = (
    "1,06/15/2024,BROOKLYN,73,1008500,183000,40.6689,-73.9125",
    "2,06/16/2024,BROOKLYN,73,1008500,183000,40.6689,-73.9125",
    "3,06/17/2023,BRONX,42,1012185,241494,40.8295,-73.8991",
)
BROKEN = {
    "4,06/17/2023,BRONX,forty,1012185,241494,40.8295,-73.8991": "Row 4: PRECINCT",
    "4,17/06/2023,BRONX,42,1012185,241494,40.8295,-73.8991": "Row 4: OCCUR_DATE",
    "4,06/17/2023,BRONX,42,1012185,241494,north,-73.8991": "Row 4: LATITUDE",
    "4,06/17/2023,BRONX": "Row 4 has 3 cells",
    "06/17/2023,4,BRONX,42,1012185,241494,40.8295,-73.8991": "Row 4: OCCUR_DATE",
}
PER_YEAR = (
    *(1566, 1442, 1520, 1420, 1473, 1510, 1373, 1103, 1172, 1138),
    *(997, 789, 754, 777, 1532, 1562, 1294, 974, 904, 688),
)
TOP_30 = {
    *(23, 25, 28, 32, 34, 40, 41, 42, 43, 44, 46, 47, 48, 49, 52),
    *(67, 69, 70, 71, 73, 75, 77, 79, 81, 83, 101, 103, 113, 114, 120),
}


def written(cli: Cli, *rows: str, name: str = "shootings.csv", headings: str = HEADINGS) -> str:
    path = cli.folder / name
    path.write_text("\n".join((headings, *rows)) + "\n", encoding="utf-8")
    return str(path)


def ranked(cli: Cli, *options: str) -> dict[str, object]:
    found = json.loads(cli.run("precincts", "rank", "--json", *options))
    assert isinstance(found, dict)
    return found


def incidents(cli: Cli, *options: str) -> dict[int, int]:
    rows = ranked(cli, *options)["precincts"]
    assert isinstance(rows, list)
    return {row["precinct"]: row["incidents"] for row in rows if row["incidents"]}


def test_shootings_are_loaded_and_counted(cli: Cli) -> None:
    assert "ship with the program" in cli.run("data", "status")
    said = cli.run("data", "import", written(cli, *ROWS))
    assert "3 shootings: 3 new, 0 gone" in said
    assert "June 16, 2024" in said
    assert re.search(r"Out of it: .*\d", said)
    assert re.search(r"shootings +3 +2024-06-16", cli.run("data", "status"))
    assert incidents(cli, "--from", "2023", "--to", "2024") == {73: 2, 42: 1}
    again = cli.run("data", "import", written(cli, *ROWS[1:]))
    assert "2 shootings: 0 new, 1 gone" in again
    assert incidents(cli, "--from", "2023", "--to", "2024") == {73: 1, 42: 1}


def test_json_is_told_from_its_content(cli: Cli) -> None:
    names = [name.lower() for name in HEADINGS.split(",")]
    records = [dict(zip(names, row.split(","), strict=True)) for row in ROWS]
    path = cli.folder / "shootings.txt"
    path.write_text(json.dumps(records), encoding="utf-8")
    assert "3 shootings" in cli.run("data", "import", str(path))


def test_a_broken_row_is_named_and_nothing_is_loaded(cli: Cli) -> None:
    cli.run("data", "import", written(cli, *ROWS[1:]))
    before = cli.run("data", "status")
    for broken, named in BROKEN.items():
        assert named in cli.run("data", "import", written(cli, *ROWS, broken), code=1)
    assert cli.run("data", "status") == before
    assert incidents(cli, "--from", "2023", "--to", "2024") == {73: 1, 42: 1}


def test_another_file_than_shootings_is_refused(cli: Cli) -> None:
    other = written(cli, "Ada,5", headings="NAME,SCORE")
    assert "missing INCIDENT_KEY" in cli.run("data", "import", other, code=1)
    victims = written(cli, "1,2", headings="INCIDENT_KEY,VICTIM_ID")
    assert "the list of victims" in cli.run("data", "import", victims, code=1)
    (cli.folder / "map.geojson").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    assert "The map has no precinct" in cli.run("data", "import", str(cli.folder / "map.geojson"), code=1)
    (cli.folder / "other.json").write_text('{"rows": []}', encoding="utf-8")
    assert "not a list of shootings" in cli.run("data", "import", str(cli.folder / "other.json"), code=1)
    (cli.folder / "empty").touch()
    assert "The file is empty" in cli.run("data", "import", str(cli.folder / "empty"), code=1)
    (cli.folder / "picture").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    assert "not plain text" in cli.run("data", "import", str(cli.folder / "picture"), code=1)
    assert "cannot be opened" in cli.run("data", "import", str(cli.folder / "nowhere.csv"), code=1)
    assert "cannot be opened" in cli.run("data", "import", str(cli.folder), code=1)
    assert "Nothing is loaded" in cli.run("data", "status")


def square(place: int, number: int) -> dict[str, object]:
    row, column = divmod(place, 10)
    west, south = -74.28 + column * 0.06, 40.45 + row * 0.06
    ring = [[west, south], [west + 0.06, south], [west + 0.06, south + 0.06], [west, south + 0.06], [west, south]]
    return {"properties": {"precinct": str(number)}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_boundaries_count_each_shooting_where_it_lies_today(cli: Cli) -> None:
    cli.run("data", "import", written(cli, *ROWS))
    features = [square(place, number) for place, number in enumerate(PRECINCT_NUMBERS)]
    path = cli.folder / "map.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert "Boundaries of 78 precincts" in cli.run("data", "import", str(path))
    assert re.search(r"precincts +78", cli.run("data", "status"))
    brownsville, bronx = PRECINCT_NUMBERS[3 * 10 + 6], PRECINCT_NUMBERS[6 * 10 + 6]
    assert incidents(cli, "--from", "2023", "--to", "2024") == {brownsville: 2, bronx: 1}
    assert str(ranked(cli)["boundaries"]).startswith("y76i-bdw7 ")


def test_ranking_works_before_init_with_the_shipped_figures(tmp_path: Path) -> None:
    found = ranked(Cli(tmp_path))
    assert found["rule"] == {"first_year": 2021, "last_year": 2025, "top": 30, "by": "count", "boundaries": "today"}
    assert found["data_through"] == "2025-12-31"
    rows = found["precincts"]
    assert isinstance(rows, list)
    assert [sorted(row) for row in rows] == [["borough", "incidents", "p_top", "precinct", "rank"]] * 78
    assert {row["precinct"] for row in rows[:30]} == TOP_30
    assert abs(sum(row["p_top"] for row in rows) - 30) < 0.01
    assert not list(tmp_path.iterdir())


def test_a_rule_that_cannot_be_ranked_says_so(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    assert "cannot be ranked" in cli.run("precincts", "rank", "--from", "1999", code=1)
    assert "cannot be ranked" in cli.run("precincts", "rank", "--from", "2024", "--to", "2023", code=1)
    assert "cannot be ranked" in cli.run("precincts", "rank", "--top", "0", code=1)
    assert cli.run("precincts", "rank", "--to", "2040", code=1)


@pytest.mark.parametrize(
    ("text", "first"),
    [("11212", "73 "), ("11212-4321", "73 "), ("brownsville", "73 "), ("BED-STUY", "79 "), ("75", "75 ")],
)
def test_a_precinct_is_found(tmp_path: Path, text: str, first: str) -> None:
    assert Cli(tmp_path).run("precincts", "find", text).splitlines()[1].startswith(first)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10583", "not in New York City"),
        ("1121", "not a ZIP code"),
        ("112125", "not a ZIP code"),
        ("74", "no precinct 74"),
        ("Hoboken", "No precinct has a neighborhood"),
        (" ", "No precinct has a neighborhood"),
    ],
)
def test_a_place_outside_the_city_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in Cli(tmp_path).run("precincts", "find", text, code=1)


@pytest.mark.city_files
def test_the_citys_file_gives_its_known_facts(cli: Cli) -> None:
    said = cli.run("data", "import", str(city_file(SHOOTINGS)))
    assert "23,988 shootings: 23,988 new, 0 gone" in said

    async def rows(engine: Engine) -> Counter[int]:
        async with engine.store.read() as work:
            return Counter(row.occur_date.year for row in await work.targeting.shootings())

    assert cli.within(rows) == Counter(dict(zip(range(2006, 2026), PER_YEAR, strict=True)))
    by_code = incidents(cli)
    assert list(by_code.items())[:10] == [
        *((75, 292), (73, 270), (44, 240), (40, 225), (42, 204)),
        *((46, 199), (47, 198), (48, 196), (67, 188), (43, 177)),
    ]
    assert "Into the top 30 for new campaigns: 70. Out of it: 105." in cli.run(
        "data", "import", str(city_file(OUTLINES))
    )
    found = ranked(cli)
    assert found["data_through"] == "2025-12-31"
    located = list(incidents(cli))
    assert set(located[:30]) == TOP_30
    assert set(list(incidents(cli, "--from", "2023"))[:30]) == TOP_30
    assert 116 in located
