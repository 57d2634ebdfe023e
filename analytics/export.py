"""The report as tidy CSV with its data dictionary, and as JSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

from analytics import rooms
from analytics.content import UNITS, Report, as_json, made
from analytics.editions import Figure
from analytics.part import WHOLE, Part
from analytics.words import Words
from campaign_engine.domain.area import CITY
from campaign_engine.domain.precinct import borough_of
from campaign_engine.domain.schedule import to_wall
from campaign_engine.opendata import figures

COLUMNS = (
    "data_through", "edition", "city_data_through", "ranking_rule", "campaign", "measure", "unit", "level", "precinct",
    "borough", "channel", "room_kind", "source", "site", "generation", "week", "outcome", "value",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run (safety S8)."""

Row = dict[str, object]


def report_csv(report: Report, part: Part = WHOLE) -> str:
    """One row per measure and cell; a hidden cell has the value "hidden". Of a part, its page's cells."""
    leading: Row = {
        "data_through": report.through or to_wall(report.now).date(),
        "edition": report.edition.number if report.edition else None,
        "city_data_through": report.city_through,
        "ranking_rule": report.rule,
        "campaign": report.campaign.title,
    }
    rows = [*_figures(report, part), *_made(report), *_places(report, part), *_rooms(report, part)]
    if part == WHOLE:
        rows += (*_closed_week(report), *_reproduction(report), *_outcomes(report))
    return _written(COLUMNS, ({**leading, "unit": UNITS[str(row["measure"])], **row} for row in rows))


def report_json(report: Report, part: Part = WHOLE) -> str:
    """All of it; of a part, the campaign and the figures of its page."""
    plain = as_json(report)
    if part != WHOLE:
        for measure, cells in plain["figures"].items():
            plain["figures"][measure] = {key: figure for key, figure in cells.items() if part.has(report, key)}
        plain["sites"] = {key: name for key, name in plain["sites"].items() if part.has(report, key)}
        plain["precincts"] = [one for one in plain["precincts"] if part.has(report, f"precinct:{one['precinct']}")]
        plain["rooms"] = {key: counts for key, counts in (plain["rooms"] or {}).items() if part.has(report, key)}
        plain = {key: value for key, value in plain.items() if key not in ("closed_week", "outcomes")}
    return json.dumps(plain, ensure_ascii=False, indent=1)


def dictionary_csv(language: str) -> str:
    """What each column and each measure means, in the words of the page; their names are the same in every language."""
    say = Words(language)
    rows: list[Row] = [
        {"kind": "measure", "name": name, "unit": unit, "definition": say(f"measures.define_{name}")}
        for name, unit in UNITS.items()
    ]
    columns: list[Row] = [{"kind": "column", "name": name, "definition": say(f"csv_{name}")} for name in COLUMNS]
    return _written(("kind", "name", "unit", "definition"), [*columns, *rows])


def neutral(cell: object) -> str:
    """As text that no spreadsheet takes for a formula (safety S8)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(cell, int | float) else text


def _figures(report: Report, part: Part) -> Iterator[Row]:
    for measure, table in report.edition.tables.items() if report.edition else ():
        for key, figure in table.cells.items():
            if part.has(report, key):
                yield {"measure": measure, **_place(report, key), "value": figure}


def _closed_week(report: Report) -> Iterator[Row]:
    """The whole campaign's distinct people of one week, by its Sunday; such rows are never added up."""
    if report.edition is None:
        return
    week = report.edition.week - timedelta(weeks=1)
    for measure, figure in report.edition.closed_week.items():
        yield {"measure": measure, "level": "closed_week", "week": week, "value": figure}


def _reproduction(report: Report) -> Iterator[Row]:
    """What R is worked out from, and its range over sites where one is printed."""
    if report.edition is None or report.old is None:
        return
    for step in range(report.layout.generations):
        key = f"generation:{step}"
        place: Row = {"level": "generation", "generation": step}
        yield {"measure": "pledged_28_days_before", **place, "value": report.old.figure("pledged", key)}
        if between := report.edition.ranges.get(key):
            yield {"measure": "r_low", **place, "value": between.low}
            yield {"measure": "r_high", **place, "value": between.high}


def _rooms(report: Report, part: Part) -> Iterator[Row]:
    if report.rooms is None:
        return
    for key in filter(partial(part.has, report), report.rooms.places):
        counts = report.rooms.places[key]
        for measure in rooms.MEASURES:
            yield {"measure": measure, **_place(report, key), "value": report.rooms.figure(measure, key)}
        if key != CITY:
            for measure, column in (("rooms", "rooms"), ("room_posts", "posts")):
                yield {"measure": measure, **_place(report, key), "value": counts[column]}


def _place(report: Report, key: str) -> Row:
    line, _, channel = key.partition("|channel:")
    place = _line(report, line)
    return {**place, "channel": channel} if channel else place


def _line(report: Report, key: str) -> Row:
    level, _, value = key.partition(":")
    match level:
        case "precinct":
            return {"level": level, "precinct": value, "borough": borough_of(int(value))}
        case "site" if value != "beyond":
            name, precinct = report.layout.sites[int(value)]
            return {"level": level, "site": name, "precinct": precinct, "borough": borough_of(precinct)}
        case "room":
            channel, _, kind = value.partition(":")
            return {"level": level, "channel": channel, "room_kind": kind}
        case "boroughwide":
            return {"level": level, "borough": value}
        case "borough" | "channel" | "source" | "site" | "generation" | "week":
            return {"level": level, level: value}
        case _:
            return {"level": key}


def _made(report: Report) -> Iterator[Row]:
    yield {"measure": "goal", "level": "city", "value": report.campaign.goal}
    for measure, value in made(report).items():
        yield {"measure": measure, "level": "city", "value": "" if value is None else value}


def _outcomes(report: Report) -> Iterator[Row]:
    for status, counts in report.work.outcomes.items():
        for kind in ("people", "rooms"):
            yield {"measure": f"deliveries_{kind}", "level": "city", "outcome": status.value, "value": counts[kind]}


def _places(report: Report, part: Part) -> Iterator[Row]:
    """What is public of the campaign's precincts: their residents, and their places in its ranking."""
    mine = [number for number in report.layout.precincts() if part.has(report, f"precinct:{number}")]
    for number in mine:
        place: Row = {"level": "precinct", "precinct": number, "borough": borough_of(number)}
        yield {"measure": "residents", **place, "value": figures.precincts()[number].population}
    ranking = report.campaign.ranking
    for ranked in ranking.precincts if ranking else ():
        if ranked.precinct in mine:
            place = {"level": "precinct", "precinct": ranked.precinct, "borough": ranked.borough}
            values: tuple[tuple[str, Figure | float], ...] = (
                ("incidents", ranked.incidents),
                ("rank", ranked.rank),
                ("p_top", round(ranked.p_top, 3)),
            )
            for measure, value in values:
                yield {"measure": measure, **place, "value": value}


def _written(columns: tuple[str, ...], rows: Iterable[Row]) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutral(row.get(column)) for column in columns])
    return lines.getvalue()
