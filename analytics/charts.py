"""`python -m analytics.charts`: charts as JSON in, SVG as JSON out, in a process of its own (Altair and vl-convert).

Colours are those of the look by day; a page puts the variables of its style sheet in their place, so that dark mode
and print keep them readable. Every mark has its figure beside it in words, and what is hidden has stripes: nothing is
told by colour alone.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from analytics.document import Chart
from campaign_engine.look import LIGHT

Spec = Mapping[str, Any]

WIDTH, COLUMN_HEIGHT = 360, 150
"""Of a phone: there a picture keeps its size, so that no label is smaller than the text around it."""

_MOST_COLUMNS = 7
"""More are drawn as rows: their labels would run into each other."""

_SIGN = 8
"""About the width of a sign of a figure."""

_PAINTED = ("ink", "soft", "line", "sea", "edge", "foam", "card", "veil")
_VEIL = LIGHT["veil"]
"""Stands for the stripes of what is hidden until the drawing machine has drawn."""

_KNOWN, _CODED = "datum.value !== null", "datum.value === null && datum.low !== null"
_HIDDEN = "datum.value === null && datum.low === null"
_FONT = "Atkinson, Noto Sans, Segoe UI, sans-serif"
_NOT_READ = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')
_OUTER = re.compile(r'^<svg[^>]*viewBox="([^"]*)"[^>]*>')
_GROUND = re.compile(r'<rect width="[^"]*" height="[^"]*" fill="(?:white|transparent|none)"/>')


def asked(charts: Mapping[str, Chart]) -> dict[str, Any]:
    """Plain values for `draw`."""
    return {key: asdict(chart) for key, chart in charts.items()}


def draw(key: str, chart: Spec, outlines: Mapping[str, str]) -> str:
    """SVG with the colours of the day."""
    if chart["kind"] == "map":
        return _map(key, chart, outlines)
    import vl_convert

    return _told(vl_convert.vegalite_to_svg(_spec(chart)), key, chart)


def painted(svg: str) -> str:
    """With the variables of a style sheet in place of colours."""
    for name in _PAINTED:
        svg = svg.replace(f'"{LIGHT[name]}"', f'"var(--{name})"')
    return svg


def _told(svg: str, key: str, chart: Spec) -> str:
    """One picture for a screen reader, with a name and what it shows; ids are unique on a page."""
    box = _OUTER.match(svg)
    if box is None:
        raise ValueError("the chart has no viewBox")
    inside = _GROUND.sub("", _NOT_READ.sub("", svg[box.end() :]), count=1)
    striped = inside.replace(f'fill="{_VEIL}"', f'fill="url(#{key}-veil)"')
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}" role="img" '
        f'aria-labelledby="{key}-title {key}-text">'
        f'<title id="{key}-title">{escape(chart["title"])}</title>'
        f'<desc id="{key}-text">{escape(chart["text"])}</desc>{_stripes(key)}{striped}'
    )


def _stripes(key: str) -> str:
    return (
        f'<defs><pattern id="{key}-veil" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{LIGHT["card"]}"/>'
        f'<rect width="2" height="6" fill="{_VEIL}"/></pattern></defs>'
    )


def _map(key: str, chart: Spec, outlines: Mapping[str, str]) -> str:
    from analytics import tile_map

    shades = tile_map.Shades({int(number): count for number, count in chart["shades"].items()})
    names = {int(number): name for number, name in chart["names"].items()}
    shapes = {int(number): outline for number, outline in outlines.items()}
    return tile_map.draw(shades, shapes, names.__getitem__, (chart["title"], chart["text"]), key)


@dataclass(frozen=True, slots=True)
class _Line:
    """Of rows: height of one, where its bar begins and ends, and how far words and bar are from its middle."""

    height: int
    left: int
    right: int
    words: int
    bar: int


_STACKED = _Line(48, 0, WIDTH, -11, 8)
"""Words above their bar, so that long ones stay whole on a phone."""

_SHORT = _Line(26, 72, WIDTH - 72, 0, 0)

_BESIDE = _Line(24, 44, WIDTH - 76, 0, 0)
"""Many short names beside each other: half as high as words above their bars."""


def _spec(chart: Spec) -> dict[str, Any]:
    import altair as alt

    rows = [{**mark, "order": number, "at": mark["value"] or 0} for number, mark in enumerate(chart["marks"])]
    base = alt.Chart(alt.InlineData(values=rows))
    kind = chart["kind"]
    if kind == "columns" and (len(rows) > _MOST_COLUMNS or all(row["value"] is None for row in rows)):
        kind = "rows"
    draws = {"bars": _bars, "rows": _rows, "columns": _columns, "shares": _shares, "ranges": _ranges}
    config = {
        "font": _FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {
            "labelColor": LIGHT["ink"], "labelFontSize": 13, "domainColor": LIGHT["soft"],
            "tickColor": LIGHT["soft"], "gridColor": LIGHT["line"], "titleColor": LIGHT["soft"],
        },
        "bar": {"color": LIGHT["sea"]},
        "rule": {"color": LIGHT["sea"], "strokeWidth": 4},
        "point": {"color": LIGHT["sea"], "filled": True, "opacity": 1, "size": 130},
        "text": {"color": LIGHT["ink"], "fontSize": 14},
    }  # fmt: skip
    return {**draws[kind](alt, base, rows).to_dict(), "config": config}


def _bars(alt: Any, base: Any, rows: Sequence[Spec]) -> Any:
    return _drawn_rows(alt, base, rows, _STACKED)


def _rows(alt: Any, base: Any, rows: Sequence[Spec]) -> Any:
    return _drawn_rows(alt, base, rows, _SHORT)


def _drawn_rows(alt: Any, base: Any, rows: Sequence[Spec], line: _Line) -> Any:
    scale = alt.Scale(domain=[0, _most(rows)], range=[line.left, line.right])
    x, x2 = alt.X("zero:Q", scale=scale, axis=None, title=None), alt.X2("at:Q")
    known = base.transform_filter(_KNOWN).transform_calculate(zero="0")
    bars = known.mark_bar(height=14, yOffset=line.bar).encode(y=_y(alt), x=x, x2=x2)
    return _sized(_words(alt, base, rows, line) + _veiled(alt, base, line) + bars, rows, line)


def _shares(alt: Any, base: Any, rows: Sequence[Spec]) -> Any:
    return _points(alt, base, rows, _STACKED)


def _ranges(alt: Any, base: Any, rows: Sequence[Spec]) -> Any:
    return _points(alt, base, rows, _BESIDE)


def _points(alt: Any, base: Any, rows: Sequence[Spec], line: _Line) -> Any:
    """With intervals on 0 to 100 %; a share that is only said to be over or under is a box without a point."""
    y = _y(alt)
    scale = alt.Scale(domain=[0, 1], range=[line.left, line.right])
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1] if line is _STACKED else [0, 0.5, 1],
        labelExpr="round(100 * datum.value) + ' %'", labelFlush=True, domain=False, ticks=False,
    )  # fmt: skip
    low = alt.X("low:Q", scale=scale, axis=axis, title=None)
    known, coded = base.transform_filter(_KNOWN), base.transform_filter(_CODED)
    between = known.mark_rule(yOffset=line.bar).encode(y=y, x=low, x2="high:Q")
    point = known.mark_point(yOffset=line.bar).encode(y=y, x=alt.X("value:Q", scale=scale, axis=axis, title=None))
    box = coded.mark_bar(height=14, yOffset=line.bar, color=LIGHT["foam"], stroke=LIGHT["sea"], strokeWidth=2)
    drawn = _words(alt, base, rows, line) + _veiled(alt, base, line) + box.encode(y=y, x=low, x2="high:Q")
    return _sized(drawn + between + point, rows, line)


def _columns(alt: Any, base: Any, rows: Sequence[Spec]) -> Any:
    sort = [row["label"] for row in rows]  # a field to sort by is lost where layers are of different rows
    x = alt.X("label:N", sort=sort, title=None, axis=alt.Axis(labelAngle=0, ticks=False, labelLimit=0))
    scale = alt.Scale(domain=[0, _most(rows)])
    known, hidden = base.transform_filter(_KNOWN), base.transform_filter(_HIDDEN)
    columns = known.mark_bar().encode(x=x, y=alt.Y("at:Q", title=None, axis=None, scale=scale))
    veiled = hidden.mark_bar(color=_VEIL, stroke=LIGHT["edge"]).encode(x=x, y=alt.value(0), y2=alt.value(COLUMN_HEIGHT))
    said = {"baseline": "bottom", "dy": -5, "fontWeight": 700}
    above = known.mark_text(**said).encode(x=x, y=alt.Y("at:Q", scale=scale), text="said:N")
    covered = hidden.mark_text(**said).encode(x=x, y=alt.value(0), text="said:N")
    return (columns + veiled + above + covered).properties(width=WIDTH, height=COLUMN_HEIGHT)


def _y(alt: Any) -> Any:
    return alt.Y("order:O", title=None, axis=None, scale=alt.Scale(padding=0))


def _words(alt: Any, base: Any, rows: Sequence[Spec], line: _Line) -> Any:
    """What a row is about at its beginning, its figure at its end; the first is cut where they would meet."""
    longest = max((len(row["said"]) for row in rows), default=0)
    room = WIDTH - _SIGN * longest - 2 * _SIGN
    about = base.mark_text(align="left", dy=line.words, limit=line.left or room)
    said = base.mark_text(align="right", dy=line.words, fontWeight=700)
    return about.encode(y=_y(alt), x=alt.value(0), text="label:N") + said.encode(
        y=_y(alt), x=alt.value(WIDTH), text="said:N"
    )


def _veiled(alt: Any, base: Any, line: _Line) -> Any:
    """Stripes over the whole width: hidden is neither nothing nor much."""
    stripes = base.transform_filter(_HIDDEN).mark_bar(
        height=14, yOffset=line.bar, color=_VEIL, stroke=LIGHT["edge"], strokeWidth=1
    )
    return stripes.encode(y=_y(alt), x=alt.value(line.left), x2=alt.value(line.right))


def _sized(drawn: Any, rows: Sequence[Spec], line: _Line) -> Any:
    return drawn.properties(width=WIDTH, height=line.height * max(1, len(rows)))


def _most(rows: Sequence[Spec]) -> float:
    return max((row["at"] for row in rows), default=0) or 1


def main() -> None:
    """From stdin to stdout."""
    given = json.load(sys.stdin)
    made = {key: draw(key, chart, given["outlines"]) for key, chart in given["charts"].items()}
    sys.stdout.write(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
