"""The style of pages that are one file: colours of the look, the head of every page, and the headings' font."""

import base64
import functools
from importlib.resources import files

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from campaign_engine import look


@functools.cache
def css() -> Markup:
    """With Bricolage Grotesque (web/static/fonts/OFL.txt), English and Spanish signs."""
    font = (files("analytics") / "pages" / "bricolage-700.woff2").read_bytes()
    environment = Environment(loader=PackageLoader("analytics", "pages"), autoescape=True)
    inside = f"data:font/woff2;base64,{base64.b64encode(font).decode()}"
    sheet = environment.get_template("report.css").render(heading_font=inside)
    return Markup(look.css() + head() + sheet)  # noqa: S704 - our own style sheet


def head() -> str:
    """Of every page and report, so that Get help and Leave stand in one place (safety P1)."""
    return (files("analytics") / "pages" / "head.css").read_text("utf-8")
