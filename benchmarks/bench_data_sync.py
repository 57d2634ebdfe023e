"""The City's shootings over a socket into the database, beside the same pages fetched and thrown away.

The portal is local and in this process, so that there is no line to wait for: the rest is our own work.
"""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.bench_targeting import ROWS
from benchmarks.installation import open_new
from benchmarks.rows import Row
from campaign_engine.city_desk import open_syncing
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.opendata.socrata import DATASETS, PAGE_ROWS, Socrata
from campaign_engine.ports.feeds import FeedName
from tests.platforms.socrata_server import Published, SocrataServer

ROUNDS = 3
SECONDS = 4.0
DATASET = DATASETS[FeedName.SHOOTINGS]


def run() -> list[Row]:
    """One row."""
    return [asyncio.run(measured())]


async def measured() -> Row:
    """Medians over new editions, each with a tenth of the rows revised."""
    ours, plain = [], []
    async with SocrataServer() as server:
        with tempfile.TemporaryDirectory() as folder:
            async with open_new(Path(folder)) as engine, Socrata(server.root) as source:
                for turn in range(ROUNDS):
                    server.published[DATASET.id] = Published(made_up(turn), 1_790_000_000 + turn)
                    start = time.perf_counter()
                    await open_syncing(engine).sync(source, FeedName.SHOOTINGS, lambda *_: None)
                    ours.append(time.perf_counter() - start)
                    plain.append(await fetched(server.root))
    beside = f"httpx alone, nothing checked or kept ({ROWS:,} rows)"
    return Row("sync shootings from a portal", statistics.median(ours), "s", beside, statistics.median(plain), SECONDS)


async def fetched(root: str) -> float:
    """Seconds for all pages."""
    start = time.perf_counter()
    async with httpx.AsyncClient() as client:
        for first in range(0, ROWS, PAGE_ROWS):
            query: dict[str, str | int] = {
                "$order": ":id",
                "$limit": PAGE_ROWS,
                "$offset": first,
                "$select": ",".join(DATASET.columns),
            }
            (await client.get(f"{root}/resource/{DATASET.id}.json", params=query)).json()
    return time.perf_counter() - start


def made_up(seed: int) -> list[dict[str, str]]:
    """As the live feed sends them; places of a tenth differ from seed to seed."""
    chance, moved = random.Random(7), random.Random(seed)
    rows = []
    for key in range(ROWS):
        latitude = 40.6 + chance.random() / 10 + (moved.random() / 1000 if key % 10 == 0 else 0)
        rows.append(
            {
                "incident_key": str(key),
                "occur_date": f"{chance.randrange(2006, 2026)}-{chance.randrange(1, 13):02}-15T00:00:00.000",
                "boro": "",
                "precinct": str(chance.choice(PRECINCT_NUMBERS)),
                "x_coord_cd": "1000000",
                "y_coord_cd": "200000",
                "latitude": f"{latitude:.6f}",
                "longitude": f"{-73.95 + chance.random() / 10:.6f}",
            }
        )
    return rows
