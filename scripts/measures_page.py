"""Writes the table of measures in docs/measures.md from the functions' docstrings; `--check` writes nothing and fails
when it is not what they say, or when one lacks its definition, unit or source."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from analytics.measures import MEASURES

PAGE = Path(__file__).parents[1] / "docs" / "measures.md"
FORM = re.compile(r"(?P<definition>.+); unit: (?P<unit>.+?)\. From: (?P<source>.+)\.", re.DOTALL)
BEGIN, END = "<!-- measures: written by scripts/measures_page.py -->\n", "<!-- end -->\n"


class Unexplained(Exception):
    """A measure without definition, unit or source."""


def row(measure: Callable[..., object]) -> str:
    """One line of the table. Raises Unexplained."""
    found = FORM.fullmatch((measure.__doc__ or "").partition("\n\n")[0])
    if found is None:
        raise Unexplained(f"{measure.__name__} does not say what, in which unit and from where")
    return f"| `{measure.__name__}` | {found['definition']} | {found['unit']} | {found['source']} |\n"


def page(before: str) -> str:
    """The whole page with its table made anew. Raises ValueError where the marks are missing."""
    head, rest = before.split(BEGIN)
    _, tail = rest.split(END)
    table = "".join(("| measure | counted are | unit | from |\n|---|---|---|---|\n", *map(row, MEASURES)))
    return f"{head}{BEGIN}\n{table}\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """1 when the page is out of date."""
    before = PAGE.read_text(encoding="utf-8")
    after = page(before)
    if "--check" not in arguments:
        PAGE.write_text(after, encoding="utf-8")
    elif after != before:
        print("docs/measures.md is not what the measures say: run scripts/measures_page.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
