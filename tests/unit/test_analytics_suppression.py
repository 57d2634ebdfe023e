"""What an outsider can and cannot work out from published tables (safety K1, K2)."""

import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.suppression import HIDDEN, Cell, ReleaseRefused, audit, bounds, protect, published

K = 10
EXAMPLES = int(os.environ.get("SOAK_TABLES", "500"))


def city(*boroughs: tuple[int, ...]) -> Cell:
    parts = tuple(
        Cell(f"b{number}", sum(counts), tuple(Cell(f"b{number}p{index}", count) for index, count in enumerate(counts)))
        for number, counts in enumerate(boroughs)
    )
    return Cell("city", sum(part.count for part in parts), parts)


def leaves(total: Cell) -> list[str]:
    return [cell.key for cell in total.walk() if not cell.parts]


counts = st.one_of(st.integers(0, 14), st.integers(0, 3), st.integers(0, 400), st.just(0))
trees = st.lists(st.lists(counts, min_size=1, max_size=7), min_size=1, max_size=6).map(
    lambda rows: city(*(tuple(row) for row in rows))
)


def test_K1_small_cells_and_zeros_say_the_same_word() -> None:
    table = city((40, 9, 0, 30), (12, 30))
    shown = published(table, protect(table, K))
    assert {shown["b0p1"], shown["b0p2"]} == {HIDDEN}
    assert shown["city"] == 121


def test_K2_no_total_stands_over_exactly_one_hidden_cell() -> None:
    table = city((40, 9, 30), (12, 30))
    shown = published(table, protect(table, K))
    assert [shown[key] for key in ("b0", "b0p0", "b0p1", "b0p2")] == [79, 40, HIDDEN, HIDDEN]
    assert (shown["b1"], shown["b1p0"], shown["b1p1"]) == (42, 12, 30)


def test_K2_zeros_alone_are_not_told_by_their_total() -> None:
    table = city((50, 0, 0), (12, 30))
    shown = published(table, protect(table, K))
    assert shown["b0"] == 50
    assert shown["b0p0"] == HIDDEN


def test_K2_a_hidden_borough_needs_a_second_one_and_a_precinct_under_it() -> None:
    table = city((4,), (20, 30), (60, 70))
    hidden = protect(table, K)
    assert hidden == {"b0", "b0p0", "b1", "b1p0"}


def test_K1_a_city_below_k_shows_nothing() -> None:
    table = city((4, 2), (3,))
    assert set(published(table, protect(table, K)).values()) == {HIDDEN}


def test_a_city_without_small_cells_hides_nothing() -> None:
    assert protect(city((10, 11), (12,)), K) == frozenset()


def test_what_must_be_hidden_anyhow_is_covered_too() -> None:
    table = city((90, 40, 30), (55, 66))
    assert protect(table, K, ["b0p0"]) == {"b0p0", "b0p2"}


def test_an_audit_refuses_what_gives_a_cell_away() -> None:
    table = city((40, 9, 30), (12, 30))
    with pytest.raises(ReleaseRefused):
        audit(table, frozenset({"b0p1"}), K)
    with pytest.raises(ReleaseRefused):
        audit(city((40, 2, 3), (12, 30)), frozenset({"b0p1", "b0p2"}), K)
    audit(table, protect(table, K), K)


def test_parts_that_do_not_add_up_are_no_table() -> None:
    with pytest.raises(ValueError, match="add up"):
        Cell("city", 3, (Cell("b", 2),))


@settings(max_examples=EXAMPLES)
@given(trees, st.sampled_from([5, 10]))
def test_K4_no_hidden_cell_of_a_random_table_can_be_determined(table: Cell, k: int) -> None:
    hidden = protect(table, k)
    audit(table, hidden, k)
    shown = published(table, hidden)
    assert all(figure == HIDDEN or figure >= k for figure in shown.values())
    assert (shown["city"] == HIDDEN) == (table.count < k)
    known = bounds(table, hidden, k)
    assert all(known[cell.key][0] <= cell.count <= known[cell.key][1] for cell in table.walk())


def worlds(table: Cell, hidden: frozenset[str]) -> Iterator[dict[str, int]]:
    """Every table of counts that would have been printed in just this way: the attacker's whole knowledge."""
    keys = leaves(table)
    known = {cell.key: cell.count for cell in table.walk() if cell.key not in hidden}
    unknown = [key for key in keys if key in hidden]
    for guess in itertools.product(range(table.count + 1), repeat=len(unknown)):
        world = known | dict(zip(unknown, guess, strict=True))
        for borough in table.parts:
            world.setdefault(borough.key, sum(world[part.key] for part in borough.parts))
        if all(world[borough.key] == sum(world[part.key] for part in borough.parts) for borough in table.parts):
            whole = sum(world[borough.key] for borough in table.parts)
            if world.setdefault("city", whole) == whole:
                yield world


few = st.integers(0, 3)
small_trees = st.one_of(
    st.tuples(st.tuples(few, few, few)),
    st.tuples(st.tuples(few), st.tuples(few, few)),
    st.tuples(st.tuples(few, few), st.tuples(few, few)),
    st.tuples(st.tuples(few), st.tuples(few), st.tuples(few)),
).map(lambda rows: city(*rows))


@settings(max_examples=120)
@given(small_trees)
def test_K4_the_bounds_are_what_enumerating_every_possible_table_gives(table: Cell) -> None:
    k = 3
    hidden = protect(table, k)
    if table.count < k:
        assert hidden == {cell.key for cell in table.walk()}
        return
    possible = list(worlds(table, hidden))
    computed = bounds(table, hidden, k)
    for cell in table.walk():
        seen = {world[cell.key] for world in possible}
        assert (min(seen), max(seen)) == computed[cell.key]
        assert cell.key not in hidden or len(seen) >= k


pairs = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda pair: (max(pair), min(pair))), min_size=3, max_size=3
)


def row(counts: tuple[int, ...]) -> Cell:
    return Cell("city", sum(counts), tuple(Cell(str(index), count) for index, count in enumerate(counts)))


def rows_printed_alike(counts: tuple[int, ...], hidden: frozenset[str]) -> list[tuple[int, ...]]:
    choices = [range(6) if str(index) in hidden else (count,) for index, count in enumerate(counts)]
    return [guess for guess in itertools.product(*choices) if "city" in hidden or sum(guess) == sum(counts)]


@settings(max_examples=150)
@given(pairs)
def test_K4_a_measure_and_its_part_do_not_tell_on_each_other(people: list[tuple[int, int]]) -> None:
    """Nobody pledges without being reached: an outsider knows that too."""
    k = 3
    reached, pledged = (tuple(pair[side] for pair in people) for side in (0, 1))
    hidden = protect(row(reached), k)
    hidden_too = protect(row(pledged), k, hidden)
    possible = [
        (one, other)
        for one in rows_printed_alike(reached, hidden)
        for other in rows_printed_alike(pledged, hidden_too)
        if all(part <= whole for whole, part in zip(one, other, strict=True))
    ]
    for index in range(len(people)):
        assert str(index) not in hidden or len({one[index] for one, _ in possible}) > 1
        assert str(index) not in hidden_too or len({other[index] for _, other in possible}) > 1
