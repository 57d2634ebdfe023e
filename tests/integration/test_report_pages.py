"""Report pages over HTTP: who may open which view, addresses that stay, and files."""

import csv
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.conftest import keep_drawings
from tests.integration.test_analytics_report import filled
from tests.support import FakeClock
from tests.support.counted import NOW, CountedCampaign
from tests.support.engine import House, Phone
from tests.support.site import Health, parts_of, served


@dataclass
class Reading:
    """A campaign with two editions, and the pages over it."""

    root: str
    house: House
    drive: CountedCampaign

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.root, follow_redirects=True, timeout=60)

    async def sign_in(self, browser: httpx.AsyncClient, phone: Phone) -> None:
        said = await phone.command("dashboard")
        (path,) = re.findall(r"https://groundswell\.example(/enter/\S+)", said)
        await browser.post(path)


@pytest.fixture
async def reading(store: SqlStore, database_url: str, tmp_path: Path, drawings: Path) -> AsyncIterator[Reading]:
    clock = FakeClock(NOW + timedelta(days=8))
    house = House(store, clock)
    await house.furnish()
    await house.site(75, "Maple High")
    drive = filled(database_url)
    drive.joined_and_pledged(120, 7, 7)
    drive.joined_and_pledged(44, 8, 8)
    drive.freeze()
    drive.joined_and_pledged(73, 30, 30)
    drive.freeze(NOW + timedelta(days=7))
    async with served(parts_of(house, keep_drawings(tmp_path / "reports", drawings), Health())) as root:
        yield Reading(root, house, drive)
    drive.engine.dispose()


async def test_F24_editions_have_addresses_that_stay(reading: Reading) -> None:
    here = f"/reports/{reading.drive.id}"
    async with reading.browser() as browser:
        listed = (await browser.get("/reports")).text
        await browser.get(f"{here}/2/public/report.pdf")  # waits for the charts
        assert f'href="{here}"' in listed
        newest = await browser.get(here)
        first = await browser.get(f"{here}/1/public")
        spanish = await browser.get(f"{here}/1/public?lang=es")
        assert newest.url.path == f"{here}/latest/public"
        assert "Edition 2, Sunday" in newest.text
        assert "Edition 1, Sunday" in first.text
        assert f'href="{here}/latest/public">Newest edition' in first.text
        assert 'lang="es"' in spanish.text
        assert "Edición 1" in spanish.text
        assert 'role="note" lang=' not in spanish.text + newest.text
        polish = (await browser.get(f"{here}/1/public?lang=pl")).text
        assert '<html lang="en"' in polish
        assert '<p class="notice note" role="note" lang="pl" dir="ltr">To jest po angielsku' in polish
        await browser.get(f"{here}/1/public?lang=en")
        assert ">80<" in first.text.split('id="rooms"', 1)[1], "rooms are frozen with an edition"
        for wrong in (
            "9/public",
            "latest/everybody",
            "0/public",
            "x/public",
            "1/public/secret.txt",
            "1/public/precinct/1",
        ):
            assert (await browser.get(f"{here}/{wrong}")).status_code == 404, wrong
        assert (await browser.get("/reports/99/latest/public")).status_code == 404
    assert "style-src 'self' 'unsafe-inline'" in newest.headers["content-security-policy"]
    assert "script-src" not in newest.headers["content-security-policy"]
    assert '<a class="help" href="/help">' in newest.text
    assert newest.text.count('class="chart"') == 6, "charts were drawn by their own process"


async def test_F25_files_and_precincts_of_an_edition(reading: Reading) -> None:
    here = f"/reports/{reading.drive.id}/1/public"
    async with reading.browser() as browser:
        page = (await browser.get(here)).text
        links = {path for path in re.findall(r'href="([^"#]*)"', page) if path.startswith(here + "/")}
        assert {f"{here}/report.{kind}" for kind in ("csv", "json", "pdf")} <= links
        assert f"{here}/precinct/75" in links
        for path in sorted(links):
            found = await browser.get(path)
            assert found.status_code == 200, path
        table = await browser.get(f"{here}/report.csv")
        pdf = await browser.get(f"{here}/report.pdf")
        precinct = await browser.get(f"{here}/precinct/75")
        spanish = (await browser.get(f"{here}/report_dictionary.csv?lang=es")).text
        of_precinct = {kind: await browser.get(f"{here}/precinct/75/report.{kind}") for kind in ("csv", "json", "pdf")}
        assert (await browser.get(f"{here}/precinct/1/report.csv")).status_code == 404
    assert all(f'href="{found.url.path}"' in precinct.text for found in of_precinct.values())
    assert of_precinct["pdf"].content.startswith(b"%PDF")
    name = of_precinct["csv"].headers["content-disposition"]
    assert f'filename="groundswell-{reading.drive.id}-1-public-precinct-75-report.csv"' in name
    assert f'filename="groundswell-{reading.drive.id}-1-public-report.csv"' in table.headers["content-disposition"]
    assert {row["edition"] for row in csv.DictReader(table.text.splitlines())} == {"1"}
    assert pdf.content.startswith(b"%PDF")
    assert "Precinct 75, East New York" in precinct.text
    assert "Personas distintas" in spanish
    assert all('<a href="/precincts">Why these areas</a>' in one for one in (page, precinct.text))


async def test_R1_K1_only_readers_of_reports_see_organizers_figures(reading: Reading) -> None:
    path, house = f"/reports/{reading.drive.id}/1/organizer", reading.house
    for suffix in ("", "/report.csv", "/report.json", "/report.pdf", "/precinct/44"):
        async with reading.browser() as browser:
            assert (await browser.get(path + suffix)).status_code == 401, suffix
    async with reading.browser() as browser:
        await reading.sign_in(browser, await house.staff("oak3", Role.AUDITOR))
        refused = await browser.get(path)
        assert refused.status_code == 403
        assert "These figures are for organizers" in refused.text
    async with reading.browser() as browser:
        await reading.sign_in(browser, await house.staff("fern7", Role.ANALYST))
        seen = (await browser.get(path)).text
        public = (await browser.get(path.replace("organizer", "public"))).text
        home = (await browser.get("/staff")).text
    assert f'href="/reports/{reading.drive.id}/latest/organizer"' in home
    assert "for organizers" in seen
    assert 'precinct/44">' in seen
    assert seen.count(">hidden<") < public.count(">hidden<"), "five open more than ten"


async def test_P3_a_host_sees_the_page_of_their_own_site_only(reading: Reading) -> None:
    house, drive = reading.house, reading.drive
    path = f"/reports/{drive.id}/1/site"
    async with reading.browser() as browser:
        assert (await browser.get(f"{path}/1")).status_code == 401
        await reading.sign_in(browser, await house.staff("elm2", Role.SITE_HOST, Scope(ScopeKind.SITE, "1")))
        own = await browser.get(f"{path}/1")
        assert own.status_code == 200
        assert "Your site beside its area" in own.text
        assert "Who left is counted by area, never by site." in own.text
        assert "The whole campaign. Through November 27, 2026: 1 post has gone out." in own.text
        assert f'href="/reports/{drive.id}/2/site/1"' in own.text
        assert f'href="/reports/{drive.id}/1/site/1" aria-current="page"' in own.text
        table = await browser.get(f"{path}/1/report.csv")
        assert table.headers["content-disposition"].endswith('-1-site-1-report.csv"')
        assert {row["level"] for row in csv.DictReader(table.text.splitlines())} == {"city", "precinct", "site"}
        for suffix in ("", "/report.csv", "/report.json", "/report.pdf"):
            assert (await browser.get(f"{path}/2{suffix}")).status_code == 403
        assert f'href="/reports/{drive.id}/latest/site/1"' in (await browser.get("/host/1")).text
        assert (await browser.get(f"/reports/{drive.id}/1/organizer")).status_code == 403


async def test_a_page_without_its_drawings_says_so_and_keeps_its_tables(reading: Reading, tmp_path: Path) -> None:
    (tmp_path / "reports" / "drawn").unlink()
    (tmp_path / "reports" / "drawn").write_text("a file, not a folder")
    async with reading.browser() as browser:
        page = await browser.get(f"/reports/{reading.drive.id}/1/public")
    assert page.status_code == 200
    assert "The drawings of this page are not there yet." in page.text
    assert 'role="img"' not in page.text
    assert page.text.count("<table") > 8
