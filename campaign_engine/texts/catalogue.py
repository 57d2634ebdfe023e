"""Every text that is translated, with the English it came from and who reviewed it (safety P2)."""

import hashlib
import os
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

from campaign_engine.domain.errors import ConfigurationError, InvalidInput
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.safety_texts import SAFETY_TEXTS, faults
from campaign_engine.texts import sheet

FLOWS = ("join", "menu", "consent", "help", "contact", "pledge", "page", "poster", "command")
"""Files of templates/messages that an ally reads; their plain blocks may be translated, safety texts must."""

FOLDER = "texts"
"""Beside the database: what was imported, one file a language, so that an update of the program keeps it."""

_BLOCK = re.compile(r"{%-?\s*block (\w+)\s*-?%}(.*?){%-?\s*endblock\s*-?%}", re.DOTALL)
_TAG = re.compile(r"{[%#].*?[%#]}", re.DOTALL)
_VALUE = re.compile(r"{{.*?}}", re.DOTALL)
_COMPUTES = re.compile(r"{%|{#|{{(?! *\w+ *}})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One text in one language, empty while nobody has translated it; `came_from` is a fingerprint of its English."""

    name: str
    english: str
    text: str = ""
    came_from: str = ""
    reviewed_by: str = ""
    reviewed_on: str = ""

    @property
    def outdated(self) -> bool:
        """The English has changed since."""
        return bool(self.text) and self.came_from != fingerprint(self.english)

    @property
    def reviewed(self) -> bool:
        """A person has read it against the English of now."""
        return bool(self.text and self.reviewed_by) and not self.outdated


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a language is: counts of safety texts, and of all texts that are still shown in English."""

    language: str
    safety: int
    missing: int
    outdated: int
    unreviewed: int
    in_english: int
    imported: bool
    unused: int


def fingerprint(text: str) -> str:
    """Changes with every word; line ends and blanks around do not count."""
    return hashlib.sha256("\n".join(text.strip().splitlines()).encode()).hexdigest()[:8]


@cache
def shipped(language: str) -> Mapping[str, str]:
    """Texts of the language as `file.block`, with their tags. Raises ConfigurationError for a missing safety text."""
    found = {
        f"{flow}.{block}": text.strip()
        for flow in FLOWS
        for block, text in _BLOCK.findall(_read(_messages() / language / f"{flow}.j2"))
    }
    for name in SAFETY_TEXTS:
        if name not in found:
            raise _missing(language, name)
    return found


@cache
def translatable() -> tuple[str, ...]:
    """Safety texts, then the other plain texts that allies read: `optional`."""
    plain = (name for name, text in shipped("en").items() if not _COMPUTES.search(text))
    return tuple(dict.fromkeys((*SAFETY_TEXTS, *plain)))


@cache
def shipped_text(language: str, name: str) -> str:
    """As a translator reads it, empty where there is none: what the program puts together without its tags."""
    text = shipped(language).get(name, "")
    return _VALUE.sub("…", _TAG.sub("", text)).strip() if _COMPUTES.search(text) else text


@cache
def shipped_reviews(language: str) -> Mapping[str, Mapping[str, str]]:
    """What reviews.toml says of each text."""
    return tomllib.loads(_read(_messages() / language / "reviews.toml"))


class Catalogue:
    """Shipped texts and what was imported into `folder`, if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder / FOLDER if folder is not None else None
        self._imported = {language: dict(self._read(language)) for language in SAFETY_LANGUAGES}

    def english(self, name: str) -> str:
        """The English of now."""
        imported = self._imported["en"].get(name)
        return imported.text if imported is not None else shipped_text("en", name)

    def entries(self, language: str) -> Mapping[str, Entry]:
        """Every translatable text of one language."""
        return {name: self._entry(language, name) for name in translatable()}

    def overrides(self) -> Mapping[str, Mapping[str, str]]:
        """For each language the imported texts that fit the program of now."""
        return {
            language: {name: entry.text for name in own if (entry := self._fitting(language, name)) is not None}
            for language, own in self._imported.items()
            if own
        }

    def standing(self, language: str) -> Standing:
        """Counts for operators; texts of a complete language are never shown in English."""
        entries = self.entries(language)
        safety = [entries[name] for name in SAFETY_TEXTS]
        imported = self._imported[language]
        return Standing(
            language,
            safety=sum(bool(entry.text) for entry in safety),
            missing=sum(not entry.text for entry in safety),
            outdated=sum(entry.outdated for entry in safety),
            unreviewed=sum(not entry.reviewed for entry in safety),
            in_english=sum(not entry.text for entry in entries.values()),
            imported=bool(imported),
            unused=sum(self._fitting(language, name) is None for name in imported),
        )

    def imported(self, language: str, name: str) -> sheet.Row | None:
        """The row that stands in the place of a shipped text."""
        return self._imported[language].get(name)

    def texts(self, language: str) -> Mapping[str, str]:
        """Every text of one language that is there."""
        return {name: entry.text for name, entry in self.entries(language).items() if entry.text}

    def with_rows(self, language: str, rows: tuple[sheet.Row, ...]) -> Self:
        """The catalogue as it would be with these instead of what was imported; writes nothing."""
        other = copy(self)
        other._imported = {**self._imported, language: {row.name: row for row in rows}}  # noqa: SLF001 - of its own kind
        return other

    def replace(self, language: str, rows: tuple[sheet.Row, ...]) -> None:
        """Keep these as the language's own, whole or not at all. Raises InvalidInput when they cannot be written."""
        path = self._path(language)
        if path is None:
            raise InvalidInput("There is no data folder.", "Set GROUNDSWELL_DATA_DIR.")
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(sheet.written(rows))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            if not rows:
                path.unlink()
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written.", "Check who owns GROUNDSWELL_DATA_DIR.") from error
        finally:
            beside.unlink(missing_ok=True)
        self._imported = {**self._imported, language: dict(self._read(language))}

    def _entry(self, language: str, name: str) -> Entry:
        imported = self._fitting(language, name)
        if imported is not None:
            return imported
        text, review = shipped_text(language, name), shipped_reviews(language).get(name, {})
        same = review.get("text") == fingerprint(text)
        return Entry(
            name,
            self.english(name),
            text,
            review.get("english", fingerprint(self.english(name))) if language != "en" else fingerprint(text),
            review.get("reviewed_by", "") if same else "",
            review.get("reviewed_on", "") if same else "",
        )

    def _fitting(self, language: str, name: str) -> Entry | None:
        """The imported text, unless an update of the program took its place or its values away."""
        row = self._imported[language].get(name)
        if row is None or name not in translatable():
            return None
        english = row.text if language == "en" else self.english(name)
        if any(faults(name, shipped_text("en", name) if language == "en" else english, row.text, language)):
            return None
        came_from = fingerprint(english if language == "en" else row.english)
        return Entry(name, english, row.text, came_from, row.reviewed_by, row.reviewed_on)

    def _read(self, language: str) -> Iterator[tuple[str, sheet.Row]]:
        path = self._path(language)
        if path is None or not path.is_file():
            return
        try:
            rows = sheet.read(path.read_bytes())
        except (OSError, InvalidInput) as error:
            why = error.message if isinstance(error, InvalidInput) else "It cannot be opened."
            raise ConfigurationError(
                f"The texts in {path} cannot be used. {why}",
                "Import them again by `groundswell texts import`, or move that file away.",
                "broken_texts",
            ) from error
        yield from ((row.name, row) for row in rows if row.text)

    def _path(self, language: str) -> Path | None:
        return self._folder / f"{language}.csv" if self._folder is not None else None


def check_shipped() -> None:
    """Raise ConfigurationError, naming file and text, for a language that lacks a safety text."""
    for language in SAFETY_LANGUAGES:
        shipped(language)


def _missing(language: str, name: str) -> ConfigurationError:
    flow, _, block = name.partition(".")
    return ConfigurationError(
        f"templates/messages/{language}/{flow}.j2 lacks the safety text {block}.",
        "Install the program again; nothing is sent before every language is whole.",
        "missing_safety_text",
    )


def _messages() -> Traversable:
    return files("templates") / "messages"


def _read(path: Traversable) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
