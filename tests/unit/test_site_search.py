"""A place is found by its name as people type it (F18)."""

import csv

import pytest

from campaign_engine.domain.site_search import NamedPlace, SiteIndex, words_of
from tests.city_files import SCHOOLS, city_file

NAMES = (
    "P.S. 041 Greenwich Village",
    "P.S. 014 Fairview",
    "I.S. 254",
    "P.S. 254 Dag Hammarskjold",
    "J.H.S. 056 Corlears",
    "Stuyvesant High School",
    "Brooklyn Technical High School",
    "The Bronx High School of Science",
    "Benjamin N. Cardozo High School",
    "St. Francis Preparatory School",
    "Sotomayor Houses: Community Center, Cornerstone",
    "Academia José Martí",
    "Edward R. Murrow High School",
)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ps 41", "P.S. 041 Greenwich Village"),
        ("P.S.41", "P.S. 041 Greenwich Village"),
        ("PS041", "P.S. 041 Greenwich Village"),
        ("public school 41", "P.S. 041 Greenwich Village"),
        ("is254", "I.S. 254"),
        ("jhs 56", "J.H.S. 056 Corlears"),
        ("junior high 56", "J.H.S. 056 Corlears"),
        ("stuyvesent hs", "Stuyvesant High School"),
        ("Stuyvasent High", "Stuyvesant High School"),
        ("boorklyn tech", "Brooklyn Technical High School"),
        ("bronx sceince", "The Bronx High School of Science"),
        ("CARDOZO", "Benjamin N. Cardozo High School"),
        ("saint francis", "St. Francis Preparatory School"),
        ("sotomayor community center", "Sotomayor Houses: Community Center, Cornerstone"),
        ("jose marti", "Academia José Martí"),
        ("josé martí", "Academia José Martí"),
        ("murow", "Edward R. Murrow High School"),
        ("stuyvesant hihg shcool", "Stuyvesant High School"),
        ("murrow hi schol", "Edward R. Murrow High School"),
        ("pubilc school 41", "P.S. 041 Greenwich Village"),
        ("hugh carey", ""),
        ("manhattan 14", ""),
        ("14 queens", "P.S. 014 Fairview"),
        ("ps 999", ""),
        ("ps 12 greenwich village", ""),
        ("school", ""),
        ("", ""),
        ("😀 '; DROP TABLE", ""),
        ("x" * 10_000, ""),
    ],
)
def test_F18_a_school_is_found_however_it_is_typed(typed: str, first: str) -> None:
    index = SiteIndex(NamedPlace(number, name, "24Q014 Queens") for number, name in enumerate(NAMES))
    found = [NAMES[number] for number in index.search(typed)]
    assert found[:1] == ([first] if first else [])


def test_F18_a_number_is_the_number_and_not_one_that_looks_like_it() -> None:
    index = SiteIndex(NamedPlace(number, name) for number, name in enumerate(NAMES))
    assert [NAMES[number] for number in index.search("ps 14")] == ["P.S. 014 Fairview"]
    assert words_of("P.S./I.S. 045, the 3rd Street") == ("ps", "is", "45", "3", "st")


@pytest.mark.city_files
def test_F18_one_slip_in_a_name_of_the_citys_list_still_finds_it() -> None:
    with city_file(SCHOOLS).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    index = SiteIndex(NamedPlace(number, row["name"], row["dbn"]) for number, row in enumerate(rows))
    asked, found = 0, 0
    for number, row in list(enumerate(rows))[::9]:
        longest = max(row["name"].split(), key=len)
        if len(longest) < 6:
            continue
        middle = len(longest) // 2
        swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
        asked += 1
        found += number in index.search(row["name"].replace(longest, swapped))
    assert asked > 150
    assert found / asked > 0.95
