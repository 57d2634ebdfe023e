"""The evidence as a page and as a table. Only `maps` needs shapely, which the serving process does not load."""

import csv
import functools
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analytics import sheet
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Reply
from campaign_engine.rendering import Renderer

FILES = {"en": "evidence.html", "es": "evidence.es.html"}
"""Name of the page in each language."""

STATES = ("chosen", "chosen_close", "close", "other")
"""What a precinct is, from most to least likely; the shades of the map."""

_SHADES = {"chosen": "step3", "chosen_close": "step1 edged", "close": "step0 edged", "other": "beyond"}

COLUMNS = (
    "precinct", "borough", "name", "first_year", "last_year", "incidents", "per_year", "per_year_low", "per_year_high",
    "place", "place_low", "place_high", "p_top", "toss_up", "chosen", "rate", "few_residents", "chosen_by",
    "boundaries", "data_through",
)  # fmt: skip
"""Of the CSV; docs/data.md says what each is."""

Area = Mapping[str, Any]


def state(area: Area) -> str:
    """One of STATES."""
    if area["chosen"]:
        return "chosen_close" if area["toss_up"] else "chosen"
    return "close" if area["toss_up"] else "other"


def maps(made: Mapping[str, Any], outlines: Mapping[str, str]) -> dict[str, str]:
    """SVG in each language that we write."""
    from analytics import tile_map

    @dataclass(frozen=True, slots=True)
    class Chances(tile_map.Shades):
        """Named are precincts that are chosen or a close call."""

        states: Mapping[int, str]

        def css(self, number: int) -> str:
            return _SHADES[self.states[number]]

    areas = {area["precinct"]: area for area in made["areas"]}
    states = {number: state(area) for number, area in areas.items()}
    named = {number: 0 for number, one in states.items() if one != "other"}
    shades, renderer = Chances(named, states), Renderer()
    drawn = {}
    for language in LANGUAGES:
        say = functools.partial(_say, renderer, language)

        def describe(number: int, say: Callable[..., str] = say) -> str:
            return say("evidence.map_area", number=number, area=areas[number]["name"], state=states[number])

        title = say("evidence.map_title")
        words = (title, say("evidence.map_said", top=made["rule"]["top"], close=len(_close(made))))
        drawn[language] = tile_map.draw(
            shades, {int(number): outline for number, outline in outlines.items()}, describe, words
        )
    return drawn


def values(made: Mapping[str, Any], drawn: Mapping[str, str], language: str) -> dict[str, Any]:
    """What evidence_body.html needs beside `say`."""
    boroughs: dict[str, list[Area]] = {}
    for area in made["areas"]:
        boroughs.setdefault(area["borough"], []).append(area)
    dataset = made["dataset"]
    changes = dataset["changes"] if dataset else None
    svg = drawn.get(language, drawn["en"])
    return {
        "made": made,
        "rule": made["rule"],
        "through": date.fromisoformat(made["data_through"]),
        "before": changes and changes["through_before"] and date.fromisoformat(changes["through_before"]),
        "changes": changes,
        "boroughs": boroughs,
        "close": _close(made),
        "state": state,
        "shades": [(one, _SHADES[one]) for one in STATES],
        "share": share,
        "listed": _listed,
        "map": Markup(svg),  # noqa: S704 - tile_map escapes every word
        "tiles": "<path" not in svg,
    }


def page(made: Mapping[str, Any], drawn: Mapping[str, str], language: str) -> str:
    """One file with its style inside."""
    loader = PackageLoader("analytics", "pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    other = next(one for one in LANGUAGES if one != language)
    say = functools.partial(_say, Renderer(), language)
    return environment.get_template("evidence.html").render(
        say=say,
        css=sheet.css(),
        language=language,
        other=other,
        other_file=FILES[other],
        table="evidence.csv",
        **values(made, drawn, language),
    )


def table(made: Mapping[str, Any]) -> str:
    """CSV, one row per precinct."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(made))
    return lines.getvalue()


def share(probability: float) -> str:
    """Never a certainty: a posterior has none."""
    percent = round(100 * probability)
    return "> 99 %" if percent > 99 else "< 1 %" if percent < 1 else f"{percent} %"


def _rows(made: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    rule = made["rule"]
    same = {
        "first_year": rule["first_year"],
        "last_year": rule["last_year"],
        "boundaries": made["boundaries"],
        "data_through": made["data_through"],
    }
    for area in made["areas"]:
        flags = {name: str(area[name]).lower() for name in ("toss_up", "chosen", "few_residents")}
        yield {**area, **same, **flags, "chosen_by": " ".join(area["chosen_by"])}


def _close(made: Mapping[str, Any]) -> list[Area]:
    return [area for area in made["areas"] if area["toss_up"]]


def _listed(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _say(renderer: Renderer, language: str, name: str, **given: object) -> str:
    return renderer.reply(Reply(name, given), language).text
