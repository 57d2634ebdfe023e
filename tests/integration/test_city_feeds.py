"""The City is asked by itself once a week, at night: from a strict local portal, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.city_week import BEGINS, MINUTES, CityWeek
from campaign_engine.domain.schedule import to_wall
from campaign_engine.opendata.socrata import ATTEMPTS, Socrata
from campaign_engine.ports.feeds import FeedName, OpenData
from campaign_engine.ports.jobs import Job, Work
from campaign_engine.services.city_feeds import CityFeeds, Sleep
from campaign_engine.store.unit_of_work import SqlStore
from campaign_engine.worker import CITY, RETENTION, ProcessRole, handlers, parts
from tests.integration.test_cli_doctor import examined
from tests.platforms.socrata_server import Fault, Published, SocrataServer
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
from tests.support.waiting import eventually

WEEK = CityWeek(weekday=2, minute=17)
EDITIONS = {
    OUTLINES_ID: outlines(),
    SHOOTINGS_ID: shootings({75: 9}),
    ZIPS_ID: zip_areas(),
    SCHOOLS_ID: [school(number) for number in range(1, 8)],
    CENTERS_ID: [center("Maple Houses")],
}


@pytest.fixture
async def stand(store: SqlStore, clock: FakeClock) -> AsyncIterator[Stand]:
    async with open_stand(store, clock) as made:
        for dataset, rows in EDITIONS.items():
            made.publish(dataset, rows)
        yield made


def feeds_of(stand: Stand, page_rows: int = 500, ends: asyncio.Event | None = None) -> CityFeeds:
    """Waits no longer than a moment; with `ends` as long as it is told, and that is set meanwhile."""

    @asynccontextmanager
    async def opened(sleep: Sleep) -> AsyncIterator[OpenData]:
        async def wait(seconds: float) -> None:
            stand.slept.append(seconds)
            if ends is not None:
                asyncio.get_running_loop().call_soon(ends.set)
            await sleep(0 if ends is None else seconds)

        async with Socrata(stand.server.root, "", page_rows, 5, wait) as source:
            yield source

    return CityFeeds(stand.store, stand.syncing, stand.syncing.clock, opened, WEEK)


@SQLITE
async def test_F1_each_feed_is_asked_for_once_a_week_and_a_broken_one_again_the_next_night(
    stand: Stand, clock: FakeClock
) -> None:
    feeds, stop = feeds_of(stand), asyncio.Event()
    stand.publish(SCHOOLS_ID, [school(1, latitude="0")])
    assert {done.feed: done.rows for done in await feeds.run(stop)} == {
        FeedName.BOUNDARIES: 78, FeedName.SHOOTINGS: 9, FeedName.ZIP_AREAS: 156, FeedName.CENTERS: 1,
    }  # fmt: skip
    assert await feeds.due() == (FeedName.SCHOOLS,)
    stand.publish(SCHOOLS_ID, EDITIONS[SCHOOLS_ID], 1_790_100_000)
    assert [done.feed for done in await feeds.run(stop)] == [FeedName.SCHOOLS]
    stand.server.requests.clear()
    assert await feeds.run(stop) == ()
    assert stand.server.requests == [], "asked for nothing more until the next week"
    clock.advance(timedelta(days=7))
    assert [done.rows for done in await feeds.run(stop)] == [0] * 5
    assert len(stand.server.requests) == 5, "nothing new costs one request each"


@SQLITE
async def test_F1_a_portal_that_is_down_is_left_alone_until_the_next_night_and_a_stop_is_heard(
    stand: Stand, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    feeds, stop = feeds_of(stand, page_rows=5), asyncio.Event()
    stand.server.faults += [Fault(503)] * ATTEMPTS
    assert await feeds.run(stop) == ()
    assert len(stand.server.requests) == ATTEMPTS, "the other feeds lie on the same portal"
    assert [record.getMessage() for record in caplog.records if "again next night" in record.getMessage()] == [
        "the City's boundaries could not be loaded (every_feed_failed), again next night"
    ]
    stand.publish(SHOOTINGS_ID, shootings({75: 23}))
    stand.server.requests.clear()

    def end(_answered: int) -> None:
        last = stand.server.asked[-1]
        if last.get("$offset") == "5" and "incident_key" in last.get("$select", ""):
            stop.set()

    stand.server.meanwhile = end
    assert [done.feed for done in await feeds.run(stop)] == [FeedName.BOUNDARIES]
    assert await stand.waiting() == 10, "what has arrived is kept"
    stand.server.meanwhile = None
    stand.server.requests.clear()
    done = await feeds.run(asyncio.Event())
    assert next((one.feed, one.rows) for one in done) == (FeedName.SHOOTINGS, 23)
    assert [query.get("$offset") for query in stand.server.asked][:4] == [None, "10", "15", "20"]
    clock.advance(timedelta(days=7))
    stand.server.requests.clear()
    assert await feeds.run(stop) == ()
    assert stand.server.requests == []
    stand.server.faults, stop = [Fault(503, headers={"Retry-After": "90"})], asyncio.Event()
    assert await feeds_of(stand, ends=stop).run(stop) == ()
    assert len(stand.server.requests) == 1, "a stop is heard while it waits for a busy portal"


def test_F1_a_week_has_its_night_and_minute_which_both_dst_changes_leave_alone() -> None:
    weeks = {CityWeek.of(number.to_bytes(4, "big")) for number in range(7 * MINUTES)}
    assert len(weeks) == 7 * MINUTES, "installations are spread over all of them"
    for change in (datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 3, 14, tzinfo=UTC)):
        moments = [change + timedelta(minutes=10 * step) for step in range(-2 * 1440 // 10, 9 * 1440 // 10)]
        began = sorted({WEEK.began(now) for now in moments})
        for one in began:
            wall = to_wall(one)
            assert (wall.weekday(), timedelta(hours=wall.hour, minutes=wall.minute)) == (
                2,
                BEGINS + timedelta(minutes=17),
            )
            assert WEEK.began(one) == one > WEEK.began(one - timedelta(seconds=1))
        nights = [WEEK.night(now) for now in moments]
        assert nights == sorted(nights)
        assert {*nights} == set(range(nights[0], nights[-1] + 1)), "one turn for each night"


@pytest.mark.parametrize("cli", ["sqlite"], indirect=True)
def test_F1_the_doctor_says_which_feed_of_the_city_failed_for_a_night(cli: Cli) -> None:
    assert examined(cli)["city feeds"][0] == "green"
    level, said = examined(cli, OPEN_DATA_SYNC="true")["city feeds"]
    never = "; ".join(f"{feed} (never)" for feed in FeedName)
    assert (level, said) == ("yellow", f"Not loaded this week: {never}.")

    async def play() -> None:
        async with SocrataServer() as server:
            kinds = {OUTLINES_ID: "geojson", ZIPS_ID: "geojson"}
            server.published |= {
                dataset: Published(rows, kind=kinds.get(dataset, "json")) for dataset, rows in EDITIONS.items()
            }
            await asyncio.to_thread(cli.run, "data", "sync", OPEN_DATA_URL=server.root)

    asyncio.run(play())
    level, said = examined(cli, OPEN_DATA_SYNC="true")["city feeds"]
    assert level == "green"
    assert said.startswith("Asked once a week; all were there")


@pytest.mark.parametrize("cli", ["sqlite"], indirect=True)
def test_F1_the_clock_asks_every_night_where_that_is_set_and_never_elsewhere(cli: Cli) -> None:
    async def put(engine: Engine, *, asks: bool) -> set[str]:
        noting, stop = Noting(), asyncio.Event()
        settings = engine.settings.model_copy(update={"open_data_sync": asks})
        clock = parts(replace(engine, settings=settings, jobs=noting), [ProcessRole.SCHEDULER])["clock"]
        running = asyncio.ensure_future(clock(stop))
        await eventually(lambda: (CITY if asks else RETENTION) in noting.names)
        stop.set()
        await running
        return noting.names

    assert CITY in cli.within(lambda engine: put(engine, asks=True))
    assert CITY not in cli.within(lambda engine: put(engine, asks=False))

    async def done(engine: Engine) -> set[str]:
        return {*handlers(engine, (), asyncio.Event())}

    assert CITY in cli.within(done)


@dataclass
class Noting:
    """A queue that only notes what is put."""

    names: set[str] = field(default_factory=set)

    async def put(self, job: Job) -> None:
        self.names.add(job.name)

    async def run(self, stop: asyncio.Event, work: Work) -> None:  # noqa: ARG002 - signature of the port
        await stop.wait()

    async def close(self) -> None:
        """Nothing was opened."""
