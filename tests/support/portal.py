"""Made-up editions on a local portal of open data, and what loads them."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.opendata.site_list import CitySiteFile
from campaign_engine.opendata.socrata import Socrata
from campaign_engine.ports.feeds import FeedName
from campaign_engine.services.sites import SiteLists, Sites
from campaign_engine.services.syncing import Synced, Syncing
from campaign_engine.services.targeting import Targeting
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.socrata_server import Published, Row, SocrataServer
from tests.support.clock import FakeClock

SHOOTINGS_ID, OUTLINES_ID, ZIPS_ID = "5ucz-vwe8", "y76i-bdw7", "pri4-ifjk"
SCHOOLS_ID, CENTERS_ID = "wg9x-4ke6", "crns-fw6u"
WEST, SOUTH, SIDE = -74.25, 40.45, 0.01


def corner(number: int) -> tuple[float, float]:
    row, column = divmod(PRECINCT_NUMBERS.index(number), 10)
    return WEST + column * SIDE, SOUTH + row * SIDE


def shootings(counts: dict[int, int], first: int = 1) -> list[Row]:
    """As the live feed sends them: strings, nothing for what is empty, and columns about people that nobody wants."""
    keys = itertools.count(first)
    return [
        {
            "incident_key": str(next(keys)),
            "occur_date": "2024-12-31T00:00:00.000",
            "occur_time": "1899-12-31T13:06:00.000",
            "boro": "PBXN",
            "precinct": str(number),
            "vic_race": "BLACK",
            "x_coord_cd": "983437",
            "y_coord_cd": "201643",
            "latitude": f"{corner(number)[1] + SIDE / 2:.4f}",
            "longitude": f"{corner(number)[0] + SIDE / 2:.4f}",
        }
        for number, count in counts.items()
        for _ in range(count)
    ]


def square(west: float, south: float, side: float = SIDE) -> dict[str, object]:
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def outlines(numbers: tuple[int, ...] = PRECINCT_NUMBERS) -> list[Row]:
    return [
        {
            "type": "Feature",
            "properties": {"precinct": str(number), "shape_leng": "4"},
            "geometry": square(*corner(number)),
        }
        for number in numbers
    ]


def zip_areas(count: int = 156) -> list[Row]:
    """Each precinct's square cut in two."""
    found: list[Row] = []
    for place in range(count):
        west, south = corner(PRECINCT_NUMBERS[place // 2])
        shape = square(west + SIDE / 2 * (place % 2), south, SIDE / 2)
        code = 10000 + place
        label = f"{code}, {code + 700}"
        found.append({"type": "Feature", "properties": {"modzcta": str(code), "label": label}, "geometry": shape})
    return found


SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the database makes no difference."""


def school(number: int, precinct: int = 75, **more: str) -> Row:
    west, south = corner(precinct)
    return {
        "system_code": f"19K{number:03}",
        "location_name": f"P.S. {number:03} Example",
        "primary_address_line_1": f"{number} PARK PLACE",
        "latitude": f"{south + SIDE / 2:.4f}",
        "longitude": f"{west + SIDE / 2:.4f}",
        "principal_name": "SOMEBODY",
        **more,
    }


def center(name: str, **more: str) -> Row:
    west, south = corner(44)
    return {
        "borough": "Bronx",
        "program_type": "Community Center - Cornerstone",
        "status": "Occupied",
        "development": name,
        "address": "1 Rosedale Avenue",
        "latitude": f"{south + SIDE / 2:.4f}",
        "longitude": f"{west + SIDE / 2:.4f}",
        **more,
    }


@dataclass
class Stand:
    server: SocrataServer
    store: SqlStore
    syncing: Syncing
    slept: list[float] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)

    def publish(self, dataset: str, rows: list[Row], modified: int = 1_790_000_000, most: int = 50_000) -> None:
        kind = "geojson" if dataset in (OUTLINES_ID, ZIPS_ID) else "json"
        self.server.published[dataset] = Published(rows, modified, kind, most)

    async def sync(self, feed: FeedName = FeedName.SHOOTINGS, page_rows: int = 5, token: str = "") -> Synced:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        self.server.requests.clear()
        async with Socrata(self.server.root, token, page_rows, 0.3, sleep) as source:
            return await self.syncing.sync(source, feed, lambda done, total: self.told.append((done, total)))

    async def loaded(self) -> int:
        async with self.store.read() as work:
            return len(await work.targeting.shootings())

    async def waiting(self) -> int:
        async with self.store.read() as work:
            kept = await work.feeds.unfinished(FeedName.SHOOTINGS)
        return kept.rows if kept else 0


@asynccontextmanager
async def open_stand(store: SqlStore, clock: FakeClock) -> AsyncIterator[Stand]:
    """An empty portal before an empty database."""
    city = NewYorkData()
    targeting = Targeting(store, city, clock)
    async with SocrataServer() as server:
        lists = SiteLists(store, CitySiteFile(), city)
        yield Stand(server, store, Syncing(store, targeting, city, clock, lists, Sites(clock)))
