"""The report as one self-contained page: no script, nothing loaded from elsewhere, phone first."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analytics import metrics, sheet, tile_map
from analytics.content import Content
from analytics.suppression import CITY, HIDDEN, Figure
from analytics.tables import SOURCES
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Reply
from campaign_engine.domain.precinct import RankedPrecinct
from campaign_engine.domain.schedule import to_wall
from campaign_engine.opendata import figures
from campaign_engine.rendering import Renderer

COLUMNS = ("delivered_people", "reached", "engaged", "joined", "pledged", "opt_outs")
WIDE = ("delivered_people", "engaged", "joined")
"""Columns that a phone leaves out; paper and the CSV have them."""

LISTED_SITES = 12
"""The CSV has the others."""

FILES = {"en": "report.html", "es": "report.es.html"}
"""Name of the page in each language."""

_DEFINED = {
    "name": ("delivered", "delivered_people", "pledges_without_person"),
    "column": ("reached", "engaged", "pledged", "joined"),
    "harm": tuple(metrics.HARM),
}


def report_page(report: Content, language: str) -> str:
    """HTML in one language."""
    loader = PackageLoader("analytics", "pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    say = functools.partial(_say, Renderer(), language)
    other = next(one for one in LANGUAGES if one != language)
    values: dict[str, Any] = {
        "say": say,
        "number": _number,
        "share": _share,
        "area": _area,
        "figure": report.protected.figure,
        "css": sheet.css(),
        "language": language,
        "other": other,
        "other_file": FILES[other],
        "view": report.view,
        "k": report.k,
        **_facts(report),
        **_places(report),
        **_map(report, say),
        **_ways_in(report),
        "outcomes": report.outcomes,
        **_rooms(report),
        "harm": tuple(metrics.HARM),
        "defined": [
            {"key": name, "label": say(f"{kind}_{name}")} for kind, names in _DEFINED.items() for name in names
        ],
    }
    return environment.get_template("report.html").render(values)


def _say(renderer: Renderer, language: str, block: str, **values: object) -> str:
    return renderer.reply(Reply(f"measures.{block}", values), language).text


def _facts(report: Content) -> Mapping[str, Any]:
    campaign = report.frames.campaign
    started, ended = campaign.launched_at, campaign.finished_at
    return {
        "campaign": campaign,
        "ranking": campaign.ranking,
        "ranked": _ranked(report),
        "first_day": started and to_wall(started).date(),
        "last_day": ended and to_wall(ended).date(),
        "wall": to_wall(report.frames.now),
        "simulated": report.frames.simulated,
        "made": report.made,
    }


def _ranked(report: Content) -> list[RankedPrecinct]:
    campaign = report.frames.campaign
    return [one for one in campaign.ranking.precincts if one.precinct in campaign.targets] if campaign.ranking else []


def _places(report: Content) -> Mapping[str, Any]:
    """Precincts where every column is hidden share one line, so that an early report is not a wall of one word."""
    figure = report.protected.figure
    boroughs = []
    for borough, numbers in report.protected.layout.boroughs.items():
        open_ones = [
            number for number in numbers if any(figure(name, f"precinct:{number}") != HIDDEN for name in COLUMNS)
        ]
        closed = [number for number in numbers if number not in open_ones]
        boroughs.append({"name": borough.value, "open": open_ones, "closed": closed})
    return {
        "boroughs": boroughs,
        "columns": COLUMNS,
        "wide": WIDE,
        "channels": report.protected.layout.channels,
        "precincts": report.protected.precincts(),
        "open_areas": sum(len(borough["open"]) for borough in boroughs),
    }


def _map(report: Content, say: Callable[..., str]) -> Mapping[str, Any]:
    """Of pledges, or of reach while no precinct's pledges can be shown."""
    mapped = "pledged" if report.protected.shown("pledged") else "reached"
    shown = report.protected.shown(mapped)
    shades = tile_map.Shades({number: shown.get(number) for number in report.protected.precincts()})

    def describe(number: int) -> str:
        if number not in shades.counts:
            return say("map_beyond", number=number, area=_area(number))
        return say("map_tile", number=number, area=_area(number), figure=shown.get(number, say("hidden")))

    words = (say("map_title", measure=mapped), say("map_said", targets=len(shades.counts), shown=list(shown.items())))
    steps = shades.steps()
    legend = [
        {
            "shade": shades.css(next(number for number, count in shown.items() if count == least))[-1],
            "text": _number(least) if least == most else f"{_number(least)}–{_number(most)}",
        }
        for least, most in steps
    ]
    drawn = tile_map.draw(shades, report.frames.outlines, describe, words)
    return {
        "map": Markup(drawn),  # noqa: S704 - tile_map escapes every word
        "mapped": mapped,
        "legend": legend,
        "outlines": bool(report.frames.outlines),
    }


def _ways_in(report: Content) -> Mapping[str, Any]:
    """Sites that can be shown, most people first."""
    figure, layout = report.protected.figure, report.protected.layout
    sites = [
        {"key": f"site:{site}", "name": name, "joined": figure("joined", f"site:{site}")}
        for site, (name, _) in layout.sites.items()
        if {figure("joined", f"site:{site}"), figure("pledged", f"site:{site}")} != {HIDDEN}
    ]
    sites.sort(key=lambda site: (-site["joined"] if isinstance(site["joined"], int) else 0, str(site["name"])))
    return {
        "sources": SOURCES,
        "sites": sites[:LISTED_SITES],
        "more_sites": max(0, len(sites) - LISTED_SITES),
        "closed_sites": len(layout.sites) - len(sites),
        "generations": range(layout.generations),
    }


def _rooms(report: Content) -> Mapping[str, Any]:
    """Rows of both tables, by channel and by area: places with a room or with a number that can be shown."""
    figure = report.protected.figure
    rows = [
        {"key": key, "level": key.partition(":")[0], "value": key.partition(":")[2], **counts}
        for key, counts in report.rooms.items()
        if key != CITY and (counts["rooms"] or any(figure(name, key) != HIDDEN for name in metrics.ROOMS))
    ]
    by_channel = [row for row in rows if row["level"] in ("channel", "room")]
    return {
        "room_measures": tuple(metrics.ROOMS),
        "room_tables": {"channel": by_channel, "area": [row for row in rows if row not in by_channel]},
    }


def _area(number: int) -> str:
    return figures.precincts()[number].neighbourhoods[0]


def _number(value: Figure) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _share(probability: float) -> str:
    """Never a certainty: a posterior has none."""
    percent = round(100 * probability)
    return "> 99 %" if percent > 99 else "< 1 %" if percent < 1 else f"{percent} %"
