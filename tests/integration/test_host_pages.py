"""The pages of a site's host: their own total, new codes, letters, the search for a school (F18)."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.action import Site
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.store import tables
from tests.support import FakeClock
from tests.support.engine import House, Phone
from tests.support.page import Page
from tests.support.site import Health, parts_of, served
from web.parts import WebParts


@pytest.fixture
def parts(house: House, tmp_path: Path) -> WebParts:
    return parts_of(house, tmp_path, Health())


@pytest.fixture
async def root(parts: WebParts) -> AsyncIterator[str]:
    async with served(parts) as root:
        yield root


async def signed_in(house: House, page: Page, site: Site) -> Phone:
    """As the host of this one."""
    phone = await house.staff("oak3", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
    await enter(page, phone)
    return phone


async def enter(page: Page, phone: Phone) -> None:
    said = await phone.command("dashboard")
    await page.open(re.findall(r"https://groundswell\.example(/enter/\S+)", said)[0])
    await page.press("Sign in")


async def test_P3_K3_a_host_sees_their_own_total_from_ten_up_once_a_week(
    house: House, root: str, clock: FakeClock
) -> None:
    site, other = await house.site(), await house.site(name="Oak Center")

    async def students(first: int, last: int) -> None:
        for number in range(first, last):
            await house.person(f"student {number}").start(f"s_{site.code}")
            await house.person(f"student {number}").press("a:13-15")

    async with Page(root) as page:
        phone = await signed_in(house, page, site)
        assert "Maple High" in page.text, "the one site of a host opens by itself"
        assert site.word_code in page.text
        shown = (await page._client.get(f"/host/{site.id}")).text
        leads = [
            f"/host/{site.id}/{name}" for name in ("window", "kiosk", "tally", "letter/it", "letter/parents", "code")
        ]
        for path in (*leads, f"/poster/{site.code}"):
            assert f'href="{path}"' in shown
            assert (await page._client.get(path)).status_code == 200
        assert "Hidden for now" in page.text
        await students(0, 12)
        assert "Hidden for now" in await page.open(f"/host/{site.id}"), "the week's edition stays"
        clock.advance(timedelta(days=7))
        await enter(page, phone)
        assert "At least 10 people" in page.text
        await students(12, 21)
        clock.advance(timedelta(days=7))
        assert "at least 10 people" in await phone.press("sh"), "nine more move nothing"
        await students(21, 23)
        clock.advance(timedelta(days=7))
        assert "at least 20 people" in await phone.press("sh")
        await enter(page, phone)
        assert "At least 20 people" in page.text, "chat and page show one edition"
        for path in (f"/host/{other.id}", f"/host/{other.id}/tally", "/host/999", f"/host/{other.id}/letter/it"):
            answer = await page._client.get(path)
            assert (answer.status_code, "another site" in answer.text) == (403, True)


async def test_F18_a_host_changes_the_code_and_brings_it_back_within_a_day(
    house: House, root: str, clock: FakeClock
) -> None:
    site = await house.site()
    async with Page(root) as page, httpx.AsyncClient(base_url=root) as student:
        await signed_in(house, page, site)
        assert "These stop working at once" in await page.open(f"/host/{site.id}/code")
        assert "Changed by mistake" not in page.text
        assert "Print the poster anew" in await page.press("Make a new code")
        assert site.word_code not in page.text
        assert (await student.get(f"/s/{site.code}")).status_code == 410
        await page.open(f"/host/{site.id}/code")
        assert "The old code works again" in await page.press("Bring the old code back")
        assert (await student.get(f"/s/{site.code}")).status_code == 200
        await page.open(f"/host/{site.id}/code")
        clock.advance(timedelta(hours=10))
        await page.press("Make a new code")
        await page.open(f"/host/{site.id}/code")
        form = page._read.forms[-1]
        answer = await page._client.post(f"/host/{site.id}/code", data={"form_key": "forged"})
        assert answer.status_code == 403
        async with house.store.write() as work:
            await work.sites._connection.execute(tables.source_codes.update().values(retired_at=None))
        assert "none to bring back" in await page._send(*form[:2])
    log = [(row.actor, row.action) for row in await house.rows(tables.audit_entries)]
    assert [action for actor, action in log if actor == "oak3"][-4:] == [
        "sign_in", "rotate_site", "undo_rotate_site", "rotate_site"
    ]  # fmt: skip


async def test_F18_letters_name_the_page_and_nobody_else(house: House, root: str) -> None:
    site = await house.site(name="<b>Maple</b> & Oak")
    async with Page(root) as page:
        await signed_in(house, page, site)
        letter = await page._client.get(f"/host/{site.id}/letter/it")
        assert f"https://groundswell.example/s/{site.code}" in letter.text
        assert "<b>Maple" not in letter.text
        assert "Telegram and Discord can stay blocked" in letter.text
        assert "call or text 988" in await page.open(f"/host/{site.id}/letter/parents")
        assert "Queridas familias" in await page.open(f"/host/{site.id}/letter/parents?lang=es")
        assert (await page._client.get(f"/host/{site.id}/letter/other")).status_code == 404
        hosts = set(re.findall(r"https?://([^/\"<,\s]+)", letter.text)) - {"groundswell.example", "www.w3.org"}
        assert not hosts


async def test_T10_a_student_finds_their_school_and_nobody_its_code(house: House, root: str) -> None:
    site = await house.site(name="P.S. 041 Greenwich Village")
    await house.site(name="P.S. 014 Fairview")
    async with Page(root) as page:
        await page.open("/sites")
        shown = await page._client.get("/sites", params={"q": "ps41 grenwich"})
        assert "P.S. 041 Greenwich Village" in shown.text
        assert "its code is on a poster there" in shown.text
        assert site.code not in shown.text
        assert site.word_code not in shown.text
        assert 'href="/chat"' in shown.text
        assert "Fairview" not in shown.text
        for odd in ("zzzz", "\0", "<script>", "😀" * 3000, "x" * 10_000):
            answer = await page._client.get("/sites", params={"q": odd})
            assert answer.status_code == 200
            assert "<script>" not in answer.text
        assert "no place like that" in await page.open("/sites?q=zzzz")
        assert "Busca tu escuela" in await page.open("/sites?lang=es")
