"""The pages on a socket, over both databases, with a browser that knows forms and cookies only."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.action import SiteKind
from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import Choice, Destination, Message
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House
from tests.support.page import Page
from tests.support.site import Health, parts_of, served
from web.parts import WebParts


@dataclass
class Pages:
    """What a test holds: the house behind the pages, and their address."""

    root: str
    house: House
    parts: WebParts
    health: Health

    def browser(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.root, headers=headers)


@pytest.fixture
async def pages(store: SqlStore, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Pages]:
    house = House(store, clock)
    await house.furnish()
    health = Health()
    parts = parts_of(house, tmp_path, health)
    async with served(parts) as root:
        yield Pages(root, house, parts, health)


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_a_student_joins_by_the_link_of_a_site(pages: Pages) -> None:
    site = await pages.house.site(75, "Maple High")
    async with Page(pages.root) as page:
        assert "Maple High" in await page.open(f"/s/{site.code}")
        for label in ("13 to 15", "Look out", "I feel unsafe", "No thanks"):
            await page.press(label)
        assert "You're in" in page.text
    [contact] = await pages.house.rows(tables.contacts)
    assert (contact.site_id, contact.precinct, contact.age_band) == (site.id, 75, "13-15")
    assert len(await pages.house.rows(tables.pledges)) == 1


async def test_a_word_code_said_aloud_leads_to_its_site(pages: Pages) -> None:
    site = await pages.house.site()
    spoken = f"{site.word_code[:-2].lower()} {site.word_code[-2:]}"
    async with pages.browser() as browser:
        typed = await browser.get("/s", params={"code": spoken}, follow_redirects=True)
        assert site.name in typed.text
        assert (await browser.get("/s", params={"code": " "})).headers["location"] == "/"


async def test_an_unknown_code_says_what_to_do(pages: Pages) -> None:
    async with pages.browser() as browser:
        answer = await browser.get("/s/NOSUCH22")
        invite = await browser.get("/i/NOSUCH")
    assert (answer.status_code, invite.status_code) == (404, 404)
    assert "Look at the poster again" in answer.text
    assert "An invite link works once, and for 28 days. You can join without it." in invite.text
    assert "poster" not in invite.text.split("</main>")[0].split("<main")[1]


async def test_the_same_form_twice_has_no_effect_and_another_answer_from_an_old_page_has(pages: Pages) -> None:
    async with pages.browser() as browser:
        key = key_in((await browser.get("/chat")).text)
        for _ in range(2):
            answer = await browser.post("/chat", data={"key": key, "data": "a:13-15"})
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/chat/")
        assert len(await pages.house.rows(tables.contacts)) == 1
        assert len(await pages.house.rows(tables.seen_updates)) == 1
        await browser.post("/chat", data={"key": key, "data": "a:16-17"})
    assert (await pages.house.rows(tables.contacts))[0].age_band == "16-17"


async def test_reloading_after_an_answer_shows_the_open_question(pages: Pages) -> None:
    async with Page(pages.root) as page:
        await page.open("/chat")
        assert "Type your ZIP code" in await page.press("13 to 15")
        assert "Type your ZIP code" in await page.open(page.path)
        assert "Get somewhere safer" in await page.type("someone has a gun")
        reloaded = await page.open(page.path)
        assert "Get somewhere safer" not in reloaded
        assert "Type your ZIP code" in reloaded


async def test_without_cookies_an_answer_is_still_shown(pages: Pages) -> None:
    async with pages.browser() as browser:
        answer = await browser.post("/chat", data={"key": "k", "text": "I want to die"})
    assert answer.status_code == 200
    assert "call or text 988" in answer.text


async def test_posts_wait_in_the_chat_and_are_pledged_from_there(pages: Pages) -> None:
    async with Page(pages.root) as page, pages.browser() as other:
        page._client.cookies.set("groundswell_chat", address := "ana-s-own-phone", domain="127.0.0.1")
        post = Message(
            "Your block <needs> you: https://groundswell.example/p/1.", choices=((Choice("I pledge", "m"),),)
        )
        async with pages.house.store.write() as work:
            for number in range(3):
                await work.inbox.put(Destination("web", address), f"delivery-{number}", post, pages.house.clock())
        shown = (await page._client.get("/chat")).text
        assert shown.count("Your block &lt;needs&gt; you") == 3
        assert 'href="https://groundswell.example/p/1" rel="noreferrer"' in shown
        assert "Tuesday, November 24, 4:00 PM" in shown
        await page.open("/chat")
        assert "I pledge" in page.labels
        assert "I pledge" not in (await other.get("/chat")).text


async def test_the_language_switch_keeps_page_and_chat(pages: Pages) -> None:
    site = await pages.house.site()
    async with Page(pages.root) as page:
        assert "Sé un aliado" in await page.open(f"/s/{site.code}?lang=es")
        assert "Privacidad" in await page.open("/privacy"), "the choice holds on other pages"
        assert "¿Cuántos años tienes?" in await page.open(f"/s/{site.code}")
        await page.press("13 a 15")
        assert "Pick one pledge" in await page.press("English")
        assert "Get help" in page.text, "the page speaks the language of the chat"
    async with pages.browser(**{"accept-language": "es-MX,en;q=0.5"}) as browser:
        assert '<html lang="es">' in (await browser.get("/")).text
        assert '<html lang="es">' in (await browser.get("/?lang=xx")).text


async def test_an_organizer_takes_a_role_by_a_link_once(pages: Pages) -> None:

    code = await pages.house.invite(Role.ORGANIZER)
    async with Page(pages.root) as page, pages.browser() as browser:
        await page.open(f"/join/r_{code}")
        await page.press("Start")
        await page.type("river7")
        assert "New campaign" in await page.type("menu")
        assert (await browser.get("/join/s_whatever")).status_code == 404


async def test_quick_exit_ends_the_chat_of_a_tab_and_closes_the_door_of_an_own_device(pages: Pages) -> None:
    async with pages.browser() as browser:
        key = key_in((await browser.get("/chat")).text)
        begun = await browser.post("/chat", data={"key": key, "data": "a:13-15"})
        left = await browser.get("/leave")
        assert left.status_code == 303
        assert left.headers["location"].startswith("https://www.weather.gov/")
        after = await browser.get(begun.headers["location"])
        assert (after.status_code, "This chat is over." in after.text) == (410, True)
        browser.cookies.set("groundswell_chat", "ana-s-own-phone", domain="127.0.0.1")
        assert "How old are you?" in (await browser.get("/chat")).text
        await browser.get("/leave")
        veiled = (await browser.get("/chat")).text
        assert "How old are you?" not in veiled
        assert "Go on with your chat?" in veiled
        assert "How old are you?" in (await browser.post("/chat/again", follow_redirects=True)).text
        await browser.post("/chat/forget")
        assert "groundswell_chat" not in browser.cookies


async def test_no_copy_of_a_forgotten_devices_cookie_opens_anything(pages: Pages) -> None:
    async with pages.browser() as device, pages.browser() as thief:
        for browser in (device, thief):
            browser.cookies.set("groundswell_chat", "ana-s-own-phone", domain="127.0.0.1")
        for number, data in enumerate(("a:13-15", "pl:A")):
            await device.post("/chat", data={"key": f"k{number}", "data": data})
        async with pages.house.store.write() as work:
            post = Destination("web", "ana-s-own-phone")
            await work.inbox.put(post, "for Ana", Message("for Ana"), pages.house.clock())
        assert "for Ana" in (await thief.get("/chat")).text, "as long as the device is Ana's"
        await device.post("/chat/forget")
        stolen = await thief.get("/chat")
        assert "How old are you?" in stolen.text
        assert "for Ana" not in stolen.text
        exported = await thief.post("/chat", data={"key": "k", "text": "/export"}, follow_redirects=True)
        assert "13-15" not in exported.text
        assert "13 to 15 years" not in exported.text
    assert len(await pages.house.rows(tables.contacts)) == 1, "she counts as before"


async def test_the_cookie_ends_with_the_session_and_is_closed_to_scripts_and_other_sites(pages: Pages) -> None:
    async def begun(root: str) -> str:
        async with httpx.AsyncClient(base_url=root) as browser:
            await browser.get("/chat")
            return (await browser.post("/chat", data={"key": "k", "data": "a:13-15"})).headers["set-cookie"]

    plain = await begun(pages.root)
    assert "HttpOnly" in plain
    assert "SameSite=lax" in plain
    assert "Max-Age" not in plain
    assert "expires" not in plain.lower()
    assert "Secure" not in plain
    async with served(replace(pages.parts, secure=True)) as root:
        assert "Secure" in await begun(root)


async def test_A4_where_pages_are_reached_by_https_a_browser_asks_by_nothing_else(pages: Pages) -> None:
    async with pages.browser() as browser:
        assert "strict-transport-security" not in (await browser.get("/help")).headers
    async with served(replace(pages.parts, secure=True)) as root, httpx.AsyncClient(base_url=root) as browser:
        for path in ("/help", "/nowhere", "/static/style.css"):
            assert (await browser.get(path)).headers.get_list("strict-transport-security") == ["max-age=31536000"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "null"}, 200),
    ],
)
async def test_forms_of_other_sites_are_refused(pages: Pages, headers: dict[str, str], status: int) -> None:
    async with pages.browser(**headers) as browser:
        answer = await browser.post("/chat", data={"key": "k", "data": "a:13-15"})
    assert answer.status_code == status
    assert len(await pages.house.rows(tables.contacts)) == (status == 200)


@pytest.mark.parametrize(
    "path", ["/", "/chat", "/help", "/privacy", "/reports", "/nowhere", "/health", "/static/style.css"]
)
async def test_A4_every_answer_keeps_to_itself(pages: Pages, path: str) -> None:
    async with pages.browser() as browser:
        answer = await browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers
    assert len(answer.content) < 100_000
    assert not re.findall(r'(?:src|action)="(?:https?:)?//', answer.text)
    assert ("no-store" in answer.headers["cache-control"]) != path.startswith("/static")


async def test_what_cannot_be_read_gets_a_page_that_says_so(pages: Pages) -> None:
    async with pages.browser() as browser:
        no_key = await browser.post("/chat", data={"data": "m"})
        too_long = await browser.post("/chat", data={"key": "k", "text": "x" * 5000})
        zero = await browser.post("/chat", data={"key": "k", "text": "a\0b"})
        missing = [await browser.get(path) for path in ("/p/x", "/p/99999999999999999999", "/reports/1/secret.txt")]
        wrong_verb = await browser.put("/chat")
    assert [no_key.status_code, too_long.status_code, wrong_verb.status_code] == [400, 400, 405]
    assert "We could not read that." in no_key.text
    assert zero.status_code == 200
    assert [one.status_code for one in missing] == [404, 404, 404]
    assert all("This page is not here." in one.text for one in missing)


async def test_no_form_is_read_that_is_longer_than_ours(pages: Pages) -> None:
    async def untold() -> AsyncIterator[bytes]:
        yield b"key=k&data=a:13-15"

    form = {"content-type": "application/x-www-form-urlencoded"}
    async with pages.browser() as browser:
        long = await browser.post("/chat", data={"key": "k", "text": "x" * 500_000})
        endless = await browser.post("/chat", content=untold(), headers=form)
        sheet = await browser.post("/host/1/tally/apply", data={"rows": "\U0001f60a" * 90_000, "form_key": "k"})
    assert (long.status_code, endless.status_code, sheet.status_code) == (413, 413, 413)
    assert "We could not read that." in long.text
    assert await pages.house.rows(tables.contacts) == []


async def test_A2_a_bug_shows_and_logs_nothing_of_what_was_said(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        handle = ask_again = None

    parts = replace(pages.parts, conversation=Broken())  # type: ignore[arg-type]
    async with served(parts) as root, httpx.AsyncClient(base_url=root) as browser:
        answer = await browser.post("/chat", data={"key": "k", "text": "my secret"})
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "a page failed: TypeError in " in caplog.text
    assert "secret" not in caplog.text + answer.text


async def test_health_is_unwell_when_a_part_is(pages: Pages) -> None:
    async with pages.browser() as browser:
        well = await browser.get("/health")
        pages.health.states["telegram"] = "misconfigured"
        unwell = await browser.get("/health")
    assert (well.status_code, well.json()["ok"]) == (200, True)
    assert (unwell.status_code, unwell.json()["parts"]["telegram"]) == (503, "misconfigured")


async def test_there_is_no_report_before_a_campaign_was_approved(pages: Pages) -> None:
    async with pages.browser() as browser:
        assert "No campaign has been approved yet." in (await browser.get("/reports")).text
        assert (await browser.get("/reports/8/latest/public")).status_code == 404


@pytest.mark.parametrize("name", ["Maple <b>High</b>"])
async def test_names_are_escaped(pages: Pages, name: str) -> None:
    async with pages.house.store.write() as work:
        site = await pages.house.sites.add(work, "operator", name, SiteKind.SCHOOL, 75)
    async with pages.browser() as browser:
        assert "Maple &lt;b&gt;High" in (await browser.get(f"/s/{site.code}")).text


async def test_a_link_from_a_post_opens_the_pledge(pages: Pages) -> None:
    async with Page(pages.root) as page:
        assert "Make a pledge" in await page.open("/p/1")
        assert "How old are you?" in await page.press("Start")


@pytest.mark.parametrize(("language", "heading"), [("en", "Is it really us?"), ("es", "¿De verdad somos nosotros?")])
async def test_the_verify_page_says_its_heading_once(pages: Pages, language: str, heading: str) -> None:
    async with pages.browser() as browser:
        _, _, shown = (await browser.get(f"/verify?lang={language}")).text.partition("<main")
    assert shown.count(heading) == 1
    assert "https://groundswell.example" in shown
