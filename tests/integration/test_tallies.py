"""Pledges on paper: looked at, added once, taken back, and never summed with people (6.7)."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analytics import frames, measures, metrics
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.errors import Conflict, GroundswellError, InvalidInput, NotFound
from campaign_engine.domain.schedule import to_wall
from campaign_engine.services.hosting import Hosting
from campaign_engine.site_desk import open_site_desk
from campaign_engine.store import tables
from tests.support.books import everything, opened, read, recomputed
from tests.support.cli import Cli
from tests.support.engine import House
from tests.support.page import Page
from tests.support.planned import House as PlannedHouse
from tests.support.site import Health, parts_of, served

SHEET = "date,pledge,count\n11/23/2026,A,30\n2026-11-24,B,12\n"


@pytest.fixture
def hosting(house: House) -> Hosting:
    return open_site_desk(house.store, house.clock).hosting


async def test_paper_is_counted_once_apart_from_people_and_can_be_taken_back(
    house: House, hosting: Hosting, database_url: str
) -> None:
    plans = PlannedHouse(house.store, house.clock)
    plan = await plans.plan()
    await plans.set_campaign(plan, CampaignStatus.RUNNING)
    campaign_id = plan.campaign_id
    site = await house.site()
    ally = house.person("ally")
    await ally.start(f"s_{site.code}")
    await ally.tap("13 to 15", "Look out")
    sheet = await hosting.read_file(site.id, SHEET.encode())
    assert (sheet.total, sheet.problems) == (42, ())
    assert await hosting.apply(site.id, "oak3", SHEET) == 42
    rows = frames.read(database_url, campaign_id, house.clock())
    assert metrics.pledges_without_person(rows) == 12, "those of the day before it was launched count to the site only"
    assert len(metrics.pledged(rows)) == 1, "paper is nobody, and nobody is summed with it"
    with opened(database_url, campaign_id) as books:
        [(cell, count)] = measures.pledges_without_person(read(books)).items()
        assert (count, cell.site, cell.precinct, cell.channel) == (12, site.id, 75, "paper")
        assert read(books).total("pledged") == read(books).total("reached") == 1
        kept = everything(books)
        assert recomputed(books) == kept
    paper = [row for row in await house.rows(tables.pledges) if row.contact_id is None]
    assert {(row.channel, row.site_id, row.precinct, row.if_then) for row in paper} == {("paper", site.id, 75, None)}
    again = await hosting.read_file(site.id, SHEET.encode())
    assert [one.reason for one in again.problems] == ["known", "known"]
    with pytest.raises(InvalidInput):
        await hosting.apply(site.id, "oak3", SHEET)
    assert (await hosting.view(site.id)).paper == 42
    assert (await hosting.view(site.id)).total is None, "paper moves no total"
    [batch] = await hosting.batches(site.id)
    assert (batch.first, batch.last, batch.count) == (date(2026, 11, 23), date(2026, 11, 24), 42)
    other = await house.site(name="Oak")
    with pytest.raises(NotFound):
        await hosting.undo(other.id, "oak3", batch.batch)
    assert await hosting.undo(site.id, "oak3", batch.batch) == 42
    with pytest.raises(NotFound):
        await hosting.undo(site.id, "oak3", batch.batch)
    assert metrics.pledges_without_person(frames.read(database_url, campaign_id, house.clock())) == 0
    with opened(database_url, campaign_id) as books:
        assert read(books).total("pledges_without_person") == 0
    assert await hosting.apply(site.id, "oak3", SHEET) == 42
    logged = [row.action for row in await house.rows(tables.audit_entries) if "tally" in row.action]
    assert logged == ["tally", "undo_tally", "tally"]


async def test_two_who_add_the_same_day_at_once_add_it_once(house: House, hosting: Hosting) -> None:
    site = await house.site()
    done = await asyncio.gather(*(hosting.apply(site.id, "oak3", SHEET) for _ in range(4)), return_exceptions=True)
    assert [one for one in done if one == 42] == [42]
    assert all(isinstance(one, int | Conflict | InvalidInput) for one in done)
    assert len(await house.rows(tables.pledges)) == 42
    assert sum(row.count for row in await house.rows(tables.tallies)) == 42
    with pytest.raises(GroundswellError):
        await hosting.apply(99, "oak3", SHEET)


@pytest.fixture
async def root(house: House, tmp_path: Path) -> AsyncIterator[str]:
    async with served(parts_of(house, tmp_path, Health())) as root:
        yield root


async def test_a_host_adds_a_day_and_a_file_looks_first_and_takes_it_back(house: House, root: str) -> None:
    site = await house.site()
    phone = await house.staff("oak3", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
    async with Page(root) as page:
        await page.open(re.findall(r"https://groundswell\.example(/enter/\S+)", await phone.command("dashboard"))[0])
        await page.press("Sign in")
        at = f"/host/{site.id}/tally"
        await page.open(at)
        key = page._read.forms[0][1]["form_key"]
        typed = {"form_key": key, "date": "2026-11-24", "A": "30", "B": " 12 ", "C": ""}
        assert "42 pledges in 2 rows" in await page._send(f"{at}/day", typed)
        assert not await house.rows(tables.tallies), "a look adds nothing"
        form = page._read.forms[0]
        assert "42 pledges on paper were added" in await page.press("Add 42 pledges")
        twice = await page._client.post(form[0], data=form[1])
        assert (twice.status_code, "were added before: 30" in twice.text) == (422, True)
        broken = {"file": ("tally.csv", b"date,pledge,count\n2026-11-30,A,=1\n2026-11-24,Z,3\n", "text/csv")}
        refused = await page._client.post(f"{at}/file", data={"form_key": key}, files=broken)
        assert refused.status_code == 422
        assert "This is a formula" in refused.text
        for content, says in ((b"", "No file was chosen"), (b"x" * 300_000, "too large"), (b"PK\x03", "no CSV file")):
            answer = await page._client.post(f"{at}/file", data={"form_key": key}, files={"file": ("a.csv", content)})
            assert (answer.status_code, says in answer.text) == (422, True), says
        forged = await page._client.post(f"{at}/file", data={"form_key": "x"}, files=broken)
        assert forged.status_code == 403
        good = {"file": ("tally.csv", b"\xef\xbb\xbfdate;pledge;count\r\n11/23/2026;C;5\r\n", "text/csv")}
        page._take(await page._client.post(f"{at}/file", data={"form_key": key}, files=good))
        await page.press("Add 5 pledges")
        assert "5 pledges, November 23" in page.text
        assert "5 pledges on paper were taken back" in await page.press("Take back")
        assert "On paper, counted by you: 42" in await page.open(f"/host/{site.id}")
        assert "Agregar un conteo" in await page.open(f"/host/{site.id}?lang=es")
    assert {row.pledge for row in await house.rows(tables.tallies)} == {PledgeCode.LOOK_OUT, PledgeCode.LEARN}


def test_the_command_adds_all_of_a_file_or_nothing(cli: Cli, tmp_path: Path) -> None:
    cli.run("site", "add", "Maple High", "--precinct", "75")
    today = to_wall(datetime.now(UTC)).date().isoformat()
    file = tmp_path / "tally.csv"
    file.write_text(f"date,pledge,count\n{today},A,3\n{today},Q,3\n", encoding="utf-8")
    said = cli.run("site", "tally", "1", str(file), "--yes", code=1)
    assert 'Row 3, column pledge: "Q" is no pledge' in said
    assert "Nothing was added" in said
    file.write_text(f"date,pledge,count\n{today},A,3\n", encoding="utf-8")
    assert "Added: 3" in cli.run("site", "tally", "1", str(file), "--yes")
    assert "added before: 3" in cli.run("site", "tally", "1", str(file), "--yes", code=1)
    listed = cli.run("site", "tally", "1")
    name = re.findall(r"\b[0-9a-f]{12}\b", listed)[0]
    assert "Taken back: 3" in cli.run("site", "tally", "1", "--undo", name)
    assert "cannot be opened" in cli.run("site", "tally", "1", str(tmp_path / "none.csv"), code=1)
