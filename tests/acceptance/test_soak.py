"""The short versions of what `make soak` lives through: the real process, judged by what the platforms wrote down."""

from pathlib import Path

from tests.soak.plans import Plan, Server, lived
from tests.soak.town import Size
from tests.soak.upheavals import Upheaval


async def test_killed_in_the_middle_nothing_is_doubled_lost_or_left_open(tmp_path: Path) -> None:
    plan = Plan("short", Size(300, 6), {Upheaval.KILL: 3})
    figures = await lived(plan, tmp_path, Server())
    figures.check()
    assert (figures.befallen, figures.during) == ({"kill": 3}, 3)


async def test_a_full_disk_a_freeze_and_a_wrong_clock_lose_and_double_nothing(tmp_path: Path) -> None:
    plan = Plan("short", Size(400, 6), {Upheaval.DISK: 1, Upheaval.FREEZE: 1, Upheaval.CLOCK: 1})
    figures = await lived(plan, tmp_path, Server())
    figures.check()
    assert figures.during == 3
