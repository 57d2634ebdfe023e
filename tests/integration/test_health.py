"""What a process says about its lanes."""

from pathlib import Path

from bots.guard import Health, HealthBoard
from campaign_engine.bootstrap import open_engine, prepare
from campaign_engine.cli.process import PLATFORM_AWAY, Process
from campaign_engine.settings import Settings
from campaign_engine.worker import ALL_ROLES


async def test_a_platform_that_is_away_is_said_of_its_lane_until_it_is_back(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", key_file=tmp_path / "key.json")
    await prepare(settings)
    async with open_engine(settings) as engine:
        board = HealthBoard()
        board.set("lane web", Health.RUNNING)
        process, lane = Process(engine, board, ALL_ROLES), engine.lanes["web"]
        assert (await process.health())["lane web"] == Health.RUNNING, "on SQLite nobody else can have it"
        assert await lane.take()
        for since, said in ((engine.time.clock(), PLATFORM_AWAY), (None, "running")):
            async with engine.store.write() as work:
                await work.lanes.set_away("web", since)
                await work.lanes.set_away("telegram", since)
            states = await process.health()
            assert states == {"lane web": said}
