"""The assembly rush: 2,000 pupils behind one address sign up within a minute, inside a window their host opened.

Each loads the page, answers age, pledge, plan and the question about updates, and sees the last page: nine requests.
Once through `up` over SQLite, once through two web processes over PostgreSQL. The crowd runs in a process of its own.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from pydantic import SecretStr

from benchmarks.installation import open_new
from benchmarks.rows import Row
from campaign_engine.bootstrap import Engine, open_engine
from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.settings import Settings
from campaign_engine.store import tables as t
from campaign_engine.store.confirming import CONFIRMED
from tests.platforms.loopback import free_port
from tests.support.postgres import PostgresServer, find_binaries
from tests.support.program import ROOT, Program
from web.app import create_app
from web.wiring import web_parts

PEOPLE, SECONDS = 2000, 60
P99_MILLISECONDS = 300
RENDER_MILLISECONDS = 10
LOOKS = 200


def run() -> list[Row]:
    """Nine rows, five where PostgreSQL is not installed."""
    rows = asyncio.run(_render())
    with tempfile.TemporaryDirectory() as name:
        rows += _rows("SQLite, one process", asyncio.run(_rush(Path(name), "", 1)))
    binaries = find_binaries()
    if binaries is not None:
        with tempfile.TemporaryDirectory(prefix="groundswell-") as place, tempfile.TemporaryDirectory() as name:
            server = PostgresServer(Path(place), binaries)
            server.start()
            server.execute("CREATE DATABASE rush")
            rows += _rows("PostgreSQL, two processes", asyncio.run(_rush(Path(name), server.url("rush"), 2)))
            server.stop()
    return rows


def _rows(where: str, seen: Mapping[str, Any]) -> list[Row]:
    what = f"{PEOPLE:,} sign-ups in {SECONDS} s, {where}"
    return [
        Row(f"{what}: p99", seen["p99"], "ms", "half of all answers", seen["p50"], P99_MILLISECONDS),
        Row(f"{what}: saw the last page", seen["done"], "", "pupils", PEOPLE, None, PEOPLE),
        Row(f"{what}: contacts that count", seen["counted"], "", "contacts", seen["contacts"], PEOPLE, PEOPLE),
        Row(f"{what}: pledges", seen["pledges"], "", "pupils", PEOPLE, PEOPLE, PEOPLE),
    ]


async def _rush(folder: Path, database_url: str, processes: int) -> Mapping[str, Any]:
    named = {"GROUNDSWELL_DATABASE_URL": database_url} if database_url else {}
    program = Program(folder, free_port(), named)
    await program.run("init")
    settings = Settings(data_dir=folder / "data", key_file=folder / "key.json", database_url=SecretStr(database_url))
    async with open_engine(settings) as engine:
        site = await _site_with_window(engine)
    serving = [program.beside(f"web{number}", "web") for number in range(processes)] if database_url else [program]
    for one in serving:
        await one.start()
    try:
        seen = await _crowd([one.page for one in serving], site.code)
    finally:
        for one in serving:
            await one.stop()
    async with open_engine(settings) as engine:
        return {**seen, **await _kept(engine)}


async def _site_with_window(engine: Engine) -> Site:
    now = engine.time.clock()
    async with engine.store.write() as work:
        site = await engine.sites.add(work, "bench", "Bench High", SiteKind.SCHOOL, 75)
        await work.signups.open_window(site.id, now, now + timedelta(minutes=60), PEOPLE)
    return site


async def _crowd(roots: list[str], code: str) -> dict[str, Any]:
    command = (sys.executable, "-m", "benchmarks.assembly_crowd", ",".join(roots), code, str(PEOPLE), str(SECONDS))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    found: dict[str, Any] = json.loads(said)
    return found


async def _kept(engine: Engine) -> dict[str, int]:
    asked = {
        "contacts": sa.select(sa.func.count()).select_from(t.contacts),
        "counted": sa.select(sa.func.count()).select_from(t.contacts).where(CONFIRMED),
        "pledges": sa.select(sa.func.count()).select_from(t.pledges),
    }
    async with engine.database.read() as connection:
        return {name: int(await connection.scalar(one) or 0) for name, one in asked.items()}


async def _render() -> list[Row]:
    """Beside the page that says nothing but where help is, which reads no database."""
    with tempfile.TemporaryDirectory() as name:
        async with open_new(Path(name)) as engine:
            site = await _site_with_window(engine)
            app = create_app(web_parts(engine, engine.reports, _well))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as browser:
                took = {path: await _look(browser, path) for path in (f"/s/{site.code}", "/help")}
    ours, other = took.values()
    return [Row("the sign-up page, server time p50", ours, "ms", "the help page", other, RENDER_MILLISECONDS)]


async def _well() -> Mapping[str, str]:
    return {}


async def _look(browser: httpx.AsyncClient, path: str) -> float:
    taken = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        (await browser.get(path)).raise_for_status()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)
