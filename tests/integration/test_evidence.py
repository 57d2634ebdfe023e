"""Why these precincts: figures against known facts, the page, the files and the command."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from analytics.desk import ReportDesk
from analytics.evidence import evidence
from analytics.evidence_desk import EvidenceDesk
from analytics.evidence_page import COLUMNS, maps, page, table
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.services.evidence import EvidenceSource, shipped
from campaign_engine.services.targeting import Targeting
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.test_cli_data import HEADINGS, TOP_30
from tests.integration.test_targeting_store import edition, outlines
from tests.support import FakeClock
from tests.support.browser import DESKTOP, NARROW, PHONE, chromium, needs_chromium, visit
from tests.support.cli import Cli
from tests.support.engine import House
from tests.support.site import Health, evidence_here, parts_of, served


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The queries are those of test_targeting_store; the pages know no database."""
    return sqlite_url


def test_F2_the_shipped_figures_and_what_other_rules_would_give() -> None:
    made = evidence(shipped(NewYorkData()).as_json())
    areas = {area["precinct"]: area for area in made["areas"]}
    assert {number for number, area in areas.items() if area["chosen"]} == TOP_30
    assert list(areas) == sorted(areas), "in order of number, never of shootings"
    assert abs(sum(area["p_top"] for area in areas.values()) - 30) < 0.1
    assert {number for number, area in areas.items() if area["toss_up"]} == {60, 70, 116}
    for area in areas.values():
        assert area["per_year_low"] < area["per_year"] + 0.6
        assert area["per_year"] < area["per_year_high"]
        assert area["place_low"] <= area["place"] <= area["place_high"]
    assert (areas[75]["place"], areas[75]["place_low"]) == (1, 1)
    rules = {rule["key"]: rule for rule in made["rules"]}
    assert list(rules) == ["rate", "years_1", "years_3", "years_10", "top_20", "top_40", "code"]
    assert (rules["years_3"]["same"], rules["years_3"]["enter"], rules["years_3"]["leave"]) == (30, [], [])
    assert (rules["code"]["enter"], rules["code"]["leave"]) == ([105], [70])
    assert {14, 22} < set(rules["rate"]["enter"])
    rows = list(csv.DictReader(io.StringIO(table(made))))
    assert (len(rows), tuple(rows[0])) == (78, COLUMNS)
    assert {row["data_through"] for row in rows} == {"2025-12-31"}
    for language in ("en", "es"):
        text = page(made, maps(made, {}), language)
        assert text.count("<rect") == 78 + 2
        assert "{{" not in text


async def test_F2_the_page_says_what_an_edition_changed_and_is_made_once(
    store: SqlStore, clock: FakeClock, tmp_path: Path
) -> None:
    targeting = Targeting(store, NewYorkData(), clock)
    desk, made = ReportDesk("sqlite://", tmp_path, clock, store), []

    async def make(counted: str) -> object:
        made.append(counted)  # once in a process of its own, as when serving
        return await (desk.evidence(counted) if len(made) == 1 else evidence_here(counted))

    house = House(store, clock)
    parts = parts_of(house, tmp_path, Health())
    source = EvidenceSource(store, NewYorkData())
    object.__setattr__(parts, "evidence", EvidenceDesk(source, make))  # type: ignore[arg-type]
    async with served(parts) as root, httpx.AsyncClient(base_url=root) as reader:
        first = (await reader.get("/precincts")).text
        assert "City data through December 31, 2025" in first
        assert "came with the program" in first
        spanish = (await reader.get("/precincts?lang=es")).text
        assert "Por qué estas zonas" in spanish
        assert len(made) == 1
        await targeting.import_shootings(edition(tmp_path, {75: 60, 44: 50, 73: 40}))
        clock.advance(timedelta(days=90))
        await targeting.import_shootings(edition(tmp_path, {75: 60, 44: 50, 70: 12}))
        found = re.sub(r"<[^>]+>", " ", (await reader.get("/precincts?lang=en")).text)
        assert "Before, the data went to December 31, 2024. New: 0. Taken out by the City: 28." in found
        assert "Each one counts for the precinct that the City wrote down at the time." in found
        await targeting.import_boundaries(outlines(tmp_path, {}))
        assert "<path" in (await reader.get("/precincts")).text
        figures = (await reader.get("/precincts/evidence.json")).json()
        assert figures["boundaries"].startswith("y76i-bdw7 ")
        assert len((await reader.get("/precincts/evidence.csv")).text.splitlines()) == 79
    assert len(made) == 3


def test_F2_the_command_writes_files_before_init_and_after(tmp_path: Path, sqlite_cli: Cli) -> None:
    bare = Cli(tmp_path / "bare")
    said = bare.run("precincts", "evidence", "--out", str(tmp_path / "out"))
    assert said.split() == [
        str(tmp_path / "out" / name) for name in ("evidence.html", "evidence.es.html", "evidence.csv", "evidence.json")
    ]
    assert json.loads((tmp_path / "out" / "evidence.json").read_text(encoding="utf-8"))["dataset"] is None
    path = sqlite_cli.folder / "shootings.csv"
    rows = [f"{key},12/31/2024,BROOKLYN,73,1008500,183000,40.6689,-73.9125" for key in range(9)]
    path.write_text("\n".join((HEADINGS, *rows)) + "\n", encoding="utf-8")
    sqlite_cli.run("data", "import", str(path))
    sqlite_cli.run("precincts", "evidence", "--out", str(tmp_path / "out"))
    made = json.loads((tmp_path / "out" / "evidence.json").read_text(encoding="utf-8"))
    assert (made["dataset"]["rows"], made["dataset"]["changes"]["added"]) == (9, 9)
    assert "These are the first data that were loaded: 9 shootings." in (tmp_path / "out" / "evidence.html").read_text()
    assert "cannot be written there" in bare.run("precincts", "evidence", "--out", str(path), code=1)


@pytest.mark.browser
@needs_chromium
async def test_P1_the_page_fits_a_phone_and_a_desk_without_javascript(
    store: SqlStore, clock: FakeClock, tmp_path: Path
) -> None:
    parts = parts_of(House(store, clock), tmp_path, Health())
    async with served(parts) as root, chromium() as browser:
        for size, dark in ((PHONE, False), (DESKTOP, True), (NARROW, False)):
            async with visit(browser, root, size, dark=dark) as seen:
                await seen.open("/precincts")
                assert await seen.sideways() <= 0
                assert "3 precincts are close calls" in await seen.text()
                assert await seen.page.get_by_role("img", name="Where campaigns start").count() == 1
                assert await seen.page.locator("h1").count() == 1
                assert await seen.page.get_by_text("14.7–22.2").is_visible(), "how sure, on every screen"
                wide = "all => all.filter(one => one.offsetWidth && one.scrollWidth > one.clientWidth + 1).length"
                assert await seen.page.locator(".scroll").evaluate_all(wide) == 0, "no column is cut off"
                other = seen.page.locator("svg.map .beyond rect").first
                assert await other.evaluate("one => getComputedStyle(one).fill") == "none", "no shade of its own"
                seen.assert_quiet()
