"""Web push against a strict service: own consent, neutral words, encrypted at rest, gone with STOP and 410."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from campaign_engine.channels.web_push import SAID, SERVICES, WebPush
from campaign_engine.domain.message import Destination, Message
from campaign_engine.ports.push import Subscription
from campaign_engine.services.pushing import Pushing
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.push_server import Browser, PushServer
from tests.support import FakeClock
from tests.support.engine import House, Phone
from tests.support.site import Health, parts_of, served

SECRET = b"s" * 32


@dataclass
class Desk:
    """Ana has a chat on her own phone; `service` is where her browser listens."""

    house: House
    service: PushServer
    pushing: Pushing
    ana: Phone
    browser: Browser

    @property
    def subscription(self) -> Subscription:
        return Subscription(self.browser.endpoint, self.browser.p256dh, self.browser.auth)

    async def post(self, text: str = "News") -> None:
        async with self.house.store.write() as work:
            who = Destination("web", self.ana.address)
            await work.inbox.put(who, f"{text}{self.house.clock()}", Message(text), self.house.clock())

    async def rows(self) -> int:
        return len(await self.house.rows(tables.push_subscriptions))


@pytest.fixture
async def desk(store: SqlStore, clock: FakeClock) -> AsyncIterator[Desk]:
    house = House(store, clock)
    await house.furnish()
    async with PushServer(WebPush(SECRET, "").key) as service:
        pushing = Pushing(store, clock, WebPush(SECRET, "https://groundswell.example", (service.root,)))
        ana = house.person("ana-s-own-phone", "web")
        await ana.start()
        await ana.tap("13 to 15")
        yield Desk(house, service, pushing, ana, Browser(service.root, "ana"))


async def test_P4_a_neutral_word_comes_once_for_what_waits_unread(desk: Desk) -> None:
    await desk.post("before")
    desk.house.clock.advance(timedelta(seconds=1))
    assert await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    assert await desk.pushing.tick() == 0, "what waited before is no news"
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.post("About last night on Pitkin Avenue")
    assert await desk.pushing.tick() == 1
    assert await desk.pushing.tick() == 0
    [(name, body, ttl)] = desk.service.got
    assert name == "ana"
    assert desk.browser.opened(body) == SAID
    assert 0 < ttl <= 4 * 3600
    assert desk.service.refused == []
    desk.house.clock.advance(timedelta(hours=5))
    await desk.post("late in the evening")
    await desk.pushing.tick()
    assert desk.service.got[-1][2] <= 3 * 3600, "no service brings it after midnight (S4)"
    desk.house.clock.advance(timedelta(hours=4))
    await desk.post("at night")
    assert await desk.pushing.tick() == 0


async def test_A1_an_endpoint_is_kept_like_an_address_and_goes_with_stop_delete_and_the_services_word(
    desk: Desk,
) -> None:
    await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    [row] = await desk.house.rows(tables.push_subscriptions)
    assert desk.browser.endpoint not in str(row)
    assert desk.browser.auth.encode() not in row.endpoint_cipher
    assert "word on your own device" in await desk.ana.command("export")
    await desk.ana.say("STOP")
    assert await desk.rows() == 0
    assert not await desk.pushing.turn_on(desk.ana.address, desk.subscription), "after STOP nothing is kept"
    await desk.ana.start()
    await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    await desk.pushing.turn_off(desk.ana.address)
    assert await desk.rows() == 0
    await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    desk.service.answers.append((410, {}))
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.post()
    assert await desk.pushing.tick() == 0
    assert await desk.rows() == 0
    await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    async with desk.house.store.write() as work:
        [contact] = await desk.house.rows(tables.contacts)
        await work.contacts.delete(Destination("web", desk.ana.address), contact.id, desk.house.clock())
    assert await desk.rows() == 0


async def test_N5_the_device_stays_behind_when_its_person_moves(desk: Desk) -> None:
    await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    [contact] = await desk.house.rows(tables.contacts)
    now, code_hash = desk.house.clock(), desk.house.store.database.cipher.code_hash("CODE")
    async with desk.house.store.write() as work:
        await work.moves.offer(contact.id, "CODE", now + timedelta(minutes=15))
    async with desk.house.store.write() as work:
        assert await work.moves.move(code_hash, Destination("telegram", "7"), now)
    assert await desk.rows() == 0
    assert "own device" not in await desk.house.person("7", "telegram").command("export")


async def test_a_service_that_is_busy_or_broken_is_left_alone_and_asked_again(desk: Desk) -> None:
    await desk.pushing.turn_on(desk.ana.address, desk.subscription)
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.post()
    for answer, wait in (((429, {"Retry-After": "120"}), 120), ((500, {}), 60), ((302, {"Location": "/x"}), 86_400)):
        desk.service.answers.append(answer)
        assert await desk.pushing.tick() == 0
        [row] = await desk.house.rows(tables.push_subscriptions)
        assert row.again_at == desk.house.clock() + timedelta(seconds=wait)
        assert await desk.pushing.tick() == 0
        if wait < 1000:
            desk.house.clock.advance(timedelta(seconds=wait))
    assert desk.service.got == []


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://evil.example/push"},
        {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": "https://user@fcm.googleapis.com/x"},
        {"endpoint": "https://fcm.googleapis.com:8080/x"},
        {"endpoint": "https://evilpush.apple.com.evil.example/x"},
        {"endpoint": "https://[broken"},
        {"p256dh": "AAAA"},
        {"auth": "short"},
        {"auth": "é"},
    ],
)
def test_nothing_but_a_browsers_own_service_is_written_to(change: dict[str, str]) -> None:
    good = Browser("https://fcm.googleapis.com", "x")
    given = Subscription(good.endpoint, good.p256dh, good.auth)
    service = WebPush(SECRET, "https://groundswell.example")
    assert service.accepts(given)
    assert service.accepts(replace(given, endpoint="https://updates.push.services.mozilla.com/wpush/v2/x"))
    assert not service.accepts(replace(given, **change))
    assert len(SERVICES) == 4


async def test_C4_the_switch_is_off_and_only_on_a_device_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    parts = replace(parts_of(desk.house, tmp_path, Health()), push=desk.pushing)
    given = {
        "endpoint": desk.browser.endpoint,
        "expirationTime": None,
        "keys": {"p256dh": desk.browser.p256dh, "auth": desk.browser.auth},
    }
    async with served(parts) as root, httpx.AsyncClient(base_url=root, follow_redirects=True) as page:
        begun = await page.post("/chat", data={"key": "k", "data": "a:13-15"})
        assert "A sign when something new" not in begun.text
        assert (await page.post("/chat/push", json=given)).status_code == 409
        page.cookies.set("groundswell_chat", desk.ana.address, domain="127.0.0.1")
        shown = (await page.get("/chat")).text
        assert "Turn it on" in shown
        assert '<div id="push"' in shown
        assert await desk.rows() == 0
        assert (await page.post("/chat/push", json={"endpoint": "x"})).status_code == 400
        assert (await page.post("/chat/push", json=given)).status_code == 204
        assert "It is on." in (await page.get("/chat")).text
        off = (await page.post("/chat/push/off")).text
        assert "Turn it on" in off
        await page.post("/chat/push", json=given)
        await page.post("/chat/forget")
    assert await desk.rows() == 0
