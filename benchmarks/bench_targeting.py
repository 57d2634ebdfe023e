"""Import of the City's shootings, from the file into the database, and ranking with probabilities.

Uses the City's files when they lie in ../shared/data; otherwise a list of the same length made up here, and squares
for precincts.
"""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.installation import open_new
from benchmarks.rows import ROUNDS, Row, median
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, RankingRule
from campaign_engine.opendata import figures
from campaign_engine.opendata.shootings import read_shootings

ROWS = 24_000
IMPORT_SECONDS = 2.0
RANK_SECONDS = 0.5
CITY = Path(__file__).parents[2] / "shared" / "data"
SHOOTINGS = CITY / "nypd_shootings_5ucz-vwe8_20260417.csv"
OUTLINES = CITY / "police_precincts_y76i-bdw7_78.geojson"
HEADINGS = (
    "INCIDENT_KEY,OCCUR_DATE,OCCUR_TIME,BORO,LOC_OF_OCCUR_DESC,PRECINCT,JURISDICTION_CODE,LOC_CLASSFCTN_DESC,"
    "LOCATION_DESC,X_COORD_CD,Y_COORD_CD,Latitude,Longitude"
)
RANK_IN_A_NEW_PROCESS = """
import time
start = time.perf_counter()
from campaign_engine.opendata import figures
from campaign_engine.opendata.ranking import rank
from campaign_engine.domain.precinct import RankingRule
rule = RankingRule.default(figures.data_through())
rank(rule, figures.counts(rule))
print(time.perf_counter() - start)
"""


def run() -> list[Row]:
    """Two rows."""
    with tempfile.TemporaryDirectory() as folder:
        shootings, outlines = (SHOOTINGS, OUTLINES) if SHOOTINGS.exists() else made_up(Path(folder))
        rows = len(read_shootings(shootings).rows)
        whole = asyncio.run(imported(Path(folder), shootings, outlines))
        plain = median(lambda: pd.read_csv(shootings))
    beside = f"pandas.read_csv, nothing checked or kept ({rows:,} rows)"
    return [
        Row("import shootings, located and stored", whole, "s", beside, plain, IMPORT_SECONDS),
        ranked(),
    ]


async def imported(folder: Path, shootings: Path, outlines: Path) -> float:
    """Median seconds of an import into a database that has the outlines."""
    taken = []
    async with open_new(folder) as engine:
        await engine.targeting.import_boundaries(outlines)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            await engine.targeting.import_shootings(shootings)
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def ranked() -> Row:
    """In a new process, numpy's loading included; beside the sorting alone."""
    command = [sys.executable, "-c", RANK_IN_A_NEW_PROCESS]
    cold = statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(ROUNDS)
    )
    rule = RankingRule.default(figures.data_through())
    counts = np.array([figures.counts(rule).incidents.get(number, 0) for number in PRECINCT_NUMBERS])
    plain = median(lambda: np.argsort(-counts))
    return Row("rank with probabilities, new process", cold, "s", "numpy.argsort of the counts", plain, RANK_SECONDS)


def made_up(folder: Path) -> tuple[Path, Path]:
    """Shootings and outlines of the size of the City's, one row in 140 without a place."""
    chance = random.Random(7)
    rows = [HEADINGS]
    for key in range(ROWS):
        index = chance.randrange(len(PRECINCT_NUMBERS))
        row, column = divmod(index, 10)
        place = f"{40.45 + (row + chance.random()) * 0.06:.6f},{-74.28 + (column + chance.random()) * 0.06:.6f}"
        day = f"{chance.randrange(1, 13):02}/{chance.randrange(1, 29):02}/{chance.randrange(2006, 2026)}"
        rows.append(
            f"{key},{day},12:00:00,,OUTSIDE,{PRECINCT_NUMBERS[index]},0,STREET,,1000000,200000,"
            + ("," if key % 140 == 0 else place)
        )
    shootings = folder / "shootings.csv"
    shootings.write_text("\n".join(rows) + "\n", encoding="utf-8")
    outlines = folder / "outlines.geojson"
    outlines.write_text(json.dumps({"features": [square(index) for index in range(len(PRECINCT_NUMBERS))]}))
    return shootings, outlines


def square(index: int) -> dict[str, object]:
    """A feature with 400 points to a side, as detailed as a real outline."""
    row, column = divmod(index, 10)
    west, south, step = -74.28 + column * 0.06, 40.45 + row * 0.06, 0.06 / 400
    ring = [[west + i * step, south] for i in range(400)] + [[west + 0.06, south + i * step] for i in range(400)]
    ring += [[west + 0.06 - i * step, south + 0.06] for i in range(400)]
    ring += [[west, south + 0.06 - i * step] for i in range(400)]
    return {
        "properties": {"precinct": str(PRECINCT_NUMBERS[index])},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
