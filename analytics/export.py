"""The report as tidy CSV, and its data dictionary."""

import csv
import io
from collections.abc import Iterable, Iterator

from analytics.content import UNITS, Content
from analytics.suppression import CITY, Figure
from campaign_engine.domain.message import Reply
from campaign_engine.domain.precinct import borough_of
from campaign_engine.rendering import Renderer

COLUMNS = (
    "data_through", "ranking_rule", "as_of", "campaign", "measure", "unit", "level",
    "precinct", "borough", "channel", "room_kind", "source", "site", "outcome", "value",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run (safety S8)."""

Row = dict[str, object]


def report_csv(report: Content) -> str:
    """One row per measure and cell; a hidden cell has the value "hidden"."""
    leading: Row = {
        "data_through": report.data_through,
        "ranking_rule": report.rule,
        "as_of": report.frames.now.isoformat(timespec="minutes"),
        "campaign": report.frames.campaign.title,
    }
    rows = [*_figures(report), *_made(report), *_outcomes(report), *_ranking(report)]
    return _written(COLUMNS, ({**leading, "unit": UNITS[str(row["measure"])], **row} for row in rows))


def dictionary_csv() -> str:
    """What each measure means, in the words of the page."""
    say = Renderer().reply
    rows: list[Row] = [
        {"measure": name, "unit": unit, "definition": say(Reply(f"measures.define_{name}"), "en").text}
        for name, unit in UNITS.items()
    ]
    return _written(("measure", "unit", "definition"), rows)


def neutral(cell: object) -> str:
    """As text that no spreadsheet takes for a formula (safety S8)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(cell, int | float) else text


def _figures(report: Content) -> Iterator[Row]:
    for measure, cells in report.protected.figures.items():
        for key, figure in cells.items():
            yield {"measure": measure, **_place(report, key), "value": figure}
    for key, counts in report.rooms.items():
        if key != CITY:
            for measure, column in (("rooms", "rooms"), ("room_posts", "posts")):
                yield {"measure": measure, **_place(report, key), "value": counts[column]}


def _place(report: Content, key: str) -> Row:
    line, _, channel = key.partition("|channel:")
    place = _line(report, line)
    return {**place, "channel": channel} if channel else place


def _line(report: Content, key: str) -> Row:
    level, _, value = key.partition(":")
    match level:
        case "precinct":
            return {"level": level, "precinct": value, "borough": borough_of(int(value))}
        case "site" if value != "beyond":
            name, precinct = report.protected.layout.sites[int(value)]
            return {"level": level, "site": name, "precinct": precinct, "borough": borough_of(precinct)}
        case "room":
            channel, _, kind = value.partition(":")
            return {"level": level, "channel": channel, "room_kind": kind}
        case "boroughwide":
            return {"level": level, "borough": value}
        case "borough" | "channel" | "source" | "site":
            return {"level": level, level: value}
        case _:
            return {"level": key}


def _made(report: Content) -> Iterator[Row]:
    for measure, value in report.made.items():
        yield {"measure": measure, "level": "city", "value": "" if value is None else value}


def _outcomes(report: Content) -> Iterator[Row]:
    for status, counts in report.outcomes.items():
        for kind in ("people", "rooms"):
            yield {"measure": f"deliveries_{kind}", "level": "city", "outcome": status, "value": counts[kind]}


def _ranking(report: Content) -> Iterator[Row]:
    ranking = report.frames.campaign.ranking
    for ranked in ranking.precincts if ranking else ():
        if ranked.precinct in report.frames.campaign.targets:
            place: Row = {"level": "precinct", "precinct": ranked.precinct, "borough": ranked.borough}
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
