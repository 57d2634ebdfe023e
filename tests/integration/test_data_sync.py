"""The City's data over real sockets from a strict local portal, into both databases: all of an edition or nothing."""

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date

import pytest
import sqlalchemy as sa

from campaign_engine.domain.errors import BrokenFile, FeedFailed
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.opendata.socrata import ATTEMPTS, Socrata
from campaign_engine.ports.feeds import FeedName
from campaign_engine.services.syncing import FEEDS, Synced, Syncing
from campaign_engine.services.targeting import Targeting
from campaign_engine.store.unit_of_work import SqlStore
from tests.city_files import FOLDER, MIXED, OUTLINES, ZIP_AREAS, city_file
from tests.platforms.socrata_server import PAGE, TOKEN, Fault, Published, Row, SocrataServer
from tests.support import FakeClock
from tests.support.cli import Cli

SHOOTINGS_ID, OUTLINES_ID, ZIPS_ID = "5ucz-vwe8", "y76i-bdw7", "pri4-ifjk"
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


@dataclass
class Stand:
    server: SocrataServer
    store: SqlStore
    syncing: Syncing
    slept: list[float] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)

    def publish(self, dataset: str, rows: list[Row], modified: int = 1_790_000_000, most: int = 50_000) -> None:
        kind = "json" if dataset == SHOOTINGS_ID else "geojson"
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


@pytest.fixture
async def stand(store: SqlStore, clock: FakeClock) -> AsyncIterator[Stand]:
    city = NewYorkData()
    targeting = Targeting(store, city, clock)
    async with SocrataServer() as server:
        yield Stand(server, store, Syncing(store, targeting, city, clock))


async def test_F1_an_edition_comes_in_pages_and_nothing_new_costs_one_request(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 9, 44: 4}), most=4)
    done = await stand.sync()
    assert (done.rows, done.changes and done.changes.added) == (13, 13)
    assert stand.told[-1] == (13, 13)
    assert [query.get("$offset") for query in stand.server.asked] == ["0", None, "4", "8", "12"]
    assert all("vic_race" not in query["$select"] for query in stand.server.asked)
    assert (await stand.loaded(), await stand.waiting()) == (13, 0)
    assert (await stand.sync()).rows == 0
    assert len(stand.server.requests) == 1
    assert stand.server.requests[0].headers["If-None-Match"]
    # A portal without validators costs a whole reading, but the same content is no new edition.
    stand.server.validators = False
    assert (await stand.sync()).rows == 0
    stand.server.validators = True

    later = [*shootings({75: 9, 44: 3}), *shootings({75: 1}, first=100)]
    later[0] = {**later[0], "precinct": "73"}
    stand.publish(SHOOTINGS_ID, later, 1_790_100_000)
    changes = (await stand.sync()).changes
    assert changes is not None
    assert (changes.added, changes.removed, changes.revised, changes.through_before) == (1, 1, 1, "2024-12-31")
    status = await stand.syncing.targeting.status()
    assert status.datasets[0].changes == changes
    assert status.data_through == date(2024, 12, 31)


async def test_F1_a_run_that_was_broken_off_goes_on_and_the_old_edition_stays_meanwhile(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 10}))
    await stand.sync()
    stand.publish(SHOOTINGS_ID, shootings({75: 23}), 1_790_100_000)

    def hang_up(answered: int) -> None:
        if answered == 4:  # the first page, the count and two more
            stand.server.faults += [Fault(500)] * ATTEMPTS

    stand.server.meanwhile = hang_up
    with pytest.raises(FeedFailed, match=r"busy \(500\)") as caught:
        await stand.sync()
    assert "what has arrived is kept" in caught.value.hint
    assert (await stand.loaded(), await stand.waiting()) == (10, 15)
    stand.server.meanwhile = None
    done = await stand.sync()
    assert (done.rows, await stand.loaded(), await stand.waiting()) == (23, 23, 0)
    assert [query.get("$offset") for query in stand.server.asked] == [None, "15", "20"]
    assert (await stand.sync()).rows == 0


@SQLITE
async def test_F1_a_new_edition_in_the_middle_begins_anew(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 12}))

    def publish(answered: int) -> None:
        if answered == 3:
            stand.publish(SHOOTINGS_ID, shootings({44: 14}), 1_790_100_000)

    stand.server.meanwhile = publish
    assert (await stand.sync()).rows == 14
    async with stand.store.read() as work:
        assert await work.targeting.counts_by_year() == {(44, 2024): 14}

    def never_still(answered: int) -> None:
        stand.publish(SHOOTINGS_ID, shootings({44: 14}), 1_790_200_000 + answered)

    never_still(0)
    stand.server.meanwhile = never_still
    with pytest.raises(FeedFailed, match="is publishing new"):
        await stand.sync()
    assert await stand.loaded() == 14


@SQLITE
async def test_F1_a_portal_that_is_busy_slow_or_breaks_off_is_asked_again(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 3}))
    stand.server.faults += [
        Fault(202),
        Fault(429, headers={"Retry-After": "7"}),
        Fault(503, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}),
        Fault(break_at=40),
        Fault(body=PAGE, content_type="text/html"),
    ]
    assert (await stand.sync()).rows == 3
    assert stand.slept[1:3] == [7.0, 0.0]
    assert 0.7 < stand.slept[0] < 1.3 < 5 < stand.slept[3]
    stand.publish(SHOOTINGS_ID, shootings({75: 4}), 1_790_100_000)
    stand.server.faults += [Fault(slow=0.8), Fault(body=b'[{"incident_key": "1"')]
    assert (await stand.sync()).rows == 4


@SQLITE
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(429, headers={"Retry-After": "600"}), "an app token would help"),
        (Fault(202), "is not ready yet"),
        (Fault(body=PAGE, content_type="text/html"), "a web page instead of data"),
        (Fault(break_at=10), "broke off in the middle"),
        (Fault(302, headers={"Location": "https://elsewhere.example/"}), r"cannot be asked this way \(302\)"),
        (Fault(404), r"cannot be asked this way \(404\)"),
        (Fault(403), "does not accept the app token"),
        (Fault(body=b'{"rows": 3}'), "something else than its rows"),
        (Fault(body=b'[["1", "2"]]'), "something else than its rows"),
    ],
)
async def test_A2_what_the_portal_says_is_told_and_no_token_is(
    stand: Stand, fault: Fault, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stand.server.faults += [fault] * ATTEMPTS
    with pytest.raises(FeedFailed, match=said) as caught:
        await stand.sync(token=TOKEN)
    assert TOKEN not in caplog.text
    assert TOKEN not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__!r}"
    assert stand.server.requests[0].headers["X-App-Token"] == TOKEN
    assert (await stand.loaded(), await stand.waiting()) == (0, 0)


@SQLITE
async def test_F1_a_portal_that_is_away_is_told(stand: Stand) -> None:
    async with SocrataServer() as gone:
        root = gone.root
    stand.server.root = root
    with pytest.raises(FeedFailed, match="cannot be reached"):
        await stand.sync()
    assert len(stand.slept) == ATTEMPTS - 1


@SQLITE
async def test_F1_wrong_content_leaves_the_edition_in_use(stand: Stand) -> None:
    stand.publish(SHOOTINGS_ID, shootings({75: 20}))
    await stand.sync()

    async def refused(rows: list[Row], kind: type[Exception], said: str) -> None:
        stand.publish(SHOOTINGS_ID, rows, stand.server.published[SHOOTINGS_ID].modified + 1000)
        with pytest.raises(kind, match=said) as caught:
            await stand.sync()
        assert "The edition in use stays" in str(caught.value)
        assert (await stand.loaded(), await stand.waiting()) == (20, 0)

    good = shootings({75: 20})
    await refused([*good, {**good[0], "incident_key": "99", "precinct": "117"}], BrokenFile, "Row 21: PRECINCT")
    await refused([*good, {**good[0], "precinct": "44"}], BrokenFile, "another date or precinct")
    await refused(shootings({75: 12}), FeedFailed, "12 shootings, the one in use 20")
    await refused([], FeedFailed, "are empty")
    await refused(
        [{k: v for k, v in row.items() if k != "x_coord_cd"} for row in good], FeedFailed, "no column x_coord_cd"
    )
    stand.publish(SHOOTINGS_ID, [*good, *shootings({44: 2}, first=50)], 1_799_000_000)
    stand.server.published[SHOOTINGS_ID].most = 6
    stand.server.faults += [None, None, Fault(body=b"[]")]
    with pytest.raises(FeedFailed, match="end after 5 of 22 rows"):
        await stand.sync()
    # A legacy list has a row for each person: further rows of an incident are one incident.
    stand.publish(SHOOTINGS_ID, [*good, *good[:4]], 1_799_100_000)
    assert (await stand.sync()).rows == 24
    assert await stand.loaded() == 20


async def test_F1_boundaries_come_first_and_zip_areas_are_laid_over_them(stand: Stand) -> None:
    assert FEEDS.index(FeedName.BOUNDARIES) < FEEDS.index(FeedName.ZIP_AREAS)
    stand.publish(ZIPS_ID, zip_areas())
    with pytest.raises(FeedFailed, match="laid over precincts"):
        await stand.sync(FeedName.ZIP_AREAS)
    without_116 = tuple(number for number in PRECINCT_NUMBERS if number != 116)
    stand.publish(OUTLINES_ID, outlines(without_116))
    with pytest.raises(BrokenFile, match="no precinct 116"):
        await stand.sync(FeedName.BOUNDARIES, 50)
    odd = outlines()
    stand.publish(OUTLINES_ID, [*odd[:-1], {**odd[-1], "properties": {"precinct": "117"}}], 1_790_000_001)
    with pytest.raises(BrokenFile, match="Feature 78 is precinct 117, which does not exist for this program"):
        await stand.sync(FeedName.BOUNDARIES, 50)
    assert await stand.syncing.targeting.outlines() is None

    stand.publish(SHOOTINGS_ID, shootings({75: 3}))
    await stand.sync()
    stand.publish(OUTLINES_ID, outlines(), 1_790_000_002)
    assert (await stand.sync(FeedName.BOUNDARIES, 50)).rows == 78
    assert [query.get("$offset") for query in stand.server.asked] == ["0", None, "50"]
    assert (await stand.sync(FeedName.ZIP_AREAS, 500)).rows == 156
    async with stand.store.read() as work:
        shares = await work.targeting.zip_shares()
        assert (await work.targeting.counts_by_year()) == {(75, 2024): 3}
    assert {parts for code, parts in shares.items() if code in ("10000", "10700", "10001")} == {((1, 1.0),)}
    assert (await stand.sync(FeedName.ZIP_AREAS)).rows == 0
    stand.publish(OUTLINES_ID, [outlines()[0], *outlines()[1:]][::-1], 1_790_000_003)
    await stand.sync(FeedName.BOUNDARIES, 500)
    assert (await stand.sync(FeedName.ZIP_AREAS, 500)).rows == 156, "ZIP areas are due after new boundaries"
    stand.publish(ZIPS_ID, zip_areas(60), 1_790_100_000)
    with pytest.raises(BrokenFile, match="only 60 ZIP areas"):
        await stand.sync(FeedName.ZIP_AREAS)


@SQLITE
async def test_F1_one_statement_a_page(stand: Stand) -> None:
    statements: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    stand.publish(SHOOTINGS_ID, shootings({75: 40}))
    sa.event.listen(stand.store.database.engine.sync_engine, "before_cursor_execute", count)
    await stand.sync(page_rows=10)
    assert sum("INSERT INTO feed_pages" in statement for statement in statements) == 4
    assert sum("INSERT INTO shootings" in statement for statement in statements) == 1


@pytest.mark.parametrize("cli", ["sqlite"], indirect=True)
def test_F1_the_command_says_what_is_new(cli: Cli) -> None:
    async def play() -> None:
        async with SocrataServer(needs_token=True) as server:
            settings = {"OPEN_DATA_URL": server.root, "OPEN_DATA_TOKEN": TOKEN}
            server.published |= {
                SHOOTINGS_ID: Published(shootings({75: 6})),
                OUTLINES_ID: Published(outlines(), kind="geojson"),
                ZIPS_ID: Published(zip_areas(), kind="geojson"),
            }

            async def run(*arguments: str, code: int = 0, **more: str) -> str:
                return await asyncio.to_thread(
                    lambda: cli.run("data", "sync", *arguments, code=code, **{**settings, **more})
                )

            said = await run()
            assert "boundaries: 78 rows." in said
            assert "shootings: 6 rows; incidents: 6 new, 0 gone, 0 revised by the City." in said
            assert "Into the top for new campaigns:" in said
            assert "Data through December 31, 2024." in said
            again = await run("--only", "shootings", "--only", "zip-areas")
            assert again.split("\n")[:-2] == ["", "shootings: nothing new.", "", "zip-areas: nothing new."]
            wrong = await run(code=1, OPEN_DATA_TOKEN="wrong-token-of-mine")
            assert "does not accept the app token" in wrong
            assert "wrong-token" not in wrong
            assert "it begins with https://" in await run(code=1, OPEN_DATA_URL="http://data.example.org")

    asyncio.run(play())
    assert "zip areas" in cli.run("data", "status")
    assert "1      " in cli.run("precincts", "find", "10000")


@SQLITE
@pytest.mark.city_files
async def test_F1_the_citys_own_rows_come_through(stand: Stand) -> None:
    """Mixed formats as they were published, the real outlines and the real ZIP areas."""
    lines = city_file(MIXED).read_text(encoding="utf-8").splitlines()
    heads = [name.lower() for name in lines[0].split(",")]
    stand.publish(SHOOTINGS_ID, [dict(zip(heads, line.split(","), strict=True)) for line in lines[1:]])
    assert (await stand.sync()).rows == 15
    samples = json.loads((FOLDER / "fixture_soda_json_samples.json").read_text(encoding="utf-8"))
    stand.publish(SHOOTINGS_ID, samples[SHOOTINGS_ID], 1_790_100_000)
    with pytest.raises(FeedFailed, match="1 shootings, the one in use 15"):
        await stand.sync()
    for feed, dataset, name in (
        (FeedName.BOUNDARIES, OUTLINES_ID, OUTLINES),
        (FeedName.ZIP_AREAS, ZIPS_ID, ZIP_AREAS),
    ):
        stand.publish(dataset, json.loads(city_file(name).read_text(encoding="utf-8"))["features"])
        assert (await stand.sync(feed, 5000)).rows
    async with stand.store.read() as work:
        shares = await work.targeting.zip_shares()
        assert await work.targeting.counts_by_year()
    assert len({code for code, parts in shares.items() if parts[0][1] >= 0.95}) > 80
    assert next(number for number, _ in shares["11212"]) == 73
