"""The team signs in to its pages by a one-time link from the chat (safety R2)."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.staff_session import LINK_LIFE, SESSION_LIFE
from campaign_engine.store import tables
from tests.support import FakeClock
from tests.support.engine import House, Phone
from tests.support.page import Page
from tests.support.site import Health, parts_of, served


@pytest.fixture
async def root(house: House, tmp_path: Path) -> AsyncIterator[str]:
    async with served(parts_of(house, tmp_path, Health())) as root:
        yield root


async def host(house: House) -> Phone:
    site = await house.site()
    return await house.staff("oak3", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))


async def link(phone: Phone) -> str:
    """The path of a new one, asked for by the command."""
    said = await phone.command("dashboard")
    found = re.search(r"https://groundswell\.example(/enter/\S+)", said)
    assert found
    return found[1]


async def actions(house: House) -> list[str]:
    return [row.action for row in await house.rows(tables.audit_entries)]


async def test_R2_a_link_is_spent_by_its_button_only_and_opens_a_session(house: House, root: str) -> None:
    phone = await host(house)
    path = await link(phone)
    async with httpx.AsyncClient(base_url=root, cookies={"groundswell_staff": "planted"}) as browser:
        for _ in range(3):
            looked = await browser.get(path)
            assert "set-cookie" not in looked.headers, "a preview signs nobody in"
            assert "One tap and you are in" in looked.text
        entered = await browser.post(path)
        cookie = entered.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
        assert "planted" not in cookie, "no fixation: the session has a name of its own"
        session = re.findall("groundswell_staff=([^;]+)", cookie)[0]
        mine = {"groundswell_staff": session}
        async with httpx.AsyncClient(base_url=root, cookies=mine, follow_redirects=True) as signed_in:
            assert "Signed in as oak3" in (await signed_in.get("/staff")).text
        again = await browser.post(path)
        assert (again.status_code, "was used already" in again.text) == (410, True)
    stored = f"{await house.rows(tables.staff_links)}{await house.rows(tables.staff_sessions)}"
    assert session not in stored
    assert path.rpartition("/")[2] not in stored, "only hashes are kept"
    assert (await actions(house))[-2:] == ["sign_in_link", "sign_in"]


async def test_R2_two_who_press_at_once_open_one_session(house: House) -> None:
    token = (await link(await host(house))).rpartition("/")[2]
    done = await asyncio.gather(*(house.staff_sessions.enter(token) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["NotAllowed"] * 4 + ["str"]
    assert len(await house.rows(tables.staff_sessions)) == 1


async def test_R2_old_edited_and_replaced_links_say_what_to_do(house: House, root: str, clock: FakeClock) -> None:
    phone = await host(house)
    first = await link(phone)
    second = await link(phone)
    async with httpx.AsyncClient(base_url=root) as browser:
        for edited in (second[:-1] + "_", second[:-5], second + "x", "/enter/é", "/enter/" + "x" * 90):
            answer = await browser.get(edited)
            assert (answer.status_code, "not complete" in answer.text) == (404, True)
        assert "too old" in (await browser.get(first)).text, "a newer link takes its place"
        clock.advance(LINK_LIFE)
        for answer in (await browser.get(second), await browser.post(second)):
            assert (answer.status_code, "send /dashboard" in answer.text) == (410, True)
        assert "set-cookie" not in answer.headers
        spanish = await browser.get(second, headers={"accept-language": "es"})
        assert "ya venció" in spanish.text


async def test_R2_a_session_ends_after_its_hours_by_signing_out_and_with_the_last_role(
    house: House, root: str, clock: FakeClock
) -> None:
    phone = await host(house)
    async with Page(root) as page, Page(root) as other:
        for one in (page, other):
            await one.open(await link(phone))
            assert "oak3" in await one.press("Sign in")
        assert "You are signed out" in await page.press("Sign out")
        refused = await page._client.get("/staff")
        assert (refused.status_code, "Please sign in first" in refused.text) == (401, True)
        assert "Open this page again" in refused.text
        assert "oak3" in await other.open("/staff"), "the other browser stays"
        clock.advance(SESSION_LIFE)
        assert (await other._client.get("/staff")).status_code == 401
        await house.retention.run(house.clock())
        assert not await house.rows(tables.staff_sessions)
        assert not await house.rows(tables.staff_links)
        await other.open(await link(phone))
        await other.press("Sign in")
        async with house.store.write() as work:
            await house.staffing.revoke(work, "oak3", Role.SITE_HOST)
        assert (await other._client.get("/staff")).status_code == 401


async def test_R2_a_form_needs_the_key_of_its_session_and_a_browser_that_keeps_cookies(house: House, root: str) -> None:
    phone = await host(house)
    async with Page(root) as page:
        await page.open(await link(phone))
        await page.press("Sign in")
        for key in ("", "x" * 64, "é"):
            answer = await page._client.post("/staff/out", data={"form_key": key})
            assert (answer.status_code, "earlier sign-in" in answer.text) == (403, True)
        planted = await page._client.post("/staff/out", headers={"sec-fetch-site": "cross-site"})
        assert planted.status_code == 403
        assert "oak3" in await page.open("/staff")
    async with httpx.AsyncClient(base_url=root) as browser:
        path = await link(phone)
        headed = (await browser.post(path)).headers["location"]
        browser.cookies.clear()
        assert "Allow cookies" in (await browser.get(headed)).text


async def test_R2_only_the_team_gets_a_link_and_the_operator_can_make_one(house: House, root: str) -> None:
    ally, phone = house.person("ally"), await host(house)
    await ally.join()
    assert "/enter/" not in await ally.command("dashboard")
    assert "/enter/" not in await ally.press("db")
    assert "/enter/" in await phone.press("db")
    async with house.store.write() as work:
        url = await house.staff_sessions.link_for(work, " OAK3 ")
        with pytest.raises(NotFound):
            await house.staff_sessions.link_for(work, "nobody")
    assert (await house.rows(tables.audit_entries))[-1].actor == "operator"
    async with Page(root) as page:
        await page.open(url.removeprefix("https://groundswell.example"))
        assert "oak3" in await page.press("Sign in")
        assert "/enter/" not in page.text
    assert "Signed in to the pages until Nov 25" in await phone.command("export"), "safety C8"
    await phone.command("delete")
    await phone.tap("Yes")
    assert not [row for table in (tables.staff_links, tables.staff_sessions) for row in await house.rows(table)]
    assert timedelta(days=1) > LINK_LIFE, "safety A4"
