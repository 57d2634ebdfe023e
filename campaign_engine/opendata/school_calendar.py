"""Reads the school calendar: the shipped file, or the operator's own; all of it or nothing."""

import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from campaign_engine.domain.errors import ConfigurationError, InvalidInput
from campaign_engine.domain.school_calendar import Days, SchoolCalendar

SHIPPED = Path(__file__).with_name("tables") / "school_calendar.toml"

_SECTIONS = ("terms", "days_off")
_KEYS = {"name": str, "first": date, "last": date, "source": str, "verified": bool}
_HEADING = re.compile(r"\s*\[\[\s*(\w+)\s*\]\]")
_HINT = "Compare with the file that is shipped, school_calendar.toml; GROUNDSWELL_SCHOOL_CALENDAR names yours."


def load_calendar(path: Path | None = None) -> SchoolCalendar:
    """The operator's file, or the shipped one. Raises ConfigurationError naming the line of what is wrong."""
    try:
        text = (path or SHIPPED).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("It cannot be read") from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(f"It is no TOML: {error}") from error
    return _Reader(text).calendar(raw)


class _Reader:
    """Knows on which line each entry begins."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def calendar(self, raw: dict[str, Any]) -> SchoolCalendar:
        unknown = next((name for name in raw if name not in _SECTIONS), None)
        if unknown is not None:
            raise _wrong(f"There is no `{unknown}` in a calendar", self._line_of(unknown))
        terms, days_off = (self._entries(name, raw.get(name, [])) for name in _SECTIONS)
        for number in range(1, len(terms)):
            try:
                SchoolCalendar(terms[: number + 1])
            except InvalidInput as error:
                raise _wrong(error.message.rstrip("."), self._heading("terms", number)) from error
        return SchoolCalendar(terms, days_off)

    def _entries(self, section: str, raw: Any) -> tuple[Days, ...]:
        if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
            raise _wrong(f"Write [[{section}]] above each entry", self._line_of(section))
        return tuple(self._days(section, number, entry) for number, entry in enumerate(raw))

    def _days(self, section: str, number: int, entry: dict[str, Any]) -> Days:
        top = self._heading(section, number)
        for key, value in entry.items():
            if key not in _KEYS:
                raise _wrong(f"There is no `{key}` in [[{section}]]", self._line_of(key, top))
            wanted = _KEYS[key]
            if not isinstance(value, wanted) or isinstance(value, datetime):
                raise _wrong(f"`{key}` is not {_NAMES[wanted]}", self._line_of(key, top))
        missing = next((key for key in ("name", "first", "last", "source") if not entry.get(key)), None)
        if missing is not None:
            raise _wrong(f"`{missing}` is missing in [[{section}]]", top)
        try:
            return Days(**entry)
        except InvalidInput as error:
            raise _wrong(error.message.rstrip("."), top) from error

    def _heading(self, section: str, number: int) -> int:
        """Line of the section's entry with this number, counted from 0; 0 when it is written some other way."""
        found = [at for at, line in enumerate(self._lines, 1) if (m := _HEADING.match(line)) and m[1] == section]
        return found[number] if number < len(found) else 0

    def _line_of(self, key: str, after: int = 0) -> int:
        begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=]")
        below = enumerate(self._lines[after:], after + 1)
        return next((at for at, line in below if begins.match(line)), after)


_NAMES = {str: "text between quotes", date: "a date such as 2026-09-10", bool: "true or false"}


def _wrong(what: str, line: int = 0) -> ConfigurationError:
    where = f", line {line}" if line else ""
    return ConfigurationError(f"The school calendar cannot be used{where}: {what}.", _HINT, "bad_calendar")
