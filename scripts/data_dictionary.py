"""Writes docs/data-dictionary.md from the tables: every column with its class and how long it is kept.

`--check` writes nothing and fails when the page is not what the tables say. A column without class or retention fails
either way.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from campaign_engine.domain.retention import RULES
from campaign_engine.store.tables import metadata

PAGE = Path(__file__).parents[1] / "docs" / "data-dictionary.md"
CLASSES = {
    "public": "about places and published things",
    "staff": "about the work of staff; shown to staff only",
    "person": "about an ally; leaves only as a protected count or in the person's own export",
    "secret": "encrypted or a keyed hash; useless without the key file",
}
HEADER = """\
# Data dictionary

<!-- Written by scripts/data_dictionary.py from campaign_engine/store/tables: change the tables, then run it. -->

Every column that is stored, what kind of thing it is, and how long it may be kept (safety A5). A `?` marks what may be
empty.

What removes it: the person's own /delete at once, and the nightly clean-up (03:30 New York time, and each start of the
program). `groundswell doctor` says when it ran. Its rules, which a test holds against this page:

| rule | kept | from | tables |
|---|---|---|---|
{rules}

Copies of the database are yours: `groundswell db backup` keeps none by itself, so remove yours after 30 days.
"""


class UnlistedColumn(Exception):
    """A column that does not say its class and retention."""


def page(tables: sa.MetaData) -> str:
    """The whole page. Raises UnlistedColumn."""
    classes = "\n".join(f"- **{name}**: {meaning}" for name, meaning in CLASSES.items())
    rules = "\n".join(
        f"| {rule.name} | {rule.keep} | {rule.since} | {', '.join(sorted(rule.tables & tables.tables.keys()))} |"
        for rule in RULES
    )
    return "\n".join(
        (HEADER.format(rules=rules), classes, *(_section(tables.tables[name]) for name in sorted(tables.tables)))
    )


def _section(table: sa.Table) -> str:
    return "\n".join((f"\n## {table.name}\n", "| column | type | class | kept |", "|---|---|---|---|", *_rows(table)))


def _rows(table: sa.Table) -> Iterator[str]:
    for column in table.columns:
        privacy, keep = column.info.get("class"), column.info.get("keep")
        if privacy not in CLASSES or not keep:
            raise UnlistedColumn(f"{table.name}.{column.name} does not say its class and how long it is kept")
        yield f"| {column.name} | {_type(column)} | {privacy} | {keep} |"


def _type(column: sa.Column[object]) -> str:
    """As a reader knows it; `?` where it may be empty."""
    names = {"String": "text", "Text": "text", "JSON": "JSON", "LargeBinary": "bytes", "Date": "day"}
    names |= {"Integer": "number", "BigInteger": "number", "Float": "number", "Boolean": "yes or no"}
    names |= {"DateTime": "New York wall-clock time", "UtcDateTime": "time (UTC)"}
    return names[type(column.type).__name__] + (" ?" if column.nullable else "")


def main() -> int:
    """1 when the page does not fit the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    wanted = page(metadata) + "\n"
    if not parser.parse_args().check:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    print("docs/data-dictionary.md is not what the tables say: run `python scripts/data_dictionary.py`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
