"""Indicators for partners (F27): a documented, versioned table of what is public already, as CSV and as JSON.

Nothing is counted here. Figures about persons come from weekly editions that were protected before (safety K); what is
about posts and places is not about persons and always shown. docs/indicators.md is the contract.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from campaign_engine.domain.area import CITY
from campaign_engine.domain.message import Reply
from campaign_engine.domain.precinct import borough_of
from campaign_engine.rendering import Renderer

SCHEMA_VERSION = "1.1"
"""A new column or indicator raises the second number, anything that breaks a reader the first."""

HIDDEN: Literal["hidden"] = "hidden"
K = 10
"""From how many persons on a cell is shown (safety K1)."""

About = Literal["persons", "messages", "places"]
Value = int | float | Literal["hidden"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """`define` names the text of its definition."""

    id: str
    unit: str
    about: About
    define: str

    @property
    def protected(self) -> bool:
        """Whether small numbers are hidden."""
        return self.about == "persons"


def _of_persons(*ids: str) -> Iterator[Indicator]:
    for each in ids:
        unit = "pledges" if each == "pledges_without_person" else "persons"
        yield Indicator(each, unit, "persons", f"measures.define_{each}")


INDICATORS: Mapping[str, Indicator] = {
    each.id: each
    for each in (
        *_of_persons("delivered_people", "reached", "engaged", "pledged", "joined", "trained", "inviting"),
        *_of_persons("opt_outs", "deletes", "blocks", "pauses", "pledges_without_person"),
        Indicator("allies", "persons", "persons", "indicators.define_allies"),
        Indicator("goal", "pledges", "messages", "measures.define_goal"),
        Indicator("posts_made", "posts", "messages", "measures.define_posts_made"),
        Indicator("messages", "messages", "messages", "measures.define_delivered"),
        Indicator("room_messages", "messages", "messages", "indicators.define_room_messages"),
        Indicator("campaigns", "campaigns", "places", "indicators.define_campaigns"),
        Indicator("sites", "sites", "places", "indicators.define_sites"),
        Indicator("shootings", "incidents", "places", "measures.define_incidents"),
        Indicator("p_top", "probability", "places", "measures.define_p_top"),
        Indicator("chosen", "yes or no", "places", "indicators.define_chosen"),
    )
}


@dataclass(frozen=True, slots=True)
class Record:
    """One value. `area` is city, borough:Bronx, precinct:44 or beyond; `through` the last day that counts in it.

    `edition` is the number of the campaign's weekly edition, None where there is none.
    """

    indicator: str
    area: str
    value: Value
    through: date
    campaign: int | None = None
    edition: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Stable `id`: the same cell has the same one in every edition."""
        level, _, name = self.area.partition(":")
        precinct = int(name) if level == "precinct" else None
        borough = borough_of(precinct).value if precinct else name or None
        of = "" if self.campaign is None else f"/campaign:{self.campaign}"
        return {
            "id": f"{self.indicator}/{self.area}{of}".replace(" ", "-"),
            "indicator": self.indicator,
            "unit": INDICATORS[self.indicator].unit,
            "level": level,
            "borough": borough,
            "precinct": precinct,
            "campaign": self.campaign,
            "edition": self.edition,
            "data_through": self.through.isoformat(),
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Correction:
    """An edition that a later one stands in the place of, so that who kept its values knows."""

    campaign: int
    edition: int
    replaced_by: int
    reason: str


COLUMNS = ("id", "indicator", "unit", "level", "borough", "precinct", "campaign", "edition", "data_through", "value")


def as_json(
    records: Iterable[Record],
    campaigns: Mapping[int, str],
    rule: Mapping[str, Any],
    corrections: Iterable[Correction],
    *,
    simulated: bool = False,
) -> dict[str, Any]:
    """Checked against schemas/indicators.v1.schema.json; `rule` is that of the ranking.

    `simulated` in a demo, where nobody in the figures is real.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "publisher": "Groundswell",
        "simulated": simulated,
        "hidden_below": K,
        "ranking_rule": dict(rule),
        "campaigns": [{"id": number, "title": title} for number, title in sorted(campaigns.items())],
        "corrections": [asdict(one) for one in corrections],
        "indicators": list(dictionary()),
        "records": [record.as_json() for record in records],
    }


def as_csv(records: Iterable[Record]) -> str:
    """RFC 4180; a hidden value prints the word."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(record.as_json() for record in records)
    return lines.getvalue()


def dictionary() -> Iterator[dict[str, Any]]:
    """What each indicator means."""
    say = Renderer().reply
    for each in INDICATORS.values():
        yield {
            "id": each.id,
            "title": say(Reply(f"indicators.title_{each.id}"), "en").text,
            "definition": say(Reply(each.define), "en").text,
            "unit": each.unit,
            "about": each.about,
            "protected": each.protected,
        }


@cache
def schema() -> str:
    """JSON Schema of `as_json`."""
    return files("analytics.schemas").joinpath("indicators.v1.schema.json").read_text(encoding="utf-8")


def package(root: str) -> dict[str, Any]:
    """A Data Package (Frictionless Table Schema) of the CSV: the data dictionary for programs."""
    types = {"precinct": "integer", "campaign": "integer", "edition": "integer", "data_through": "date"}
    columns = json.loads(schema())["$defs"]["record"]["properties"]
    fields = [
        {
            "name": name,
            "type": "number" if name == "value" else types.get(name, "string"),
            "description": columns[name]["description"],
            **({"constraints": {"enum": list(INDICATORS)}} if name == "indicator" else {}),
        }
        for name in COLUMNS
    ]
    table = {"fields": fields, "primaryKey": "id", "missingValues": ["", HIDDEN]}
    return {
        "name": "groundswell-indicators",
        "title": "Groundswell: shared indicators by precinct",
        "version": SCHEMA_VERSION,
        "resources": [
            {
                "name": "indicators",
                "path": f"{root}/api/v1/indicators.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": table,
            }
        ],
        "indicators": list(dictionary()),
    }


def of_cells(measure: str, cells: Mapping[str, Value], campaign: int, edition: int, through: date) -> Iterator[Record]:
    """City, boroughs, precincts and beyond of one measure of an edition; channels, sites and rooms stay in reports."""
    for key, value in cells.items():
        if key in (CITY, "beyond") or ("|" not in key and key.startswith(("borough:", "precinct:"))):
            yield Record(measure, key, value, through, campaign, edition)
