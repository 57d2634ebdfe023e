"""The length of a range follows what the last one took, and nobody after a stretch of strangers waits for longer."""

from campaign_engine.domain.ranges import GROWTH, MADE, WAIT_SECONDS, Bounds, Range
from campaign_engine.store.freezing import RANGES

BOUNDS = Bounds(first=5_000, least=500, most=50_000)


def longest(made_seconds: float, chosen_from: int, people: int = 300_000) -> tuple[float, int]:
    """The most seconds that a range takes on a machine of that speed, and how many; nobody before `chosen_from` is
    chosen.
    """
    mine, most, count = Range(0, BOUNDS.first), 0.0, 0
    while mine.after < people:
        made = max(0, mine.last - max(mine.after, chosen_from))
        seconds = (made * MADE + mine.length) * made_seconds / (MADE + 1)
        most, count = max(most, seconds), count + 1
        mine = mine.then(made, seconds, BOUNDS)
    return most, count


def test_5_13_a_range_takes_as_long_as_others_may_wait_on_a_fast_machine_and_on_a_slow_one() -> None:
    for chosen_from in (0, 150_000, 299_000):
        for made_seconds in (1e-6, 4e-6, 16e-6, 100e-6):
            most, count = longest(made_seconds, chosen_from)
            assert most <= max(WAIT_SECONDS, BOUNDS.first * made_seconds) * 1.001
            fits = min(BOUNDS.most, WAIT_SECONDS / made_seconds)
            assert count <= 300_000 / fits + 5, "as few as that allows"


def test_it_stays_within_its_bounds_and_grows_step_by_step() -> None:
    first = Range(0, BOUNDS.first)
    assert first.then(5_000, 10.0, BOUNDS) == Range(5_000, BOUNDS.least), "it stood still for a while"
    assert first.then(5_000, 0.0, BOUNDS) == Range(5_000, BOUNDS.first * GROWTH)
    assert Range(0, 49_000).then(49_000, 0.001, BOUNDS).length == BOUNDS.most
    fixed = RANGES["postgresql"]
    for seconds in (0.001, 10.0):
        assert Range(0, fixed.first).then(fixed.first, seconds, fixed) == Range(fixed.first, fixed.first)
