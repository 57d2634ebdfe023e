"""Compute cms_sites.csv, the violence interrupters of each precinct, from the City's list of Cure Violence sites.

Run from the project's folder: python -m scripts.build_directory FILE
"""

import argparse
import csv
import hashlib
from pathlib import Path

TABLE = Path(__file__).parents[1] / "campaign_engine" / "opendata" / "tables" / "cms_sites.csv"
SOURCE = "NYC Crisis Management System, Cure Violence sites in the July 2023 budget (FY24), sha256 {digest}"
ORDINARY_WORDS = {"Man Up", "Life Camp", "Elite Learners", "Camba"}
"""Names that a sentence may hold without meaning them: a post names them only with these capitals."""

SMALL_WORDS = {"OF", "AND", "THE", "FOR"}
SAID_AS_IS = {"NYC"}


def organizations(path: Path) -> dict[str, set[int]]:
    """Precincts by organization; catchments and awards are left out."""
    found: dict[str, set[int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(readable(row["organization"]), set()).add(int(row["precinct"]))
    return found


def readable(name: str) -> str:
    """Without the legal form, and not in capitals throughout."""
    plain = name.strip().removesuffix(".").removesuffix(" INC").removesuffix(" Inc").rstrip(", ")
    if plain != plain.upper():
        return plain
    words = enumerate(plain.split())
    return " ".join(word.lower() if word in SMALL_WORDS and at else _cased(word) for at, word in words)


def _cased(word: str) -> str:
    return word if word in SAID_AS_IS else word.capitalize()


def main() -> None:
    """Write the table, with its source in every row."""
    parser = argparse.ArgumentParser(description="Compute the table of violence interrupters by precinct.")
    parser.add_argument("file", type=Path)
    path = parser.parse_args().file
    source = SOURCE.format(digest=hashlib.sha256(path.read_bytes()).hexdigest()[:12])
    rows = [
        (name, " ".join(map(str, sorted(where))), "yes" if name in ORDINARY_WORDS else "", source)
        for name, where in sorted(organizations(path).items())
    ]
    with TABLE.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows([("name", "precincts", "capitals", "source"), *rows])
    print(f"{TABLE.name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
