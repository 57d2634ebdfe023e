"""The sign-up page of a site on a socket, with a browser that knows forms and cookies only (F18, F19)."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from analytics import frames, metrics
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.message import InboundKind
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.bots import running_post
from tests.support.engine import House
from tests.support.page import Page
from tests.support.site import Health, parts_of, served
from web import networks
from web.networks import Rates

KEY = re.compile(r'name="key" value="([^"]+)"')
FAKES = int(os.environ.get("SOAK_FAKES", "300"))
"""A thousand in `make soak`; the burst is told from the forty-first on."""

COOKIES = {"cookie": "groundswell_tab=on"}
"""What a browser that keeps cookies has after the first page."""


@dataclass
class Pages:
    root: str
    house: House

    def browser(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.root, headers=headers, follow_redirects=True)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the databases do differently is tested below the pages."""
    return sqlite_url


@pytest.fixture
async def pages(store: SqlStore, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Pages]:
    house = House(store, clock)
    house.accounts.telegram, house.accounts.discord = "groundswell_bot", "Groundswell"
    await house.furnish()
    async with served(parts_of(house, tmp_path, Health())) as root:
        yield Pages(root, house)


async def test_F18_four_taps_sign_up_and_one_goes_on_in_a_chat_as_one_person(pages: Pages) -> None:
    site = await pages.house.site(75, "Maple High")
    async with Page(pages.root) as page:
        first = await page.open(f"/s/{site.code}")
        assert "Maple High" in first
        assert "How old are you?" in first
        assert await pages.house.rows(t.dialogues) == [], "a look has no effect"
        for number, label in enumerate(("13 to 15", "Look out", "I feel unsafe"), 2):
            assert f"{number} of 4" in await page.press(label)
        assert "You're in." in await page.press("No thanks")
        assert "You're in." in await page.open(page.path)
        shown = await page.press("Go on in Telegram")
        code = re.search(r"start=m_([0-9A-Z]{10})", shown)
        assert code
        chat = pages.house.person("tel", "telegram")
        assert "came along" in await chat.start(f"m_{code[1]}")
        assert "You went on in Telegram" in await page.open(page.path)
        assert "How old are you?" in await page.press("I am somebody else")
    [contact] = await pages.house.rows(t.contacts)
    assert (contact.site_id, contact.precinct, contact.age_band) == (site.id, 75, "13-15")
    [pledge] = await pages.house.rows(t.pledges)
    assert (pledge.if_then, pledge.contact_id) == ("walk", contact.id)


async def test_only_a_chat_that_ends_with_the_browser_is_said_to_end(pages: Pages) -> None:
    site = await pages.house.site()
    for own in ({}, {"groundswell_chat": "ana-s-own-phone"}):
        async with Page(pages.root, **own) as page:
            await page.open(f"/s/{site.code}")
            for label in ("13 to 15", "Look out", "I feel unsafe"):
                await page.press(label)
            done = await page.press("No thanks")
        assert "You're in." in done
        assert ("This chat ends when you close the browser" in done) is (not own)


async def test_C2_twelve_or_under_keeps_nothing_and_is_not_asked_again_in_that_tab(pages: Pages) -> None:
    site = await pages.house.site()
    async with Page(pages.root) as page:
        await page.open(f"/s/{site.code}")
        said = await page.press("12 or under")
        assert "988" in said
        assert await pages.house.rows(t.contacts) == await pages.house.rows(t.dialogues) == []
        assert "13 to 15" not in await page.open(page.path)


async def test_a_dropped_connection_neither_loses_nor_doubles_the_pledge(pages: Pages) -> None:
    site = await pages.house.site()
    async with pages.browser() as browser:

        async def kill(path: str, **fields: str) -> None:
            """The form is sent, and the line is cut before the answer is read."""
            host, port = browser.base_url.host, browser.base_url.port
            reader, writer = await asyncio.open_connection(host, port)
            cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            request = browser.build_request(
                "POST", path, data=fields, headers={"cookie": cookies, "connection": "close"}
            )
            head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + request.content)
            await writer.drain()
            writer.transport.abort()
            del reader

        key = found(KEY, (await browser.get(f"/s/{site.code}")).text)
        await kill(f"/s/{site.code}", key=key, data="a:16-17")
        page = await browser.post(f"/s/{site.code}", data={"key": key, "data": "a:16-17"})
        assert "Pick one pledge" in page.text
        path, key = page.url.path, found(KEY, page.text)
        await kill(path, key=key, data="pl:A")
        page = await browser.post(path, data={"key": key, "data": "pl:A"})
        assert "Now one plan" in page.text
        again = await browser.post(path, data={"key": key, "data": "pl:A"})
        assert "Now one plan" in again.text
    assert len(await pages.house.rows(t.contacts)) == len(await pages.house.rows(t.pledges)) == 1


async def test_back_button_old_pages_emoji_and_a_clock_that_jumps(pages: Pages) -> None:
    site = await pages.house.site(75, "École 😀 of the Arts")
    async with Page(pages.root) as page:
        assert "École 😀 of the Arts" in await page.open(f"/s/{site.code}")
        await page.press("16 or 17")
        old = page._read
        await page.press("Look out")
        page._read = old
        assert "Now one plan" in await page.press("Learn"), "another answer from a page gone back to"
        pages.house.clock.advance(timedelta(hours=-2))
        assert "at most 2 a week" in await page.press("I feel unsafe")
        pages.house.clock.advance(timedelta(minutes=20))
        assert "You're in." in await page.press("Yes")
    [pledge] = await pages.house.rows(t.pledges)
    assert pledge.pledge == "B"
    async with Page(pages.root) as page:
        await page.open(f"/s/{site.code}")
        await page.press("16 or 17")
        await page.press("Back")
        assert "find" in await page.type("🏳️‍🌈 " + "😀" * 60)


async def test_without_cookies_it_says_what_to_do_and_keeps_nothing(pages: Pages) -> None:
    site = await pages.house.site()
    async with pages.browser() as browser:
        key = found(KEY, (await browser.get(f"/s/{site.code}")).text)
        browser.cookies.clear()
        answer = await browser.post(f"/s/{site.code}", data={"key": key, "data": "a:16-17"})
    assert answer.status_code == 400
    assert "Allow cookies" in answer.text
    assert f"start=s_{site.code}" in answer.text
    assert await pages.house.rows(t.contacts) == []


async def test_unknown_and_rotated_codes_say_which_they_are(pages: Pages) -> None:
    site = await pages.house.site()
    async with pages.house.store.write() as work:
        new = await pages.house.sites.rotate(work, "operator", site.id)
    chat = pages.house.person("tel", "telegram")
    async with pages.browser(**COOKIES) as browser:
        for code in (site.code, site.word_code.lower()):
            old = await browser.get(f"/s/{code}")
            assert (old.status_code, "This poster is old." in old.text) == (410, True)
            assert "Join without a code" in old.text
            assert "is from an old poster" in await chat.start(f"s_{code}")
        posted = await browser.post(f"/s/{site.code}", data={"key": "k", "data": "a:16-17"})
        assert posted.status_code == 410
        unknown = await browser.get("/s/NOSUCH22")
        assert (unknown.status_code, "Look at the poster again" in unknown.text) == (404, True)
        assert (await browser.get(f"/s/{new.code}")).status_code == 200
        odd = [await browser.get(path) for path in (f"/s/{new.code}/x", f"/s/{'x' * 3000}", "/s/%00", "/s/😀")]
        assert {answer.status_code for answer in odd} == {404}
        over = await browser.get(f"/s/{new.code}/{'x' * 22}")
        assert over.status_code == 410
    assert await pages.house.rows(t.contacts) == []


async def test_T10_a_machine_is_caught_in_the_trap_and_one_network_is_slowed_down_outside_a_window(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await pages.house.site()
    monkeypatch.setattr(networks, "MOST_AT_ONCE", 3)
    host = await pages.house.staff("hana1", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))

    async def begin(number: int, **more: str) -> int:
        fields = {"key": f"key{number}", "data": "a:16-17", **more}
        async with pages.browser(**COOKIES) as browser:
            return (await browser.post(f"/s/{site.code}", data=fields, follow_redirects=False)).status_code

    assert await begin(0, more="http://buy.example") == 400
    assert [await begin(number) for number in range(1, 6)] == [303, 303, 303, 429, 429]
    async with pages.browser() as browser:
        fields = {"data": "a:16-17"}
        chats = [await browser.post("/chat", data={**fields, "key": f"key{number}"}) for number in range(9, 13)]
        assert [answer.status_code for answer in chats] == [200, 200, 200, 429], "nor is the chat a way around it"
        assert "Many people" in chats[-1].text
        needy = await browser.post("/chat", data={"key": "k", "text": "I want to die"})
        assert "call or text 988" in needy.text, "help is never counted"
    await host.press(f"aw:{site.id}:60:10")
    assert [await begin(number) for number in range(6, 9)] == [303, 303, 303], "a school behind one network"


def test_T10_a_network_may_begin_again_after_a_while() -> None:
    now = 0.0
    rates = Rates(lambda: now)
    assert networks.MOST_AT_ONCE >= 2000, "a whole school whose host forgot to open the window"
    assert all(rates.allow("school") for _ in range(networks.MOST_AT_ONCE))
    assert not rates.allow("school")
    assert rates.allow("home")
    now = networks.REFILLED_IN / 2
    assert sum(rates.allow("school") for _ in range(networks.MOST_AT_ONCE)) == networks.MOST_AT_ONCE // 2


def test_T10_a_network_is_what_its_owner_cannot_change() -> None:
    assert networks.network("::ffff:198.51.100.7") == networks.network("198.51.100.7") == "198.51.100.7"
    assert networks.network("::ffff:198.51.100.8") != "198.51.100.7", "not all of IPv4 is one network"
    assert len({networks.network(f"2001:db8:7:{part:x}::1") for part in range(99)}) == 1
    assert networks.network("2001:db8:8::1") != networks.network("2001:db8:7::1")
    assert networks.network("fe80::1%eth0") == networks.network("fe80::1")
    assert networks.network("testclient") == "testclient"


async def figures(house: House, url: str) -> dict[str, Any]:
    """Everything about persons that anybody but the operator can see."""
    rows = frames.read(url, 1, house.clock())
    people = {name: sorted(measure(rows)) for name, measure in metrics.PEOPLE.items()}
    harm = {name: len(measure(rows)) for name, measure in metrics.HARM.items()}
    async with house.store.read() as work:
        own, area = await work.team.signed_up(1), dict(await work.areas.counted())
        joints = await work.joints.open_ones()
    return {**people, **harm, "own": own, "area": area, "joints": joints, "gone": metrics.pledges_without_person(rows)}


async def test_T10_a_thousand_fake_sign_ups_move_no_public_figure(
    pages: Pages, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, site = pages.house, await pages.house.site()
    monkeypatch.setattr(networks, "MOST_AT_ONCE", 10_000)  # the limit alone would stop most of them
    await running_post(house)
    for number in range(12):
        ally = house.person(f"ally{number}", "telegram")
        await ally.start(f"s_{site.code}")
        await ally.tap("16 or 17", "Look out", "I feel unsafe", "Yes")
    before = await figures(house, database_url)
    assert len(before["pledged"]) == before["own"] == before["area"][75] == 12

    async def fakes(numbers: range) -> None:
        async with httpx.AsyncClient(base_url=pages.root) as browser:
            for number in numbers:
                path, cookies = f"/s/{site.code}", COOKIES["cookie"]
                for data in ("a:16-17", "pl:A", *(("del:yes",) if number % 5 == 0 else ())):
                    fields = {"key": f"key {number}", "data": data}
                    answer = await browser.post(path, data=fields, headers={"cookie": cookies})
                    browser.cookies.clear()
                    path, cookies = answer.headers["location"], answer.headers["set-cookie"].partition(";")[0]

    await asyncio.gather(*(fakes(range(first, FAKES, 4)) for first in range(4)))
    assert len(await house.rows(t.contacts)) == 2 + 12 + FAKES * 4 // 5
    assert await figures(house, database_url) == before


async def test_T10_inside_a_window_as_many_count_as_were_expected(pages: Pages) -> None:
    house, site = pages.house, await pages.house.site()
    host = await house.staff("hana1", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
    other = await house.site(73, "Oak Center")
    assert "no window is open" in await host.press("aw")
    assert "How many people" in await host.tap("45 minutes")
    assert "no number from 10 to 5000" in await host.say("3")
    assert "the window is open until" in await host.say("10")
    assert "is open" in await host.press(f"aw:{site.id}:60:200"), "one at a time"
    assert "not your site" in (await host.press(f"aw:{other.id}:60:200")).lower() or "role" in host.text
    for number in range(13):
        pupil = house.person(f"pupil{number}")
        for kind, data in ((InboundKind.START, f"s_{site.code}"), (InboundKind.CHOICE, "a:16-17")):
            await pupil.send(kind, data=data, origin="school")
    async with house.store.read() as work:
        assert await work.team.signed_up(site.id) == 10
        window = await work.signups.window(site.id, house.clock())
    assert window is not None
    assert (window.is_full, window.headcount) == (True, 10)
    assert "All of them have come" in await host.press("aw")
    assert "no window is open" in await host.tap("Close it now")
    late = house.person("late")
    await late.send(InboundKind.START, data=f"s_{site.code}", origin="home")
    await late.send(InboundKind.CHOICE, data="a:16-17", origin="home")
    async with house.store.read() as work:
        assert await work.team.signed_up(site.id) == 11, "after it as everywhere"
    assert [row.action for row in await house.rows(t.audit_entries)][-2:] == ["open_window", "close_window"]


async def test_F19_the_frame_shows_the_areas_edition_and_only_it_may_be_framed(pages: Pages) -> None:
    house, site = pages.house, await pages.house.site(75, "Maple <High>")
    async with pages.browser(**COOKIES) as browser:
        bare = await browser.get(f"/embed/{site.code}?lang=es")
        assert "<progress" not in bare.text
        assert "set-cookie" not in bare.headers
        assert bare.headers["vary"] == "Accept-Language, Cookie", "a cache keeps it for one language"
        assert "frame-ancestors *" in bare.headers["content-security-policy"]
        assert "<script" not in bare.text
        assert 'target="_blank" rel="noopener noreferrer"' in bare.text
        for number in range(23):
            ally = house.person(f"ally{number}", "telegram")
            await ally.start(f"s_{site.code}")
            await ally.tap("16 or 17")
        assert "<progress" not in (await browser.get(f"/embed/{site.code}")).text, "before the week's edition"
        await house.editions.tick()
        framed = (await browser.get(f"/embed/{site.code}")).text
        assert 'value="20" max="50"' in framed
        assert "20 allies in this area" in framed
        snippet = (await browser.get(f"/embed/{site.code}/snippet")).text
        assert f"/embed/{site.code}?lang=en" in snippet
        assert "&lt;iframe" in snippet
        others = [await browser.get(path) for path in (f"/s/{site.code}", f"/embed/{site.code}/snippet", "/")]
        assert all("frame-ancestors 'none'" in one.headers["content-security-policy"] for one in others)
        gone = await browser.get("/embed/NOSUCH22")
    assert (gone.status_code, "not in use any more" in gone.text) == (404, True)


async def test_R2_the_host_opens_and_closes_the_window_on_the_sites_page(pages: Pages) -> None:
    house, site = pages.house, await pages.house.site()
    host = await house.staff("hana1", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
    await host.command("dashboard")
    link = re.search(r"/enter/(\S+)", host.text + " ".join(c.url for m in host.screen for r in m.choices for c in r))
    assert link
    async with Page(pages.root) as page:
        await page.open(f"/enter/{link[1]}")
        await page.press(page.labels[0])
        assert "How many people do you expect?" in await page.open(f"/host/{site.id}/window")
        action, fields, _ = next(form for form in page._read.forms if "headcount" in form[1])
        for wrong in ({"minutes": "60", "headcount": "3"}, {"minutes": "61", "headcount": "30"}, {"headcount": "😀"}):
            answer = await page._client.post(action, data={"form_key": fields["form_key"], **wrong})
            assert (answer.status_code, "no number from 10 to 5000" in answer.text) == (400, True)
        assert "is open until" in await page._send(action, {**fields, "minutes": "60", "headcount": "300"})
        assert "How many people do you expect?" in await page.press("Close it now")
        assert (await page._client.get("/host/99/window")).status_code == 403
        assert (await page._client.post(action, data={"minutes": "60", "headcount": "300"})).status_code == 403


def found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match
    return match[1]
