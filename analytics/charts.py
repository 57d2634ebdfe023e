"""`python -m analytics.charts`: charts as JSON in, SVG as JSON out, in a process of its own (Altair and vl-convert).

Colours are those of the look by day; a page puts the variables of its style sheet in their place, so that dark mode
and print keep them readable. Every mark has its figure beside it in words: nothing is told by colour alone.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from typing import Any

from analytics.document import Chart
from campaign_engine.look import LIGHT

Spec = Mapping[str, Any]

WIDTH, BAR, COLUMN_HEIGHT = 520, 34, 190
_LABELS = 150
"""Room for labels; longer ones are cut, and stand whole in the table."""

_PAINTED = ("ink", "soft", "line", "sea")
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
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}" role="img" '
        f'aria-labelledby="{key}-title {key}-text">'
        f'<title id="{key}-title">{escape(chart["title"])}</title>'
        f'<desc id="{key}-text">{escape(chart["text"])}</desc>{inside}'
    )


def _map(key: str, chart: Spec, outlines: Mapping[str, str]) -> str:
    from analytics import tile_map

    shades = tile_map.Shades({int(number): count for number, count in chart["shades"].items()})
    names = {int(number): name for number, name in chart["names"].items()}
    shapes = {int(number): outline for number, outline in outlines.items()}
    return tile_map.draw(shades, shapes, names.__getitem__, (chart["title"], chart["text"]), key)


def _spec(chart: Spec) -> dict[str, Any]:
    import altair as alt

    rows = [{**mark, "order": number, "at": mark["value"] or 0} for number, mark in enumerate(chart["marks"])]
    data = alt.InlineData(values=rows)
    draws = {"bars": _bars, "columns": _columns, "shares": _shares}
    drawn = draws[chart["kind"]](alt, alt.Chart(data), len(rows))
    config = {
        "font": _FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {
            "labelColor": LIGHT["ink"], "labelFontSize": 14, "labelLimit": _LABELS, "domainColor": LIGHT["soft"],
            "tickColor": LIGHT["soft"], "gridColor": LIGHT["line"], "titleColor": LIGHT["soft"],
        },
        "bar": {"color": LIGHT["sea"]},
        "rule": {"color": LIGHT["sea"], "strokeWidth": 3},
        "point": {"color": LIGHT["sea"], "filled": True, "opacity": 1, "size": 110},
        "text": {"color": LIGHT["ink"], "fontSize": 14, "fontWeight": 700},
    }  # fmt: skip
    return {**drawn.to_dict(), "config": config}


def _bars(alt: Any, base: Any, count: int) -> Any:
    y = alt.Y("label:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("at:Q", title=None, axis=None, scale=alt.Scale(zero=True, padding=0))
    bars = base.mark_bar(cornerRadiusEnd=4).encode(y=y, x=x)
    text = base.mark_text(align="left", dx=6).encode(y=y, x=x, text="said:N")
    return (bars + text).properties(width=WIDTH - _LABELS, height=BAR * max(1, count))


def _columns(alt: Any, base: Any, count: int) -> Any:
    angle = 0 if count <= 8 else -45
    x = alt.X("label:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelAngle=angle, ticks=False))
    y = alt.Y("at:Q", title=None, axis=None)
    bars = base.mark_bar(cornerRadiusEnd=4).encode(x=x, y=y)
    text = base.mark_text(baseline="bottom", dy=-4).encode(x=x, y=y, text="said:N")
    return (bars + text).properties(width=WIDTH, height=COLUMN_HEIGHT)


def _shares(alt: Any, base: Any, count: int) -> Any:
    """Points with intervals on 0 to 100 %; what is hidden has neither, only its word at the left."""
    y = alt.Y("label:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(ticks=False, domain=False, grid=True))
    scale = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], grid=True, domain=False)
    known = base.transform_filter("datum.value !== null")
    line = known.mark_rule().encode(y=y, x=alt.X("low:Q", scale=scale, axis=axis, title=None), x2="high:Q")
    point = known.mark_point().encode(y=y, x=alt.X("value:Q", scale=scale, title=None))
    text = base.mark_text(align="left", dy=-13).encode(y=y, x=alt.X("at:Q", scale=scale, title=None), text="said:N")
    return (line + point + text).properties(width=WIDTH - _LABELS, height=1.5 * BAR * max(1, count))


def main() -> None:
    """From stdin to stdout."""
    given = json.load(sys.stdin)
    made = {key: draw(key, chart, given["outlines"]) for key, chart in given["charts"].items()}
    sys.stdout.write(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
