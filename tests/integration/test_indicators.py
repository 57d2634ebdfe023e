"""What partners get (F27): protected figures, their contract, and campaigns in the shape of OSDI, over a socket."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from analytics.editions import keys_of
from analytics.indicators import COLUMNS, INDICATORS, SCHEMA_VERSION, dictionary
from analytics.layout import Layout
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.precinct import Borough
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House
from tests.support.planned import House as PlannedHouse
from tests.support.site import Health, parts_of, served

DOCS = Path(__file__).parents[2] / "docs" / "indicators.md"
LAYOUT = Layout({Borough.BRONX: (44,), Borough.BROOKLYN: (73, 75)}, ("telegram", "web"), {})
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the database makes no difference."""
SHOWN = {
    "city": 212, "borough:Brooklyn": 130, "precinct:75": 96, "channel:web": 120, "precinct:75|channel:web": 51,
}  # fmt: skip


@dataclass
class Partner:
    reader: httpx.AsyncClient
    house: PlannedHouse
    campaign: int

    async def get(self, path: str) -> Any:
        found = await self.reader.get(path)
        assert found.status_code == 200, found.text
        return found.json()

    async def values(self, indicator: str) -> dict[str, object]:
        found = await self.get("/api/v1/indicators.json")
        return {record["id"]: record["value"] for record in found["records"] if record["indicator"] == indicator}


@pytest.fixture
async def partner(store: SqlStore, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Partner]:
    house, planned = House(store, clock), PlannedHouse(store, clock)
    await house.furnish()
    await house.site(75)
    plan = await planned.plan(status=CampaignStatus.RUNNING, targets=(44, 73, 75))
    await planned.room("-100")
    await planned.open(plan)
    await planned.freeze()
    async with store.database.write() as connection:
        running = tables.campaigns.update().values(launched_at=clock())
        await connection.execute(running)
        await connection.execute(
            tables.editions.insert().values(
                campaign_id=plan.campaign_id, number=3, week=date(2026, 3, 8), data_through=date(2026, 3, 7),
                made_at=clock(), corrects=2, reason="Counted twice.", layout=LAYOUT.as_json(), loose={},
                public_cells={"reached": {key: [count, False] for key, count in SHOWN.items()}},
                organizer_cells={"reached": {"precinct:73": [6, True]}}, counts=None,
            )
        )  # fmt: skip
        rows = [
            {"area": area, "frozen": frozen, "shown": shown, "step": 0, "edition": date(2026, 3, 9)}
            for area, frozen, shown in (("city", 65, 60), ("precinct:75", 44, 40), ("precinct:73", 7, None))
        ]
        await connection.execute(tables.area_figures.insert(), rows)
    async with (
        served(parts_of(house, tmp_path, Health())) as root,
        httpx.AsyncClient(base_url=root, timeout=60) as reader,
    ):
        yield Partner(reader, planned, plan.campaign_id)


@SQLITE
async def test_F27_the_json_keeps_to_its_schema_and_hides_what_the_edition_hides(partner: Partner) -> None:
    found, schema = await partner.get("/api/v1/indicators.json"), await partner.get("/api/v1/indicators.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert not list(checker.iter_errors(found))
    broken = {**found, "records": [{**found["records"][0], "value": -3}]}
    assert list(checker.iter_errors(broken)), "a schema that lets everything through checks nothing"

    wrong = {"campaign": partner.campaign, "edition": 2, "replaced_by": 3, "reason": "Counted twice."}
    assert found["corrections"] == [wrong]
    of = f"campaign:{partner.campaign}"
    reached = await partner.values("reached")
    assert reached == {
        f"reached/city/{of}": 212,
        f"reached/borough:Bronx/{of}": "hidden",
        f"reached/borough:Brooklyn/{of}": 130,
        f"reached/beyond/{of}": "hidden",
        f"reached/precinct:44/{of}": "hidden",
        f"reached/precinct:73/{of}": "hidden",  # 6 in the organizers' view
        f"reached/precinct:75/{of}": 96,
    }
    assert set((await partner.values("pledged")).values()) == {"hidden"}
    assert await partner.values("allies") == {
        "allies/city": 60, "allies/precinct:73": "hidden", "allies/precinct:75": 40,
    }  # fmt: skip
    assert len({record["id"] for record in found["records"]}) == len(found["records"])
    shown = [record["value"] for record in found["records"] if INDICATORS[record["indicator"]].protected]
    assert all(value == "hidden" or value >= 10 for value in shown)


async def test_F27_what_is_not_about_persons_is_always_there(partner: Partner) -> None:
    of = f"/city/campaign:{partner.campaign}"
    assert await partner.values("posts_made") == {f"posts_made{of}": 1}
    assert await partner.values("messages") == {f"messages{of}": 0}
    assert await partner.values("goal") == {f"goal{of}": 1}
    assert await partner.values("sites") == {"sites/precinct:75": 1}
    assert await partner.values("campaigns") == {f"campaigns/precinct:{number}": 1 for number in (44, 73, 75)}
    shootings = await partner.values("shootings")
    assert (len(shootings), shootings["shootings/precinct:75"]) == (78, 293)
    assert sum(int(value == 1) for value in (await partner.values("chosen")).values()) == 30


@SQLITE
async def test_F27_the_csv_and_its_data_package_say_the_same(partner: Partner) -> None:
    answer = await partner.reader.get("/api/v1/indicators.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = await partner.get("/api/v1/indicators.json")
    plain = [{name: "" if value is None else str(value) for name, value in one.items()} for one in found["records"]]
    assert rows == plain
    assert tuple(rows[0]) == COLUMNS
    package = await partner.get("/api/v1/datapackage.json")
    (resource,) = package["resources"]
    assert [one["name"] for one in resource["schema"]["fields"]] == list(COLUMNS)
    assert all(one["description"] for one in resource["schema"]["fields"])
    assert resource["path"].endswith("/api/v1/indicators.csv")
    assert [one["id"] for one in package["indicators"]] == list(INDICATORS)


@SQLITE
async def test_F27_who_has_the_newest_is_sent_nothing(partner: Partner) -> None:
    for path in ("indicators.csv", "indicators.json", "datapackage.json", "campaigns", f"campaigns/{partner.campaign}"):
        first = await partner.reader.get(f"/api/v1/{path}")
        tag = first.headers["etag"]
        assert "public" in first.headers["cache-control"]
        assert first.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in first.headers
        again = await partner.reader.get(f"/api/v1/{path}", headers={"If-None-Match": f'"old", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@SQLITE
async def test_F27_campaigns_come_in_the_shape_of_osdi(partner: Partner) -> None:
    entry = await partner.get("/api/v1")
    listed = await partner.get("/api/v1/campaigns?per_page=1")
    (campaign,) = listed["_embedded"]["osdi:advocacy_campaigns"]
    assert campaign == await partner.get(f"/api/v1/campaigns/{partner.campaign}")
    assert (listed["total_records"], listed["total_pages"], listed["page"], listed["per_page"]) == (1, 1, 1, 1)
    assert campaign["identifiers"] == [f"groundswell:{partner.campaign}"]
    assert campaign["targets"] == "New York City police precincts 44, 73, 75"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", campaign["created_date"])
    counts = {count["indicator"]: count["value"] for count in campaign["groundswell:counts"]}
    assert (counts["reached"], counts["pledged"], counts["goal"]) == (212, "hidden", 1)
    assert entry["_links"]["osdi:advocacy_campaigns"]["href"].endswith("/api/v1/campaigns")
    assert {curie["name"] for curie in entry["_links"]["curies"]} == {"osdi", "groundswell"}
    for path, status in (("?page=0", 400), ("?page=x", 400), ("?per_page=1000", 400), ("/999", 404), ("/x", 404)):
        refused = await partner.reader.get(f"/api/v1/campaigns{path}")
        assert refused.status_code == status
        assert refused.json()["response_code"] == status
    assert (await partner.get("/api/v1/campaigns?page=2"))["_embedded"]["osdi:advocacy_campaigns"] == []


def test_F27_the_page_for_partners_names_every_indicator_and_version() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert f"Schema version: **{SCHEMA_VERSION}**" in text
    assert re.search(rf"^### {re.escape(SCHEMA_VERSION)} ", text, re.MULTILINE), "no entry in the change log"
    assert set(re.findall(r"^\| `(\w+)` \| ", text, re.MULTILINE)) >= {*INDICATORS, *COLUMNS}
    assert all(each["title"] and each["definition"] for each in dictionary())
    measures = set(keys_of(LAYOUT))
    assert set(INDICATORS) & measures >= {"reached", "engaged", "pledged", "joined", "opt_outs"}
    assert json.loads(json.dumps(list(dictionary())))
