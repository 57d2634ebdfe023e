"""A report as one self-contained page: no script, nothing loaded from elsewhere, phone first."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from analytics import sheet
from analytics.document import Document
from analytics.words import Words
from campaign_engine.domain.contact import LANGUAGES

_RANGE = re.compile(r"([\d.,]+–[\d.,]+(?:\N{NO-BREAK SPACE}%)?)")


@dataclass(frozen=True, slots=True)
class Link:
    """`is_here` marks the page itself."""

    address: str
    text: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Where a page leads: `other` is the same in the other language; the rest only where it is a page of ours."""

    other: str
    files: tuple[Link, ...] = ()
    editions: tuple[Link, ...] = ()
    precincts: tuple[Link, ...] = ()
    back: Link | None = None
    areas: Mapping[str, str] = field(default_factory=dict)
    why: Link | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of ours has around it, as markup, in the reader's language; a file that works alone has none.

    `head` comes into the head of the file, `above` before everything else, `ways_out` are Get help and Leave;
    `lacking` says in that language why the report is in another one, and is empty where it is not.
    """

    language: str
    direction: str
    head: str
    above: str
    ways_out: str
    lacking: str = ""


def report_page(document: Document, drawn: Mapping[str, str], links: Links, frame: Frame | None = None) -> str:
    """`drawn` are SVG by section; where one is missing its table says the same, and the page that it is missing."""
    other = next(one for one in LANGUAGES if one != document.language)
    return _template().render(
        doc=document,
        drawn={key: Markup(svg) for key, svg in drawn.items()},  # noqa: S704 - analytics.charts escapes every word
        lacking=any(key not in drawn for key in document.charts()),
        say=Words(document.language),
        css=sheet.css(),
        other=other,
        links=links,
        frame=frame and {name: Markup(value) for name, value in asdict(frame).items()},  # noqa: S704 - our templates
    )


def unbroken(said: str) -> Markup:
    """Ranges stay on one line."""
    parts = _RANGE.split(said)
    return Markup("").join(
        Markup('<span class="whole">{0}</span>').format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


@cache
def _template() -> Template:
    loader = PackageLoader("analytics", "pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["unbroken"] = unbroken
    return environment.get_template("report.html")
