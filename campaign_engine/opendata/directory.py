"""The support directory from files: what ships, the violence interrupters by precinct, what the operator added."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.precinct import PRECINCT_NUMBERS
from campaign_engine.domain.support import SupportEntry

OWN_FILE = "support_directory.toml"
LONGEST_NAME = 120
_TABLES = files("campaign_engine.opendata.tables")
_TEXTS = ("name", "how", "hours", "about", "source")
_KNOWN = frozenset((*_TEXTS, "precincts", "aliases", "fixed", "capitals"))


class DirectoryFiles:
    """Implements ports.directory.SupportEntries; the operator's file is read once, when the program starts."""

    def __init__(self, folder: Path | None = None) -> None:
        self._entries = merged(shipped(), own(folder))

    def entries(self) -> tuple[SupportEntry, ...]:
        """Fixed ones first, then the City's, then those of precincts."""
        return self._entries


def merged(ours: tuple[SupportEntry, ...], theirs: tuple[SupportEntry, ...]) -> tuple[SupportEntry, ...]:
    """The operator's take the place of ours of the same name, except on the help card."""
    fixed = {entry.name for entry in ours if entry.fixed}
    taken = {entry.name: entry for entry in (*ours, *theirs) if entry.name not in fixed}
    others = sorted(taken.values(), key=lambda entry: bool(entry.precincts))
    return (*(entry for entry in ours if entry.fixed), *others)


@cache
def shipped() -> tuple[SupportEntry, ...]:
    """Of the package."""
    lines = tomllib.loads(_TABLES.joinpath(OWN_FILE).read_text(encoding="utf-8"))
    return (*_entries(lines, may_fix=True), *_interrupters())


def own(folder: Path | None) -> tuple[SupportEntry, ...]:
    """Of the operator's file, if there is one. Raises BrokenFile naming the entry."""
    path = folder / OWN_FILE if folder is not None else None
    if path is None or not path.exists():
        return ()
    try:
        return tuple(_entries(tomllib.loads(path.read_text(encoding="utf-8")), may_fix=False))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BrokenFile(f"{OWN_FILE} cannot be read.", "Write it like the one in the program, as TOML.") from error


def _entries(parsed: Mapping[str, Any], *, may_fix: bool) -> Iterator[SupportEntry]:
    rows = parsed.get("entry", [])
    if set(parsed) - {"entry"} or not isinstance(rows, list):
        raise BrokenFile(f"{OWN_FILE} holds more than entries.", "Begin each with [[entry]].")
    for number, row in enumerate(rows, 1):
        _check(number, row, may_fix=may_fix)
        yield SupportEntry(
            **{name: row.get(name, "") for name in _TEXTS},
            precincts=tuple(row.get("precincts", ())),
            aliases=tuple(row.get("aliases", ())),
            fixed=row.get("fixed", False),
            capitals=row.get("capitals", False),
        )


def _check(number: int, row: Any, *, may_fix: bool) -> None:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
        raise _broken(number, "has no name", "Every entry needs one.")
    unknown = set(row) - _KNOWN
    if unknown:
        raise _broken(number, f"has {min(unknown)}, which means nothing", f"These do: {', '.join(sorted(_KNOWN))}.")
    if not all(isinstance(row.get(name, ""), str) and len(row.get(name, "")) <= LONGEST_NAME for name in _TEXTS):
        raise _broken(number, "has a text that is too long", f"At most {LONGEST_NAME} characters in quotes.")
    if not _are(row.get("precincts", []), int) or not set(row.get("precincts", [])) <= set(PRECINCT_NUMBERS):
        raise _broken(number, "names an unknown precinct", "Write precincts = [75, 77].")
    if not _are(row.get("aliases", []), str):
        raise _broken(number, "has other names that are no list", 'Write aliases = ["a name"].')
    if row.get("fixed", False) is not False and not may_fix:
        raise _broken(number, "calls itself fixed", "Only 911, 988 and 741741 need no look.")


def _are(values: Any, kind: type) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _broken(number: int, what: str, hint: str) -> BrokenFile:
    return BrokenFile(f"Entry {number} of {OWN_FILE} {what}.", hint, row=number)


def _interrupters() -> Iterator[SupportEntry]:
    """Of the Crisis Management System, as the City paid them in July 2023: none is shown before somebody looked."""
    for row in csv.DictReader(_TABLES.joinpath("cms_sites.csv").read_text(encoding="utf-8").splitlines()):
        precincts = tuple(int(number) for number in row["precincts"].split())
        yield SupportEntry(
            row["name"],
            about="violence interrupters",
            precincts=precincts,
            capitals=bool(row["capitals"]),
            source=row["source"],
        )
