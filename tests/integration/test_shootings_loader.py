import hashlib
import json
from collections import Counter
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Borough, borough_of
from campaign_engine.opendata.shootings import Shooting, ShootingFile, read_shootings
from tests.city_files import LEGACY, MIXED, SHOOTINGS, city_file

TODAY = date(2026, 10, 2)
HEADINGS = (
    "INCIDENT_KEY,OCCUR_DATE,OCCUR_TIME,BORO,LOC_OF_OCCUR_DESC,PRECINCT,JURISDICTION_CODE,LOC_CLASSFCTN_DESC,"
    "LOCATION_DESC,X_COORD_CD,Y_COORD_CD,Latitude,Longitude"
)
GOOD = "900000001,06/15/2024,13:06:00,BROOKLYN,OUTSIDE,73,0,STREET,,1008500,183000,40.668900,-73.912500"
SWAPPED = "900000002,06/16/2024,03:20:00,BRONX,INSIDE,42,0,DWELLING,PVT HOUSE,1012185,241494,-73.899100,40.829500"
NO_PLACE = "900000003,02/09/2023,17:37:00,MANHATTAN,OUTSIDE,14,0,STREET,,984250,213806,,"
NULL_ISLAND = "900000004,02/09/2023,17:37:00,MANHATTAN,OUTSIDE,14,0,STREET,,984250,213806,0,0"
OF_2026 = "900000005,02/25/2026,1899-12-31T00:40:00.000,PBXN,OUTSIDE,49,0,STREET,(null),1020955,247150,40.8450,-73.8673"
RECORD = {
    "incident_key": "900000006",
    "occur_date": "2024-12-06T00:00:00.000",
    "occur_time": "23:59:00",
    "boro": "MANHATTAN",
    "precinct": "1",
    "x_coord_cd": "984250",
    "y_coord_cd": "201643",
    "latitude": "40.720149",
    "longitude": "-74.002931",
}
LEGACY_HEADINGS = (
    "INCIDENT_KEY,OCCUR_DATE,OCCUR_TIME,BORO,PRECINCT,JURISDICTION_CODE,LOCATION_DESC,STATISTICAL_MURDER_FLAG,"
    "PERP_AGE_GROUP,PERP_SEX,PERP_RACE,VIC_AGE_GROUP,VIC_SEX,VIC_RACE,X_COORD_CD,Y_COORD_CD,Latitude,Longitude,"
    "New Georeferenced Column"
)
LEGACY_ROW = (
    "{key},06/16/2021,21:34:00,BROOKLYN,73,0,,{killed},,,,{age},M,BLACK,1008500,183000,40.6689,-73.9125,"
    "POINT (-73.9125 40.6689)"
)


def csv_file(folder: Path, *rows: str, headings: str = HEADINGS, encoding: str = "utf-8") -> Path:
    path = folder / "shootings.csv"
    path.write_text("\n".join([headings, *rows, ""]), encoding=encoding)
    return path


def json_file(folder: Path, content: object) -> Path:
    path = folder / "shootings.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def read(path: Path) -> ShootingFile:
    return read_shootings(path, today=TODAY)


def refused(path: Path) -> BrokenFile:
    with pytest.raises(BrokenFile) as caught:
        read(path)
    assert caught.value.hint
    return caught.value


def changed(row: str, heading: str, value: str) -> str:
    cells = row.split(",")
    cells[HEADINGS.split(",").index(heading)] = value
    return ",".join(cells)


def test_a_row_becomes_an_incident_with_day_precinct_and_place(tmp_path: Path) -> None:
    path = csv_file(tmp_path, GOOD)
    found = read(path)
    assert found.rows == (Shooting("900000001", date(2024, 6, 15), 73, 40.6689, -73.9125),)
    assert found.data_through == date(2024, 6, 15)
    assert found.edition == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.duplicates, found.relocated, found.unlocated) == (0, 0, 0)


def test_latitude_and_longitude_are_swapped_back_row_by_row(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, GOOD, SWAPPED))
    assert [(row.latitude, row.longitude) for row in found.rows] == [(40.6689, -73.9125), (40.8295, -73.8991)]
    assert (found.swapped, found.projected) == (1, 0)


@pytest.mark.parametrize(
    "row",
    [
        NO_PLACE,
        NULL_ISLAND,
        changed(changed(NO_PLACE, "Latitude", "(null)"), "Longitude", "(null)"),
        changed(changed(NO_PLACE, "Latitude", "41.5"), "Longitude", "-74.0"),
        changed(changed(NO_PLACE, "Latitude", "40.7"), "Longitude", "-75.0"),
    ],
)
def test_a_place_that_cannot_be_is_computed_from_x_and_y(tmp_path: Path, row: str) -> None:
    found = read(csv_file(tmp_path, row))
    place = found.rows[0]
    # x = 984,250 US feet is the central meridian of the plane; 213,806 feet lie north of its origin at 40 1/6 degrees.
    assert place.longitude == pytest.approx(-74.0, abs=1e-6)
    assert place.latitude == pytest.approx(40 + 1 / 6 + 213806 * 0.3048006 / 111_040, abs=1e-3)
    assert (found.projected, found.swapped, found.unlocated) == (1, 0, 0)


def test_x_and_y_may_have_thousands_separators(tmp_path: Path) -> None:
    row = NO_PLACE.replace("984250,213806", '"984,250","213,806"')
    assert read(csv_file(tmp_path, row)).rows == read(csv_file(tmp_path, NO_PLACE)).rows


def test_an_incident_without_any_place_is_kept_and_counted(tmp_path: Path) -> None:
    row = changed(changed(NO_PLACE, "X_COORD_CD", ""), "Y_COORD_CD", "0")
    found = read(csv_file(tmp_path, GOOD, row))
    assert (len(found.rows), found.unlocated) == (2, 1)
    assert (found.rows[1].latitude, found.rows[1].longitude) == (None, None)


def test_rows_of_2026_with_odd_time_borough_and_null_words_are_read(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, GOOD, OF_2026))
    assert (found.rows[1].precinct, found.rows[1].occur_date) == (49, date(2026, 2, 25))
    assert borough_of(found.rows[1].precinct) is Borough.BRONX


def test_legacy_rows_of_one_incident_count_once_whatever_the_age_code(tmp_path: Path) -> None:
    rows = [
        LEGACY_ROW.format(key="900000010", killed="false", age="18-24"),
        LEGACY_ROW.format(key="900000010", killed="true", age="1022"),
        LEGACY_ROW.format(key="900000011", killed="false", age="<18"),
    ]
    found = read(csv_file(tmp_path, *rows, headings=LEGACY_HEADINGS))
    assert ([row.incident_key for row in found.rows], found.duplicates) == (["900000010", "900000011"], 1)


def test_nothing_about_victims_or_suspects_is_read(tmp_path: Path) -> None:
    row = LEGACY_ROW.format(key="900000010", killed="true", age="18-24")
    found = read(csv_file(tmp_path, row, headings=LEGACY_HEADINGS))
    assert {field.name for field in fields(Shooting)} == {
        *("incident_key", "occur_date", "precinct", "latitude", "longitude")
    }
    assert not {"VIC_AGE_GROUP", "VIC_SEX", "VIC_RACE", "PERP_RACE", "STATISTICAL_MURDER_FLAG"} & set(found.columns)
    assert "BLACK" not in repr(found)


def test_json_of_the_city_has_strings_and_leaves_out_what_is_empty(tmp_path: Path) -> None:
    without = {name: value for name, value in RECORD.items() if name not in {"latitude", "longitude", "boro"}}
    found = read(json_file(tmp_path, [RECORD, without | {"incident_key": "900000007"}]))
    assert found.rows[0] == Shooting("900000006", date(2024, 12, 6), 1, 40.720149, -74.002931)
    assert found.rows[1].longitude == pytest.approx(-74.0, abs=1e-6)


def test_a_day_is_never_shifted_by_a_time_zone(tmp_path: Path) -> None:
    rows = [changed(GOOD, "OCCUR_DATE", text) for text in ("01/01/2021", "2021-01-01", "2021-01-01T23:59:00.000")]
    days = [read(csv_file(tmp_path, row)).rows[0].occur_date for row in rows]
    assert set(days) == {date(2021, 1, 1)}


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    assert len(read(csv_file(tmp_path, GOOD, "", encoding="utf-8-sig")).rows) == 1


def test_columns_may_come_in_any_order_but_never_under_anothers_heading(tmp_path: Path) -> None:
    order = [5, 0, 12, 11, 10, 9, 1, 3]
    headings, cells = HEADINGS.split(","), GOOD.split(",")
    mixed = csv_file(tmp_path, ",".join(cells[i] for i in order), headings=",".join(headings[i] for i in order))
    assert read(mixed).rows == (Shooting("900000001", date(2024, 6, 15), 73, 40.6689, -73.9125),)


@pytest.mark.parametrize(
    ("heading", "value", "says"),
    [
        ("INCIDENT_KEY", "2.98E+08", "is not an incident number"),
        ("INCIDENT_KEY", "", "is not an incident number"),
        ("OCCUR_DATE", "15/06/2024", "is not a date"),
        ("OCCUR_DATE", "02/30/2024", "is not a date"),
        ("OCCUR_DATE", "", "is not a date"),
        ("OCCUR_DATE", "12/31/2005", "before 2006"),
        ("OCCUR_DATE", "10/03/2026", "still to come"),
        ("PRECINCT", "0", "not one of the 78"),
        ("PRECINCT", "2", "not one of the 78"),
        ("PRECINCT", "BROOKLYN", "not a precinct number"),
        ("PRECINCT", "", "not a precinct number"),
        ("Latitude", "north", "is not a number"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path: Path, heading: str, value: str, says: str) -> None:
    error = refused(csv_file(tmp_path, OF_2026, SWAPPED, changed(GOOD, heading, value)))
    assert (error.row, error.column) == (3, heading.upper())
    assert says in error.message
    assert "Row 3" in error.message


def test_a_row_of_today_is_the_last_that_can_be(tmp_path: Path) -> None:
    assert read(csv_file(tmp_path, changed(GOOD, "OCCUR_DATE", "10/02/2026"))).data_through == TODAY


def test_precinct_and_jurisdiction_under_each_others_heading_are_refused(tmp_path: Path) -> None:
    headings = HEADINGS.replace("PRECINCT,JURISDICTION_CODE", "JURISDICTION_CODE,PRECINCT")
    error = refused(csv_file(tmp_path, GOOD, headings=headings))
    assert (error.row, error.column) == (1, "PRECINCT")


def test_precincts_sorted_apart_from_their_rows_are_refused(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, changed(GOOD, "PRECINCT", "42"), changed(SWAPPED, "PRECINCT", "73")))
    assert (error.row, error.column) == (1, "PRECINCT")
    assert "another borough" in error.message


def test_one_odd_borough_in_many_rows_is_the_citys_slip_and_is_read(tmp_path: Path) -> None:
    rows = [changed(GOOD, "INCIDENT_KEY", str(number)) for number in range(200)]
    found = read(csv_file(tmp_path, *rows, changed(SWAPPED, "BORO", "QUEENS")))
    assert (len(found.rows), found.rows[-1].precinct) == (201, 42)


def test_an_incident_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, GOOD, changed(GOOD, "PRECINCT", "75")))
    assert (error.row, error.column) == (2, "INCIDENT_KEY")
    assert "one edition" in error.message


def test_a_row_cut_short_is_named(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, GOOD, "900000002,06/16/2024,03:20"))
    assert error.row == 2
    assert "3 cells" in error.message


def test_an_open_quotation_mark_is_named(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, GOOD, '900000002,"06/16/2024'))
    assert error.row == 2


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        ("dbn,name,sector,lat,lon,address,zip,boro,district,grades,enrollment,precinct", "missing INCIDENT_KEY"),
        ("INCIDENT_KEY,VICTIM_ID,VICTIM_AGE_GROUP,VICTIM_SEX,VICTIM_RACE,STAT_MURDER_FLG", "list of victims"),
        (HEADINGS.replace("PRECINCT", "PCT"), "missing PRECINCT"),
        (HEADINGS.replace(",", ";"), "missing INCIDENT_KEY"),
        ("", "empty"),
    ],
)
def test_another_data_set_is_refused_by_its_columns(tmp_path: Path, headings: str, says: str) -> None:
    error = refused(csv_file(tmp_path, headings=headings))
    assert says in error.message
    assert "5ucz-vwe8" in error.hint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"message": "Query coordinator error", "errorCode": "query.soql"}, "not a list of shootings"),
        ({"type": "FeatureCollection", "features": []}, "not a list of shootings"),
        ([], "empty"),
        (["900000001"], "Row 1 is not a record"),
        ([{"incident_key": "1", "victim_id": "1-1"}], "list of victims"),
    ],
)
def test_json_that_is_no_list_of_shootings_is_refused(tmp_path: Path, content: object, says: str) -> None:
    assert says in refused(json_file(tmp_path, content)).message


def test_a_wrong_cell_in_json_is_named_by_record_and_field(tmp_path: Path) -> None:
    error = refused(json_file(tmp_path, [RECORD, RECORD | {"incident_key": "900000007", "precinct": "0"}]))
    assert (error.row, error.column) == (2, "PRECINCT")


def test_json_that_breaks_off_is_named_by_line(tmp_path: Path) -> None:
    path = json_file(tmp_path, [RECORD])
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert "line 1" in refused(path).message


def test_headings_without_rows_are_refused(tmp_path: Path) -> None:
    assert "no shooting" in refused(csv_file(tmp_path)).message


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shootings.csv"
    path.write_bytes(HEADINGS.encode() + b"\n" + GOOD.encode() + b"\n\xff\xfe\x00")
    assert refused(path).row == 2


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path / "none.csv").message
    assert "cannot be opened" in refused(tmp_path).message


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    rows = [changed(GOOD, "INCIDENT_KEY", str(number)) for number in range(4500)]
    seen: list[tuple[int, int]] = []
    read_shootings(csv_file(tmp_path, *rows), lambda done, total: seen.append((done, total)), TODAY)
    assert seen == [(2000, 4500), (4000, 4500), (4500, 4500)]


@pytest.mark.city_files
def test_the_edition_of_april_2026_has_the_known_facts() -> None:
    found = read_shootings(city_file(SHOOTINGS))
    assert (len(found.rows), found.data_through, found.duplicates) == (23_988, date(2025, 12, 31), 0)
    assert min(row.occur_date for row in found.rows) == date(2006, 1, 1)
    assert {row.precinct for row in found.rows} == set(PRECINCT_NUMBERS)
    assert (found.swapped, found.projected, found.unlocated) == (0, 174, 0)
    assert Counter(row.precinct for row in found.rows if row.occur_date.year >= 2021).most_common(3) == [
        *((75, 292), (73, 270), (44, 240))
    ]


@pytest.mark.city_files
def test_the_legacy_file_has_fewer_incidents_than_rows() -> None:
    found = read_shootings(city_file(LEGACY))
    assert (len(found.rows), found.duplicates) == (1_562, 449)


@pytest.mark.city_files
def test_every_place_of_the_mixed_edition_lies_in_the_city() -> None:
    found = read_shootings(city_file(MIXED), today=TODAY)
    assert (len(found.rows), found.swapped, found.unlocated) == (15, 5, 0)
    assert found.data_through == date(2026, 3, 31)
