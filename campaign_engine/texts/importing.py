"""A translator's file: made from the catalogue, and taken back whole or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from campaign_engine.domain.errors import BrokenFile, InvalidInput
from campaign_engine.domain.languages import LANGUAGE_NAMES, SAFETY_LANGUAGES
from campaign_engine.domain.safety_texts import (
    NOTES,
    SAFETY_TEXTS,
    faults,
    kept_words,
    longest,
    own_words,
    shared_texts,
    values_of,
)
from campaign_engine.texts.catalogue import Catalogue, Entry
from campaign_engine.texts.sheet import Row

MOST_NAMED = 20
"""Problems that one error names; a file with more has one cause for most of them."""

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class _Problem:
    line: int
    column: str
    says: str


@dataclass(frozen=True, slots=True)
class Change:
    """One text that reads otherwise afterwards."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Import:
    """What a file would do: `rows` are kept in the data folder; `doubtful` names texts whose English has changed."""

    language: str
    rows: tuple[Row, ...]
    changes: tuple[Change, ...]
    reviewed: tuple[str, ...]
    unreviewed: tuple[str, ...]
    doubtful: tuple[str, ...]


def known_language(code: str) -> str:
    """The code as we write it. Raises InvalidInput."""
    for language in SAFETY_LANGUAGES:
        if code.lower() == language.lower():
            return language
    known = ", ".join(f"{language} ({name})" for language, name in LANGUAGE_NAMES.items())
    raise InvalidInput(f"There is no language “{code}”.", f"These exist: {known}.", "unknown_language")


def exported(catalogue: Catalogue, language: str) -> tuple[Row, ...]:
    """One row for each text, safety texts first."""
    entries = catalogue.entries(language)
    return tuple(
        Row(name, entry.english, entry.text, _note(entry, language), entry.reviewed_by, entry.reviewed_on)
        for name, entry in entries.items()
    )


def planned(catalogue: Catalogue, language: str, rows: tuple[Row, ...]) -> Import:
    """What importing these rows would do. Raises BrokenFile naming every line and column that cannot be taken."""
    before = catalogue.entries(language)
    problems = [*_of_lines(rows, before, language), *_of_whole(catalogue, language, rows)]
    if problems:
        raise _broken(problems)
    kept = tuple(row for given in rows if (row := _kept(catalogue, before[given.name], given, language)) is not None)
    after = catalogue.with_rows(language, kept).entries(language)
    pairs = [(entry, after[name]) for name, entry in before.items()]
    return Import(
        language,
        kept,
        tuple(Change(new.name, old.text, new.text) for old, new in pairs if old.text != new.text),
        tuple(new.name for old, new in pairs if new.reviewed and not old.reviewed),
        tuple(new.name for old, new in pairs if old.reviewed and not new.reviewed),
        tuple(new.name for _, new in pairs if new.outdated),
    )


def _kept(catalogue: Catalogue, entry: Entry, given: Row, language: str) -> Row | None:
    """A line that changed nothing leaves things as they are; a changed text with its old review has none."""
    same_review = (given.reviewed_by, given.reviewed_on) == (entry.reviewed_by, entry.reviewed_on)
    if given.text == entry.text and same_review:
        return catalogue.imported(language, given.name)
    if not given.text:
        return None
    return replace(given, reviewed_by="", reviewed_on="") if given.text != entry.text and same_review else given


def _of_lines(rows: tuple[Row, ...], entries: Mapping[str, Entry], language: str) -> Iterator[_Problem]:
    first: dict[str, int] = {}
    for row in rows:
        if row.name not in entries:
            yield _Problem(row.line, "key", "There is no text of this name.")
            continue
        if first.setdefault(row.name, row.line) != row.line:
            yield _Problem(row.line, "key", f"{row.name} is in line {first[row.name]} already.")
        if row.text or row.name in SAFETY_TEXTS:
            for fault in faults(row.name, entries[row.name].english, row.text, language):
                yield _Problem(row.line, "translation", f"{row.name}: {fault}")
        if bool(row.reviewed_by) != bool(row.reviewed_on):
            lacking = "reviewed_on" if row.reviewed_by else "reviewed_by"
            yield _Problem(row.line, lacking, f"{row.name}: A review needs a name and a day.")
        if len(row.reviewed_by) > LONGEST_NAME:
            yield _Problem(row.line, "reviewed_by", f"{row.name}: At most {LONGEST_NAME} characters fit.")


def _of_whole(catalogue: Catalogue, language: str, rows: tuple[Row, ...]) -> Iterator[_Problem]:
    lines = {row.name: row.line for row in rows}
    for name in SAFETY_TEXTS:
        if name not in lines:
            yield _Problem(len(rows) + 2, "key", f"{name} is missing.")
    others = {one: catalogue.texts(one) for one in SAFETY_LANGUAGES if one != language}
    own = {row.name: row.text for row in rows if row.text}
    for name, one, other in shared_texts({**others, language: own}):
        if language in (one, other) and name in own:
            twin = one if other == language else other
            yield _Problem(lines[name], "translation", f"{name}: It says the same in {LANGUAGE_NAMES[twin]}.")


def _broken(problems: list[_Problem]) -> BrokenFile:
    said = [f"Line {each.line}, column {each.column}: {each.says}" for each in problems[:MOST_NAMED]]
    more = len(problems) - len(said)
    said += [f"And {more} more."] if more else []
    first = problems[0]
    hint = "Nothing was changed. Mend these lines and import the file again."
    return BrokenFile("\n".join(said), hint, first.line - 1, first.column)


def _note(entry: Entry, language: str) -> str:
    """What a translator should know of one text."""
    own = own_words(entry.name, entry.english, language)
    keep = (
        *dict.fromkeys((*kept_words(entry.english, language), *own)),
        *(f"{{{{ {name} }}}}" for name in values_of(entry.english)),
    )
    parts = (
        f"At most {longest(entry.name)} characters.",
        NOTES.get(entry.name, ""),
        f"Keep: {', '.join(keep)}." if keep else "",
        "" if entry.name in SAFETY_TEXTS else "May stay empty.",
        "THE ENGLISH HAS CHANGED since this was translated." if entry.outdated else "",
    )
    return " ".join(part for part in parts if part)
