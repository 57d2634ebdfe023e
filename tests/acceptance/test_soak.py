"""The short versions of what `make soak` lives through: the real process, judged by what the platforms wrote down."""

from pathlib import Path

import pytest

from tests.soak.plans import NoPostgresError, Plan, Server, lived, server_for
from tests.soak.town import Size
from tests.soak.upheavals import Upheaval


async def test_killed_frozen_and_without_room_nothing_is_doubled_lost_or_left_open(tmp_path: Path) -> None:
    befalling = {Upheaval.KILL: 3, Upheaval.DISK: 1, Upheaval.FREEZE: 1, Upheaval.CLOCK: 1}
    figures = await lived(Plan("short", Size(300, 6), befalling), tmp_path, Server())
    figures.check()
    assert sum(figures.befallen.values()) == 6
    assert figures.during > 3


@pytest.mark.postgres
async def test_two_clocks_and_two_senders_share_a_database_that_crashes(tmp_path: Path) -> None:
    befalling = {Upheaval.KILL: 1, Upheaval.FREEZE: 1, Upheaval.DATABASE: 1}
    plan = Plan("short", Size(150, 4, latency=0.25, pace=1.2, takeover=6), befalling, postgres=True)
    try:
        with server_for(plan) as server:
            figures = await lived(plan, tmp_path, server)
    except NoPostgresError as missing:
        pytest.skip(str(missing))
    figures.check()
    assert sum(figures.befallen.values()) == 3
