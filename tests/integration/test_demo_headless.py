"""The whole job in one go: `groundswell demo --headless`."""

import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from campaign_engine.bootstrap import Wiring, open_engine, prepare
from campaign_engine.demo import headless
from campaign_engine.demo.cast import approve_waiting, plan_campaign
from campaign_engine.demo.channel import Fate
from campaign_engine.demo.clock import DemoClock
from campaign_engine.demo.crowd import Casting, Crowd
from campaign_engine.demo.headless import Seen, Summary, WrongFigures, check, run
from campaign_engine.demo.stage import demo_settings, furnish
from campaign_engine.demo.week import Parts, Week
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.worker import send_own

STATUSES: dict[str, int] = {**dict.fromkeys(map(str, DeliveryStatus), 0), "sent": 8, "failed": 1, "unconfirmed": 1}
PEOPLE = 150
GROUNDSWELL = str(Path(sys.executable).with_name("groundswell"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def adds_up(summary: Summary, read: dict[str, Any]) -> None:
    """The file says what was seen, under the promised keys."""
    assert sorted(read) == [
        *("contacts", "data_through", "deliveries", "frozen_audience"),
        *("pledges", "precincts", "ranking_rule", "reached"),
    ]
    assert len(read["precincts"]) == 30
    assert read["ranking_rule"]["top"] == 30
    assert set(read["deliveries"]) == set(DeliveryStatus)
    assert sum(read["deliveries"].values()) == read["frozen_audience"] > 0
    assert read["deliveries"]["unconfirmed"] > 0
    assert read["deliveries"]["failed"] > 0
    assert 0 < read["reached"] <= read["contacts"] <= PEOPLE
    assert summary.pledges == read["pledges"] > 0


async def test_a_week_leaves_three_files_that_add_up_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    out, again, told = tmp_path / "new" / "out", tmp_path / "again", list[tuple[int, int]]()
    summary = await run(out, PEOPLE, 7, lambda done, total: told.append((done, total)))
    assert names(out) == ["report.csv", "report.es.html", "report.html", "summary.json"]
    assert "imulated" in await asyncio.to_thread((out / "report.html").read_text, encoding="utf-8")
    adds_up(summary, json.loads(await asyncio.to_thread((out / "summary.json").read_text, encoding="utf-8")))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    assert await run(again, PEOPLE, 7) == summary
    for name in ("report.csv", "summary.json"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


async def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    begun = asyncio.Event()
    running = asyncio.create_task(run(tmp_path, PEOPLE, 7, lambda _done, _total: begun.set()))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert names(tmp_path) == []


async def test_a_folder_that_cannot_be_written_to_is_a_clear_error(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "file").write_text, "in the way")
    with pytest.raises(ConfigurationError, match="--out") as refused:
        await run(tmp_path / "file" / "out", PEOPLE, 7)
    assert refused.value.code == "out_not_writable"


async def test_without_lanes_nothing_is_delivered_and_nothing_is_reported(tmp_path: Path) -> None:
    clock, settings = DemoClock(headless.START), demo_settings(tmp_path, headless.PUBLIC_URL)
    await prepare(settings)
    async with open_engine(settings, Wiring(time=clock.time)) as engine:
        stage = await furnish(engine)
        await plan_campaign(stage.organizer, headless.PLEDGE_DRIVE)
        await approve_waiting(stage.approver)
        crowd = Crowd.gather(engine, clock, Casting(200, stage.sites, 7, headless.LAST_ARRIVAL))
        week = Week(Parts(clock, crowd, engine.store, engine.retention, engine.posting, {}, partial(send_own, engine)))
        await week.forward(headless.END)
        async with engine.store.read() as work:
            counts = {str(status): count for status, count in (await work.deliveries.counts()).items()}
    assert counts[DeliveryStatus.EXPIRED] == week.happened.frozen > 0
    summary = Summary((), {}, "", 60, week.happened.frozen, counts, 60, 60)
    with pytest.raises(WrongFigures, match="delivered"):
        check(summary, Seen(week.happened.frozen, Counter()))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"reached": 0}, "reached"),
        ({"pledges": 0}, "pledged"),
        ({"frozen_audience": 11}, "add up"),
        ({"deliveries": {**STATUSES, "sent": 7, "failed": 2}}, "refused"),
        ({"deliveries": {**STATUSES, "sent": 9, "unconfirmed": 0}}, "dropped"),
    ],
)
def test_figures_that_do_not_fit_what_was_seen_are_not_reported(changes: dict[str, Any], named: str) -> None:
    right = Summary((1,), {}, "2025-12-31", 20, 10, STATUSES, 15, 12)
    seen = Seen(10, {Fate.ACCEPTED: 8, Fate.BLOCKED: 1, Fate.DROPPED: 1, Fate.TOO_MANY: 1})
    check(right, seen)
    with pytest.raises(WrongFigures, match=named):
        check(dataclasses.replace(right, **changes), seen)


def started(out: Path, folder: Path, people: int) -> subprocess.Popen[str]:
    """The real program, with temporary files in a folder of its own."""
    folder.mkdir()
    return subprocess.Popen(
        [GROUNDSWELL, "demo", "--headless", "--out", str(out), "--people", str(people), "--seed", "3"],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_prints_what_it_did_and_where_the_report_is(tmp_path: Path) -> None:
    program = started(tmp_path / "out", tmp_path / "tmp", 50)
    printed, said = program.communicate(timeout=120)
    assert program.returncode == 0, said
    assert "All people are simulated" in printed
    assert names(tmp_path / "out") == ["report.csv", "report.es.html", "report.html", "summary.json"]
    assert names(tmp_path / "tmp") == []


def test_ctrl_c_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    program = started(tmp_path / "out", tmp_path / "tmp", 5000)
    while program.poll() is None and not list((tmp_path / "tmp").glob("*/data/demo.db-wal")):
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=120)
    assert (program.returncode, "Nothing is half-done" in said) == (130, True)
    assert names(tmp_path / "out") == []
    assert names(tmp_path / "tmp") == []


def test_a_file_in_the_way_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    program = started(tmp_path / "out", tmp_path / "tmp", 50)
    _, said = program.communicate(timeout=120)
    assert (program.returncode, "--out" in said, "Traceback" in said) == (1, True, False)
