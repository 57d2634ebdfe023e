"""A list of opt-outs as a file: what is read, what is refused and how it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.optout_list import header, in_chunks, read_hashes, read_ids

KEY = "0123456789abcdef" * 4
HASH = "a" * 64
hashes = st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), unique=True, max_size=20)


@given(hashes, st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_C7_a_list_that_was_written_is_read_back(listed: list[str], end: str) -> None:
    lines = "".join(f"{line}{end}" for line in (header(KEY, len(listed)), *listed)).splitlines(keepends=True)
    assert read_hashes(lines, KEY) == listed


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "no list of opt-outs"),
        (["700123456789"], "no list of opt-outs"),
        ([HASH], "no list of opt-outs"),
        (["groundswell-optouts,2,0123456789abcdef,1", HASH], "format 2"),
        ([header("f" * 64, 1), HASH], "another key"),
        ([header(KEY, 2), HASH], "says 2 hashes and has 1"),
        ([header(KEY, 1), HASH, HASH], "says 1 hashes and has 2"),
        ([header(KEY, 2), HASH, "a" * 40], "Line 3 is no keyed hash"),
        ([header(KEY, 1), "", "+1 718 555 0100"], "Line 3 is no keyed hash"),
        ([header(KEY, 1), HASH.replace("a", "g")], "Line 2 is no keyed hash"),
    ],
)
def test_C7_a_list_of_a_wrong_hash_is_refused_with_what_to_do(lines: list[str], says: str) -> None:
    with pytest.raises(BrokenFile, match=says) as refused:
        read_hashes(lines, KEY)
    assert refused.value.hint.startswith("Nothing was changed.")
    assert not any(line in str(refused.value) for line in lines if len(line) > 3)


def test_a_hash_that_is_listed_twice_counts_once() -> None:
    assert read_hashes([header(KEY, 2), HASH, HASH.upper()], KEY) == [HASH]


def test_A2_a_plain_list_is_read_and_what_is_no_id_is_named_by_its_line_only() -> None:
    assert list(read_ids(["\ufeff12\n", "\n", " 007 \n"])) == ["12", "7"]
    with pytest.raises(BrokenFile, match="Line 2 is no id") as refused:
        list(read_ids(["12", "maya@example.org"]))
    assert "maya" not in str(refused.value)


@given(st.lists(st.text(max_size=2), max_size=30), st.integers(1, 7))
def test_chunks_are_the_whole_in_order(listed: list[str], size: int) -> None:
    chunks = list(in_chunks(listed, size))
    assert [one for chunk in chunks for one in chunk] == listed
    assert all(0 < len(chunk) <= size for chunk in chunks)
