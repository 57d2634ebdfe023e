"""Every stored column is listed with its class and retention, and the person's columns are those of safety N2."""

import pytest
import sqlalchemy as sa

from campaign_engine.store.tables import metadata
from scripts.data_dictionary import PAGE, UnlistedColumn, page


def copy_of_metadata() -> sa.MetaData:
    copy = sa.MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copy)
    return copy


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(metadata) + "\n"


def test_every_column_has_a_row() -> None:
    tables = page(metadata)[page(metadata).index("\n## ") :]
    rows = [line for line in tables.splitlines() if line.startswith("| ") and not line.startswith("| column")]
    assert len(rows) == sum(len(table.columns) for table in metadata.sorted_tables) > 100


@pytest.mark.parametrize("info", [{}, {"class": "person"}, {"class": "private", "keep": "30 days"}])
def test_an_unlisted_column_fails_by_its_name(info: dict[str, str]) -> None:
    copy = copy_of_metadata()
    copy.tables["contacts"].append_column(sa.Column("shoe_size", sa.Integer, info=info))
    with pytest.raises(UnlistedColumn, match=r"contacts\.shoe_size"):
        page(copy)


def test_a_listed_column_changes_the_page() -> None:
    copy = copy_of_metadata()
    info = {"class": "person", "keep": "24 hours"}
    copy.tables["contacts"].append_column(sa.Column("shoe_size", sa.Integer, info=info))
    assert "| shoe_size | number ? | person | 24 hours |" in page(copy)


def test_N2_about_an_ally_nothing_but_the_listed_things_is_held() -> None:
    held = {column.name for column in metadata.tables["contacts"].columns}
    assert held == {
        *("id", "pseudonym", "age_band", "language", "precinct", "precinct_declined", "site_id", "generation"),
        *("paused_until", "created_at", "last_seen_at", "simulated"),
    }


def test_N1_no_column_anywhere_is_for_what_is_never_collected() -> None:
    never = {"name", "first_name", "birth", "phone", "email", "photo", "username", "gps", "latitude", "longitude"}
    about_people = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.info["class"] in ("person", "secret") and never & {column.name, *column.name.split("_")}
    }
    assert not about_people


def test_A1_addresses_are_secret_wherever_they_stand() -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name.startswith("address"):
                assert column.info["class"] == "secret", f"{table.name}.{column.name}"
