"""The City's raw files are not part of the project: tests on them are skipped where they do not lie beside it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "data"
SHOOTINGS = "nypd_shootings_5ucz-vwe8_20260417.csv"
LEGACY = "legacy_nypd_shootings_ytd_old_schema_2021.csv"
MIXED = "fixture_live_5ucz-vwe8_2026-10-02_mixed_formats.csv"
OUTLINES = "police_precincts_y76i-bdw7_78.geojson"
ZIP_AREAS = "modzcta_2010_wgs84.geojson"
ZIP_CODES = "zcta_to_modzcta.csv"
OVERLAP = "precinct_nta_overlap.csv"
FACTS = "precinct_facts.csv"
SCHOOLS = "schools_2026_with_precinct.csv"
CENTERS = "nycha_community_facilities_with_precinct.csv"


def city_file(name: str) -> Path:
    """Skips the test when the file is not there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the City's file {name} does not lie in ../shared/data")
    return path
