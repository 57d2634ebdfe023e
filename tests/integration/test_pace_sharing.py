"""Processes that write through one account know of each other's waits and leave each other room."""

from campaign_engine.domain.pacing import LIMITS
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.pace_sharing import PaceSharing
from tests.support.channels import RecordingChannel
from tests.support.sending import Stage, lane_of


def pace_of(stage: Stage) -> LanePace:
    return LanePace(LIMITS["telegram"], lambda: stage.clock().timestamp(), stage.clock.sleep)


async def replies_in_ten_seconds(pace: LanePace, stage: Stage) -> int:
    ends, count = stage.clock().timestamp() + 10, 0
    while True:
        await pace.slot(str(count), priority=True)
        if stage.clock().timestamp() >= ends:
            return count
        count += 1


async def test_S7_a_hold_of_one_process_holds_the_others_and_replies_take_what_broadcasts_leave(
    stage: Stage, channel: RecordingChannel
) -> None:
    lane, idle = lane_of(stage, channel), lane_of(stage, channel)
    here, there = pace_of(stage), pace_of(stage)
    ours = PaceSharing(stage.store, stage.clock, {"telegram": (here, lane)})
    theirs = PaceSharing(stage.store, stage.clock, {"telegram": (there, idle)})
    await theirs.tick()
    assert 240 <= await replies_in_ten_seconds(there, stage) <= 251
    assert await lane.take()
    await ours.tick()
    await theirs.tick()
    assert 240 <= await replies_in_ten_seconds(here, stage) <= 251
    assert 45 <= await replies_in_ten_seconds(there, stage) <= 51

    there.hold(90)
    await theirs.tick()
    await ours.tick()
    assert 89 <= here.held_for <= 90
    with_hold = await stage.held_until("telegram")
    await ours.tick()
    assert await stage.held_until("telegram") == with_hold
    await lane.release()
    await theirs.tick()
    there.hold(0)
    assert there.held_for > 80
