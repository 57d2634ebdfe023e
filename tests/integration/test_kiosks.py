"""Kiosks: opened by a host's link, taking pledges without a person, closed from another device."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.action import PledgeCode, Site
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.kiosk import LATE, LINK_LIFE, MOST_A_MINUTE, Entry, ends_at, shown
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.books import everything, opened, read, recomputed
from tests.support.engine import House
from tests.support.page import Page
from tests.support.planned import House as PlannedHouse
from tests.support.site import Health, parts_of, served


@dataclass
class Hall:
    """A house with a site, its pages on a socket, and a kiosk that is open."""

    house: House
    root: str
    site: Site
    key: str

    def tablet(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.root, cookies={"groundswell_kiosk": self.key})

    async def counted(self) -> tuple[int, int]:
        """Pledges, and children."""
        counters = await self.house.rows(tables.counters)
        return len(await self.house.rows(tables.pledges)), sum(one.count for one in counters)


@pytest.fixture
async def hall(store: SqlStore, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Hall]:
    house = House(store, clock)
    await house.furnish()
    site = await house.site(75, "Maple High")
    link = (await house.kiosks.link_for("operator", site.id)).rpartition("/")[2]
    key, _ = await house.kiosks.open(link)
    async with served(parts_of(house, tmp_path, Health())) as root:
        yield Hall(house, root, site, key)


def entries(count: int, at: datetime, first: int = 0) -> list[Entry]:
    return [Entry(f"entry-{number:06}", PledgeCode.ALLY, at) for number in range(first, first + count)]


async def test_F18_a_pledge_without_a_person_counts_for_its_site_once(hall: Hall, database_url: str) -> None:
    plans = PlannedHouse(hall.house.store, hall.house.clock)
    plan = await plans.plan()
    await plans.set_campaign(plan, CampaignStatus.RUNNING)
    now = hall.house.clock()
    batch = [*entries(2, now), Entry("a-child-0001", None, now)]
    sent = await asyncio.gather(*(hall.house.kiosks.hand_in(hall.key, batch, 3) for _ in range(2)))
    assert [set(keys) for keys, _ in sent] == [{one.key for one in batch}] * 2, "both times the tablet may forget them"
    assert await hall.counted() == (2, 1)
    pledges = await hall.house.rows(tables.pledges)
    assert {(one.contact_id, one.channel, one.site_id, one.precinct) for one in pledges} == {
        (None, "kiosk", hall.site.id, 75)
    }
    with opened(database_url, plan.campaign_id) as books:
        found, kept = read(books), everything(books)
        assert found.across("pledges_without_person", "site", "precinct", "channel") == {(hall.site.id, 75, "kiosk"): 2}
        assert found.total("reached") == found.total("pledged") == 0
        assert recomputed(books) == kept
    [kiosk] = await hall.house.kiosks.of_site(hall.site.id)
    assert (kiosk.taken, kiosk.waiting) == (3, 0)


async def test_T10_a_kiosk_takes_no_more_than_people_can_tap(hall: Hall) -> None:
    now = hall.house.clock()
    keys, _ = await hall.house.kiosks.hand_in(hall.key, entries(40, now), 40)
    assert len(keys) == MOST_A_MINUTE
    hall.house.clock.advance(timedelta(minutes=2))
    more, _ = await hall.house.kiosks.hand_in(hall.key, entries(28, now, 12), 28)
    assert len(more) == 2 * MOST_A_MINUTE, "the rest waits for its time"


async def test_a_closed_kiosk_hands_in_what_it_took_before_and_nothing_else(hall: Hall) -> None:
    before = hall.house.clock()
    hall.house.clock.advance(timedelta(minutes=5))
    [kiosk] = await hall.house.kiosks.of_site(hall.site.id)
    await hall.house.kiosks.end("oak3", hall.site.id, kiosk.id)
    hall.house.clock.advance(timedelta(hours=1))
    late = Entry("too-late-001", PledgeCode.ALLY, hall.house.clock())
    keys, after = await hall.house.kiosks.hand_in(hall.key, [*entries(1, before), late])
    assert set(keys) == {"entry-000000", "too-late-001"}
    assert not after.is_open(hall.house.clock())
    assert await hall.counted() == (1, 0)
    hall.house.clock.advance(LATE)
    with pytest.raises(NotAllowed, match="closed"):
        await hall.house.kiosks.hand_in(hall.key, entries(1, before, 5))
    assert await hall.house.retention.run(hall.house.clock() + timedelta(days=3)) >= 1
    assert await hall.house.rows(tables.kiosk_entries) == []
    assert len(await hall.house.rows(tables.pledges)) == 1


async def test_a_link_opens_one_kiosk_and_not_for_long(hall: Hall) -> None:
    url = await hall.house.kiosks.link_for("operator", hall.site.id)
    path = re.sub("https://groundswell.example", "", url)
    async with httpx.AsyncClient(base_url=hall.root) as tablet:
        for _ in range(2):
            assert "Open the kiosk here" in (await tablet.get(path)).text, "looking opens nothing"
        opened = await tablet.post(path)
        assert opened.headers["location"] == "/kiosk"
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/kiosk" in cookie
        assert "Maple High" in (await tablet.get("/kiosk")).text
        again = await tablet.post(path)
        assert (again.status_code, "This link opens no kiosk" in again.text) == (410, True)
        assert "This link opens no kiosk" in (await tablet.get("/kiosk/open/nonsense")).text
    old = (await hall.house.kiosks.link_for("operator", hall.site.id)).rpartition("/")[2]
    hall.house.clock.advance(LINK_LIFE)
    with pytest.raises(NotAllowed):
        await hall.house.kiosks.open(old)
    async with hall.house.store.database.read() as connection:
        stored = str((await connection.execute(tables.kiosks.select())).all())
    assert hall.key not in stored


async def test_P1_the_kiosk_works_as_plain_forms_and_clears_by_itself(hall: Hall) -> None:
    async with Page(hall.root) as page:
        page._client.cookies.set("groundswell_kiosk", hall.key)
        await page.open("/kiosk")
        await page.press("13 to 15")
        assert "Pick one pledge." in page.text
        await page.press("Look out")
        assert "Your pledge counts." in page.text
        shown = (await page._client.get("/kiosk")).text
        assert 'http-equiv="refresh"' not in shown
    async with hall.tablet() as tablet:
        young = await tablet.post("/kiosk", data={"entry": "e" * 16, "band": "u13"})
        assert '<meta http-equiv="refresh" content="30;url=/kiosk">' in young.text
        assert "This chat is for people 13 and older" in young.text
        assert 'data-step="age" tabindex="-1" hidden' in young.text
        adult = await tablet.post("/kiosk", data={"entry": "e" * 17, "band": "22+"})
        assert adult.status_code == 200
        twice = await tablet.post("/kiosk", data={"entry": "e" * 16, "band": "u13"})
        assert twice.status_code == 200
    assert await hall.counted() == (1, 1)


@pytest.mark.parametrize(
    "sent",
    [
        {"entries": [{"key": "no", "site": 1, "pledge": "A", "ago": 0}]},
        {"entries": [{"key": "k" * 16, "site": 1, "pledge": "D", "ago": 0}]},
        {"entries": [{"key": "k" * 16, "site": 1, "pledge": "A", "ago": -5}]},
        {"entries": [{"key": "k" * 16, "site": 1, "ago": 0}] * 60},
        {"entries": "all"},
        "not even that",
    ],
)
async def test_what_no_tablet_sends_is_refused_whole(hall: Hall, sent: object) -> None:
    async with hall.tablet() as tablet:
        answer = await tablet.post("/kiosk/sync", json=sent)
        foreign = {"entries": [{"key": "k" * 16, "site": hall.site.id + 1, "pledge": "A", "ago": 10**18}]}
        other = await tablet.post("/kiosk/sync", json=foreign)
    assert answer.status_code == 400
    assert other.json()["settled"] == []
    assert await hall.counted() == (0, 0)
    async with httpx.AsyncClient(base_url=hall.root) as stranger:
        assert (await stranger.post("/kiosk/sync", json={"entries": []})).status_code == 410
        assert "This kiosk is closed." in (await stranger.get("/kiosk")).text


async def test_F18_a_tablet_whose_clock_is_ages_ahead_loses_nothing(hall: Hall) -> None:
    given = {"key": "k" * 16, "site": hall.site.id, "pledge": "A", "ago": 10**18}
    async with hall.tablet() as tablet:
        answer = await tablet.post("/kiosk/sync", json={"entries": [given]})
    assert answer.json()["settled"] == ["k" * 16]
    assert await hall.counted() == (1, 0)


async def test_K1_the_host_sees_how_it_stands_without_small_numbers_and_closes_it(hall: Hall) -> None:
    phone = await hall.house.staff("oak3", Role.SITE_HOST, Scope(ScopeKind.SITE, str(hall.site.id)))
    said = await phone.command("dashboard")
    found = re.search(r"https://groundswell\.example(/enter/\S+)", said)
    assert found, said
    at = f"/host/{hall.site.id}/kiosk"
    await hall.house.kiosks.hand_in(hall.key, entries(3, hall.house.clock()), 27)
    async with Page(hall.root) as page:
        with pytest.raises(httpx.HTTPStatusError):
            await page.open(at)
        await page._client.post(found[1])
        looked = await page.open(at)
        assert "Sent and counted: fewer than 10." in looked
        assert "Waiting on the tablet: about 20." in looked
        assert "https://groundswell.example/kiosk/open/" in await page.press("Make a link")
        assert "Closed since" in await page.press("Close this kiosk")
        with pytest.raises(httpx.HTTPStatusError):
            await page.open(f"/host/{hall.site.id + 1}/kiosk")
    async with hall.tablet() as tablet:
        assert (await tablet.get("/kiosk")).status_code == 410
        assert (await tablet.post("/kiosk/sync", json={"entries": []})).json() == {
            "settled": [],
            "open": False,
            "left": 0,
        }


def test_a_kiosk_ends_after_the_school_day() -> None:
    def wall(hour: int) -> datetime:
        return (
            datetime(2026, 11, 24, hour + 5, tzinfo=UTC) if hour < 19 else datetime(2026, 11, 25, hour - 19, tzinfo=UTC)
        )

    assert ends_at(wall(8)) == wall(18)
    assert ends_at(wall(16)) == wall(20)
    assert ends_at(wall(22)) == datetime(2026, 11, 25, 5, tzinfo=UTC)
    assert [shown(count) for count in (0, 1, 9, 10, 19, 27)] == [0, None, None, 10, 10, 20]
