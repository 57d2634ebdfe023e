"""The map of a report."""

import json
import re
from xml.etree import ElementTree as ET

from analytics.tile_map import Shades, draw
from campaign_engine.opendata import figures

SVG = "{http://www.w3.org/2000/svg}"


def drawn(counts: dict[int, int | None], outlines: dict[int, str] | None = None) -> ET.Element:
    markup = draw(Shades(counts), outlines or {}, lambda number: f"Precinct {number} & more", ("Where", "All <78>"))
    return ET.fromstring(markup)  # noqa: S314 - our own


def shade(svg: ET.Element, number: int) -> str:
    named = {group.findtext(f"{SVG}title"): group.attrib["class"] for group in svg.iter(f"{SVG}g")}
    return named[f"Precinct {number} & more"]


def test_every_precinct_is_one_tile_with_a_title_and_none_covers_another() -> None:
    svg = drawn({44: 20})
    groups = list(svg.iter(f"{SVG}g"))
    assert len(groups) == 78
    assert {group.findtext(f"{SVG}text") for group in groups} == {str(number) for number in figures.precincts()}
    squares = [square for group in groups for square in group.iter(f"{SVG}rect")]
    assert len({(square.attrib["x"], square.attrib["y"]) for square in squares}) == 78
    assert (svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")) == ("Where", "All <78>")


def test_no_name_of_a_borough_lies_on_a_tile() -> None:
    svg = drawn({})
    tiles = {precinct.tile for precinct in figures.precincts().values()}
    for label in svg.iter(f"{SVG}text"):
        if label.attrib.get("class") == "place":
            column, row = float(label.attrib["x"]) / 38, float(label.attrib["y"]) / 38
            width = len(label.text or "") * 8.5 / 38
            covered = {(int(column + step * width / 8), int(row)) for step in range(9)}
            assert not covered & tiles, label.text


def test_shades_go_from_light_to_dark_and_hidden_ones_are_hatched() -> None:
    svg = drawn({44: 10, 46: 20, 73: 30, 75: 400, 47: None})
    assert [shade(svg, number) for number in (44, 46, 73, 75)] == ["step0", "step1", "step2", "step3"]
    assert (shade(svg, 47), shade(svg, 1)) == ("veiled", "beyond")


def test_a_legend_covers_exactly_what_is_shown() -> None:
    assert Shades({1: 10, 5: 11, 6: 11, 7: 12, 9: 90, 10: None}).steps() == ((10, 10), (11, 12), (90, 90))
    for counts in ((10,), (10, 10, 10), (10, 11), (12, 15, 15, 15, 15, 40), tuple(range(10, 40))):
        steps = Shades(dict(zip(figures.precincts(), counts, strict=False))).steps()
        assert len(steps) <= 4
        assert (steps[0][0], steps[-1][1]) == (min(counts), max(counts))
        assert all(sum(least <= count <= most for least, most in steps) == 1 for count in counts)
    assert Shades({1: None}).steps() == ()


def test_outlines_keep_their_shape_and_are_simplified() -> None:
    edge = [[-74 + step / 10_000, 40.6] for step in range(1000)]
    ring = [*edge, [-73.9, 40.7], [-74, 40.7], [-74, 40.6]]
    outlines = {75: json.dumps({"type": "Polygon", "coordinates": [ring]})}
    svg = drawn({75: 40}, outlines)
    path = next(svg.iter(f"{SVG}path")).attrib["d"]
    assert len(re.findall(r"[ML]", path)) <= 8
    assert svg.attrib["viewBox"].startswith("0 0 440 ")
    assert [text.text for text in svg.iter(f"{SVG}text")] == ["75"]
    assert [*svg][-1].find(f"{SVG}text") is not None, "numbers are drawn over every outline"


def test_the_number_of_a_precinct_stands_where_it_is_widest() -> None:
    """Of the largest of its islands, so that numbers of small neighbors do not cover each other."""
    arm = [[-74, 40.6], [-73.9, 40.6], [-73.9, 40.61], [-73.96, 40.61], [-73.96, 40.64], [-74, 40.64], [-74, 40.6]]
    island = [[-73.9, 40.7], [-73.89, 40.7], [-73.89, 40.71], [-73.9, 40.71], [-73.9, 40.7]]
    svg = drawn({75: 40}, {75: json.dumps({"type": "MultiPolygon", "coordinates": [[island], [arm]]})})
    label = next(text for text in svg.iter(f"{SVG}text"))
    width, height = (float(each) for each in svg.attrib["viewBox"].split()[2:])
    x, y = float(label.attrib["x"]) / width * 0.11 - 74, 40.71 - float(label.attrib["y"]) / height * 0.11
    assert -73.99 < x < -73.97
    assert 40.61 < y < 40.63


def test_a_precinct_that_the_loaded_outlines_lack_is_a_tile_where_it_lies() -> None:
    """A precinct that was split off after they were loaded, such as 116 out of 105 and 113."""
    ring = [[-73.80, 40.64], [-73.72, 40.64], [-73.72, 40.72], [-73.80, 40.72], [-73.80, 40.64]]
    svg = drawn({105: 40, 116: 20}, {105: json.dumps({"type": "Polygon", "coordinates": [ring]})})
    (tile,) = [one for group in svg.iter(f"{SVG}g") for one in group.iter(f"{SVG}rect")]
    width, height = (float(each) for each in svg.attrib["viewBox"].split()[2:])
    assert 0 < float(tile.attrib["x"]) < width
    assert 0 < float(tile.attrib["y"]) < height
    assert shade(svg, 116) == "step0"
    assert len(list(svg.iter(f"{SVG}path"))) == 1
