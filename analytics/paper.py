"""A report as PDF: the same document, whose text can be read aloud and copied, set by Typst."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.document import Document
from analytics.words import Words
from campaign_engine.look import LIGHT

if TYPE_CHECKING:
    from typst import Compiler

_FONTS = ("Atkinson Hyperlegible Next", "Noto Sans")
_ONE_AT_A_TIME = threading.Lock()


def pdf(document: Document, drawn: Mapping[str, str]) -> bytes:
    """US Letter, by day; takes some 0.3 s of a core: call it in a thread. `drawn` are SVG with colours of the day."""
    say = Words(document.language)
    plain = asdict(document)
    for section in plain["sections"]:
        section["svg"] = paintable(drawn[section["key"]]) if section["key"] in drawn else ""
        for table in (section["table"], *section["more"]):
            if table:
                table["wide"] = sorted(table["wide"])
    given = {
        "doc": plain,
        "colours": dict(LIGHT),
        "fonts": _FONTS,
        "hidden": say.hidden,
        "page": say("page_of", page="{page}", pages="{pages}"),
    }
    with _ONE_AT_A_TIME:
        made = _compiler().compile(input=_source(), format="pdf", sys_inputs={"given": json.dumps(given)})
    if not isinstance(made, bytes):
        raise TypeError("a report is one file")
    return made


def paintable(svg: str) -> str:
    """The map's classes as colours, for a reader of SVG that knows no style sheet."""
    if 'class="map"' not in svg:
        return svg
    style = "".join(_rules())
    return svg.replace("<title", f"<style>{style}</style><title", 1)


def _rules() -> list[str]:
    text = "text{font:700 12px 'Noto Sans';text-anchor:middle;dominant-baseline:central}"
    steps = [
        f".step{n} rect,.step{n} path{{fill:{LIGHT[f'map-{n}']}}}.step{n} text{{fill:{LIGHT[f'on-map-{n}']};"
        f"paint-order:stroke;stroke:{LIGHT[f'map-{n}']};stroke-width:2}}"
        for n in range(4)
    ]
    rest = [
        f".beyond text{{fill:{LIGHT['soft']}}}",
        f".veiled rect,.veiled path{{fill:url(#veil);stroke:{LIGHT['veil']}}}.veiled text{{fill:{LIGHT['ink']}}}",
        f".veil-ground{{fill:{LIGHT['card']}}}.veil-line{{fill:{LIGHT['veil']}}}",
        f".place{{text-anchor:start;font-size:14px;fill:{LIGHT['soft']}}}path{{stroke:{LIGHT['paper']}}}",
        f".beyond rect,.beyond path{{fill:none;stroke:{LIGHT['veil']};stroke-width:1}}",
    ]
    return [text, *steps, *rest]


@cache
def _compiler() -> "Compiler":
    import typst

    folders = [str(Path(str(files(f"campaign_engine.{package}") / "fonts"))) for package in ("pictures", "posters")]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    return typst.Compiler(font_paths=fonts)


@cache
def _source() -> bytes:
    return (files("analytics") / "pages" / "report.typ").read_bytes()
