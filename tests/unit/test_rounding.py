"""How exactly sizes of audiences are shown."""

import pytest

from campaign_engine.domain.rounding import rounded_size


@pytest.mark.parametrize(
    ("people", "shown"),
    [(0, None), (1, None), (19, None), (20, 20), (29, 20), (30, 30), (127, 120), (1999, 1990)],
)
def test_K3_sizes_are_rounded_down_to_ten_and_hidden_below_twenty(people: int, shown: int | None) -> None:
    assert rounded_size(people) == shown
