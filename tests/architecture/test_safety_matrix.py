"""The matrix finds what is not tested, and what nobody asked for."""

from pathlib import Path

from scripts.safety_matrix import named_in_tests, page, places, requirements, unknown, untested

SOME = {Path("tests/unit/test_x.py"): 2}


def test_an_id_of_C_S_H_or_I_without_a_test_is_found() -> None:
    everything = {row.id: SOME for _, rows in requirements() for row in rows}
    assert list(untested(everything)) == []
    for missing in ("C4", "S2", "H3", "I1"):
        assert list(untested({each: SOME for each in everything if each != missing})) == [missing]
    assert list(untested({each: SOME for each in everything if each != "A1"})) == []


def test_an_id_that_no_requirement_has_is_found() -> None:
    assert unknown({"C1": []}, {"S9": SOME, "H9": SOME}) == {"H9"}


def test_the_page_says_where_each_is_and_what_is_missing() -> None:
    rows = {line.split(" | ")[0].strip("| "): line for line in page(places(), named_in_tests()).splitlines()}
    assert "`campaign_engine/dialogue/help.py`" in rows["H4"]
    assert "`test_conversation`" in rows["C7"]
    for row in (row for _, group in requirements() for row in group):
        assert ("partly" in rows[row.id]) == bool(row.lacks)
