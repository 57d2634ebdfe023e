from collections import Counter

import pytest

from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Borough
from campaign_engine.opendata import figures, places

TABLE = figures.precincts()


def test_a_zip_suggests_its_precincts_with_the_largest_share_first() -> None:
    found = places.by_zip("11212")
    assert found[0].precinct.number == 73
    assert [suggestion.share for suggestion in found] == sorted((s.share for s in found), reverse=True)
    assert len(found) > 1


@pytest.mark.parametrize("text", ["11212", " 11212 ", "11212-4301"])
def test_a_zip_may_have_spaces_or_four_more_digits(text: str) -> None:
    assert places.by_zip(text) == places.by_zip("11212")


@pytest.mark.parametrize("text", ["", "1121", "112122", "abcde", "١١٢١٢", "11 212"])
def test_what_is_no_zip_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        places.by_zip(text)
    assert "five digits" in caught.value.hint


@pytest.mark.parametrize("code", ["07302", "90210", "00000"])
def test_a_zip_outside_the_city_is_not_found_and_not_repeated(code: str) -> None:
    with pytest.raises(NotFound, match="not in New York City") as caught:
        places.by_zip(code)
    assert code not in str(caught.value)


def test_the_shares_of_every_zip_add_up_to_its_land_but_for_slivers() -> None:
    shares = figures.zip_shares()
    assert len(shares) == 214
    for parts in shares.values():
        assert 0.95 <= sum(share for _, share in parts) <= 1.002
        assert {number for number, _ in parts} <= set(PRECINCT_NUMBERS)


def test_every_precinct_is_chosen_through_its_borough_once() -> None:
    listed = [precinct.number for borough in Borough for precinct in places.in_borough(borough)]
    assert sorted(listed) == list(PRECINCT_NUMBERS)
    names = [precinct.neighbourhoods for precinct in places.in_borough(Borough.BROOKLYN)]
    assert names == sorted(names)


def test_names_fit_a_phone_button_and_tell_precincts_apart() -> None:
    labels = Counter((precinct.borough, ", ".join(precinct.neighbourhoods)) for precinct in TABLE.values())
    assert set(labels.values()) == {1}
    for precinct in TABLE.values():
        assert 1 <= len(precinct.neighbourhoods) <= 3
        assert max(map(len, precinct.neighbourhoods)) <= 24


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Brownsville", (73,)),
        ("  east new  york ", (75, 69)),
        ("BED STUY", (79, 81, 90)),
        ("the Rockaways", (100, 101)),
        ("the South Bronx", (44, 41, 40, 42)),
        ("Harlem, NYC", (23, 25, 28, 32)),
        ("Bronx River", (43,)),
        ("soundview bronx", (43, 45)),
        ("all", ()),
        ("New York", ()),
        ("hells kitchen", (18,)),
        ("Mariner’s Harbor", (121,)),
        ("Júmaica", ()),
        ("Jámaica", (103, 107, 113)),
        ("", ()),
        ("?", ()),
        ("Hoboken", ()),
    ],
)
def test_a_neighbourhood_is_found_however_it_is_typed(text: str, numbers: tuple[int, ...]) -> None:
    assert tuple(precinct.number for precinct in places.by_neighbourhood(text)) == numbers


def test_an_exact_name_comes_before_names_that_contain_it() -> None:
    assert [precinct.number for precinct in places.by_neighbourhood("Flatbush")] == [70, 67]


def test_a_neighbourhood_is_looked_for_in_the_chosen_borough_only() -> None:
    everywhere = places.by_neighbourhood("hollis")
    assert everywhere == places.by_neighbourhood("hollis", Borough.QUEENS)
    assert places.by_neighbourhood("hollis", Borough.BRONX) == ()


def test_the_table_holds_every_precinct_once() -> None:
    assert tuple(TABLE) == PRECINCT_NUMBERS
    assert sum(precinct.population for precinct in TABLE.values()) == pytest.approx(8_804_190, rel=0.001)


def test_neighbours_are_neighbours_of_each_other() -> None:
    for number, precinct in TABLE.items():
        assert number not in precinct.neighbours
        assert all(number in TABLE[other].neighbours for other in precinct.neighbours)
    assert 81 in TABLE[73].neighbours
    assert 120 not in TABLE[68].neighbours


def test_each_precinct_has_its_own_tile_on_a_map_that_is_roughly_the_city() -> None:
    assert len({precinct.tile for precinct in TABLE.values()}) == 78
    for one in TABLE.values():
        for other in TABLE.values():
            east, south = (one.longitude - other.longitude) / 0.03, (other.latitude - one.latitude) / 0.022
            assert not (east > 4 and one.tile[0] < other.tile[0]), (one.number, other.number)
            assert not (south > 4 and one.tile[1] < other.tile[1]), (one.number, other.number)


DIRECTORY = ("violence_interrupters",)


def test_sources_name_dataset_edition_and_changes_of_each_table() -> None:
    sources = figures.sources()
    assert set(sources) == {"shootings", "precincts", "population", "neighbourhoods", "zips", "tiles", *DIRECTORY}
    assert all(source["dataset"] for source in sources.values())
    assert all(source["changes"] for name, source in sources.items() if name != "tiles")
