"""The City's data over real sockets from a strict local portal, into both databases: all of an edition or nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date

import pytest
import sqlalchemy as sa

from campaign_engine.domain.errors import BrokenFile, FeedFailed
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.opendata.socrata import ATTEMPTS
from campaign_engine.ports.feeds import FeedName
from campaign_engine.store.unit_of_work import SqlStore
from tests.city_files import FOLDER, MIXED, OUTLINES, ZIP_AREAS, city_file
from tests.platforms.socrata_server import TOKEN, Fault, Published, SocrataServer
from tests.support import FakeClock
from tests.support.cli import Cli
from tests.support.portal import (
    CENTERS_ID,
    OUTLINES_ID,
    SCHOOLS_ID,
    SHOOTINGS_ID,
    SQLITE,
    ZIPS_ID,
    Stand,
    center,
    open_stand,
    outlines,
    school,
    shootings,
    zip_areas,
)


@pytest.fixture
async def stand(store: SqlStore, clock: FakeClock) -> AsyncIterator[Stand]:
    async with open_stand(store, clock) as made:
        yield made


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


async def test_F1_boundaries_come_first_and_zip_areas_are_laid_over_them(stand: Stand) -> None:
    assert list(FeedName)[:2] == [FeedName.BOUNDARIES, FeedName.SHOOTINGS]
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


async def test_F1_schools_and_centers_become_sites_that_keep_their_codes(stand: Stand) -> None:
    stand.publish(SCHOOLS_ID, [school(number) for number in range(1, 8)])
    with pytest.raises(FeedFailed, match="schools are laid over precincts"):
        await stand.sync(FeedName.SCHOOLS)
    stand.publish(OUTLINES_ID, outlines())
    await stand.sync(FeedName.BOUNDARIES, 500)
    assert (await stand.sync(FeedName.SCHOOLS)).rows == 7
    assert all("principal" not in query.get("$select", "") for query in stand.server.asked)
    stand.publish(CENTERS_ID, [center("Maple Houses"), center("Elm Houses"), center("Ash Houses", status="Vacant")])
    assert (await stand.sync(FeedName.CENTERS)).rows == 3
    async with stand.store.read() as work:
        before = {site.name: site for site in await work.sites.search("", 50)}
    assert len(before) == 9
    assert {site.precinct for name, site in before.items() if name.startswith("P.S.")} == {75}
    assert (await stand.sync(FeedName.SCHOOLS)).rows == 0

    moved = [school(1, 73), *(school(number) for number in range(2, 9)), school(9, latitude="0", longitude="0")]
    stand.publish(SCHOOLS_ID, moved, 1_790_100_000)
    done = await stand.sync(FeedName.SCHOOLS)
    assert (done.rows, done.left_out) == (9, 1)
    async with stand.store.read() as work:
        after = {site.name: site for site in await work.sites.search("", 50)}
    assert (len(after), after["P.S. 001 Example"].precinct) == (10, 73)
    assert all(after[name].code == site.code for name, site in before.items())
    stand.publish(SCHOOLS_ID, [school(number, latitude="0") for number in range(1, 9)], 1_790_200_000)
    with pytest.raises(BrokenFile, match="8 of 8 schools cannot be used"):
        await stand.sync(FeedName.SCHOOLS)
    async with stand.store.read() as work:
        assert len(await work.sites.search("", 50)) == 10


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
                SCHOOLS_ID: Published([school(number) for number in range(1, 12)] + [school(12, latitude="")]),
                CENTERS_ID: Published([center("Maple Houses")]),
            }

            async def run(*arguments: str, code: int = 0, **more: str) -> str:
                return await asyncio.to_thread(
                    lambda: cli.run("data", "sync", *arguments, code=code, **{**settings, **more})
                )

            said = await run()
            assert "boundaries: 78 rows." in said
            assert (
                "shootings: 6 rows.\nIncidents since the edition before: 6 new, 0 gone, 0 revised by the City." in said
            )
            assert "Into the top for new campaigns:" in said
            assert "schools: 12 rows. 1 of them cannot be used and were left out." in said
            assert "centers: 1 rows." in said
            assert "Data through December 31, 2024." in said
            again = await run("--only", "shootings", "--only", "zip-areas")
            assert again.split("\n")[:-2] == ["", "shootings: nothing new.", "", "zip-areas: nothing new."]
            server.published[SCHOOLS_ID] = Published([school(1, latitude="")], 1_790_100_000)
            server.published[CENTERS_ID] = Published([center("Elm Houses")], 1_790_100_000)
            half = await run("--only", "schools", "--only", "centers", code=1)
            assert "schools: 1 of 1 schools cannot be used." in half
            assert "centers: 1 rows." in half, "a broken feed keeps none of the others back"
            assert "Not everything could be loaded." in half
            assert "The edition in use stays." in half
            wrong = await run(code=1, OPEN_DATA_TOKEN="wrong-token-of-mine")
            assert "does not accept the app token" in wrong
            assert "wrong-token" not in wrong
            assert "it begins with https://" in await run(code=1, OPEN_DATA_URL="http://data.example.org")

    asyncio.run(play())
    status = cli.run("data", "status")
    assert "zip areas" in status
    assert "6 new, 0 gone" in status
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
