"""Word lists from files: shipped with the program, changed by the operator's own list; each change has a reason."""

import json
import logging
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import BrokenFile, InvalidInput
from campaign_engine.domain.lint.finding import Severity
from campaign_engine.domain.lint.source import folded
from campaign_engine.domain.lint.words import LONGEST_PHRASE, WordEntry, without

OWN_FILE = "words.toml"
_HEAD = (
    "# Your changes to the word lists; `groundswell words` writes this file, and you may edit it.\n"
    "# [[add]] and [[remove]] each take language, word and reason; [[add]] also takes better.\n"
)
_REASON_LENGTH = 200
_ENTRY = {
    *("words", "why", "better", "plural", "severity", "kinds", "lessons", "unless", "unless_not"),
}
_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the operator's list; `verb` is add or remove."""

    verb: str
    language: str
    word: str
    reason: str
    better: str = ""


@dataclass(slots=True)
class WordLists:
    """Implements ports.wordlists.WordLists over `<data folder>/words.toml`.

    A list that breaks while the program runs is logged, and the last good one holds: the shipped words always do.
    """

    folder: Path | None = None
    _stamp: tuple[int, int] | None = None
    _made: Mapping[str, tuple[WordEntry, ...]] = field(default_factory=dict)

    def entries(self, language: str) -> tuple[WordEntry, ...]:
        """Read anew when the file changed."""
        stamp = _stamp(self.folder)
        if not self._made or stamp != self._stamp:
            try:
                self._made = self.read()
            except BrokenFile as error:
                log.warning("the operator's word list is not used: %s", error)
                self._made = self._made or {one: shipped(one) for one in LANGUAGES}
            self._stamp = stamp
        return self._made.get(language, ())

    def read(self) -> Mapping[str, tuple[WordEntry, ...]]:
        """As of now. Raises BrokenFile naming the line of the operator's list."""
        made = {language: shipped(language) for language in LANGUAGES}
        for change in self.changes():
            made[change.language] = applied(made[change.language], change)
        return made

    def changes(self) -> tuple[Change, ...]:
        """The operator's list in its order; empty without a file. Raises BrokenFile."""
        path = self._path
        if path is None or not path.exists():
            return ()
        try:
            return tuple(_changes(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise BrokenFile(
                f"{OWN_FILE} cannot be read.", "Check that you may read it and that it is text."
            ) from error

    def change(self, change: Change) -> bool:
        """Write one change; whether it changes anything. Raises InvalidInput, BrokenFile."""
        checked = _checked({**_plain(change)}, change.verb)
        kept = self.changes()
        before = self.read()[checked.language]
        if applied(before, checked) == before or self._path is None:
            return False
        opposite = [one for one in kept if one.verb != checked.verb and _same(one, checked)]
        others = [one for one in kept if not _same(one, checked)]
        undone = checked.verb == "remove" and any(one.verb == "add" for one in opposite)
        shipped_only = undone and not _has(shipped(checked.language), checked.word)
        _write(self._path, others if shipped_only else [*others, checked])
        return True

    @property
    def _path(self) -> Path | None:
        return self.folder / OWN_FILE if self.folder is not None else None


def shipped(language: str) -> tuple[WordEntry, ...]:
    """The list that comes with the program. Raises BrokenFile, which a test makes sure it never does."""
    text = files("templates").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    entries = _parsed(text, f"words/{language}.toml").get("entry", [])
    return tuple(_entry(raw, language) for raw in entries)


def applied(entries: Sequence[WordEntry], change: Change) -> tuple[WordEntry, ...]:
    """The list after one change; a word that is added again gets the new wording."""
    if change.verb == "remove":
        return without(entries, change.word)
    added = WordEntry(change.language, (change.word,), change.reason, change.better, own=True)
    return (*without(entries, change.word), added)


def _same(one: Change, other: Change) -> bool:
    return one.language == other.language and folded(one.word) == folded(other.word)


def _has(entries: Sequence[WordEntry], word: str) -> bool:
    return any(folded(word) == folded(one) for entry in entries for one in entry.words)


def _is_fixed(language: str, word: str) -> bool:
    holding = [entry for entry in shipped(language) if _has([entry], word)]
    return bool(holding) and all(entry.fixed for entry in holding)


def _entry(raw: Mapping[str, Any], language: str) -> WordEntry:
    unknown = set(raw) - _ENTRY
    kinds = frozenset(raw.get("kinds", ()))
    if unknown or not raw.get("words") or not raw.get("why") or kinds - set(CampaignKind):
        raise BrokenFile(f"words/{language}.toml has an entry that cannot be used.", f"Entry: {raw.get('words')}")
    return WordEntry(
        language,
        tuple(raw["words"]),
        raw["why"],
        raw.get("better", ""),
        raw.get("plural", ""),
        Severity(raw.get("severity", Severity.BETTER)),
        kinds,
        frozenset(raw.get("lessons", ())),
        tuple(raw.get("unless", ())),
        raw.get("unless_not", False),
    )


def _changes(text: str) -> Iterator[Change]:
    tables = _parsed(text, OWN_FILE)
    unknown = sorted(set(tables) - {"add", "remove"})
    if unknown:
        raise _broken(_line_of(unknown[0], text), f"there is no “{unknown[0]}”", "Use [[add]] and [[remove]].")
    loose = [name for name in tables if not isinstance(tables[name], list)]
    if loose:
        raise _broken(
            _line_of(loose[0], text), f"“{loose[0]}” stands alone", f"Write [[{loose[0]}]] with two brackets."
        )
    places = [(n, one.strip()) for n, one in enumerate(text.splitlines(), 1) if one.strip().startswith("[[")]
    seen = {"add": 0, "remove": 0}
    for line, head in places:
        verb = head.strip("[] ").split("]")[0]
        if verb not in seen or seen[verb] >= len(tables[verb]):
            continue
        raw = tables[verb][seen[verb]]
        seen[verb] += 1
        try:
            yield _checked(raw, verb)
        except InvalidInput as error:
            raise _broken(line, error.message.rstrip(".").lower(), error.hint) from None


def _line_of(name: str, text: str) -> int:
    begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if begins.match(line)), 1)


def _checked(raw: Mapping[str, Any], verb: str) -> Change:
    allowed = {"language", "word", "reason", *(("better",) if verb == "add" else ())}
    texts = {name: str(value).strip() for name, value in raw.items()}
    extra = sorted(set(texts) - allowed)
    if extra:
        raise InvalidInput(f"The field {extra[0]} is not known.", "Fields: " + ", ".join(sorted(allowed)) + ".")
    if texts.get("language") not in LANGUAGES:
        raise InvalidInput("The language is missing or not one we have.", "Choose from: " + ", ".join(LANGUAGES) + ".")
    word, reason = texts.get("word", ""), texts.get("reason", "")
    if not word or len(word) > LONGEST_PHRASE or not any(sign.isalnum() for sign in word):
        raise InvalidInput("The word is missing or too long.", f"A word or phrase has 1 to {LONGEST_PHRASE} letters.")
    if not reason or len(reason) > _REASON_LENGTH:
        raise InvalidInput("The reason is missing or too long.", "Say in one sentence why: the author will read it.")
    if verb == "remove" and _is_fixed(texts["language"], word):
        raise InvalidInput("This one keeps people safe and stays on the list.", "Add a better wording instead.")
    if any(not sign.isprintable() for value in texts.values() for sign in value):
        raise InvalidInput("Only plain text on one line can be used.", "Take line breaks and control signs out.")
    return Change(verb, texts["language"], word, reason, texts.get("better", ""))


def _plain(change: Change) -> dict[str, str]:
    values = {"language": change.language, "word": change.word, "reason": change.reason}
    return {**values, "better": change.better} if change.better else values


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = _LINE.search(said)
        line = int(at[1]) if at and at[1] else len(text.splitlines())
        what = _LINE.sub("", said).strip()
        raise BrokenFile(
            f"Line {line} of {name} cannot be read: {what}.", "Write text in quotes, one field a line.", row=line
        ) from None


def _broken(line: int, what: str, hint: str) -> BrokenFile:
    return BrokenFile(f"Line {line} of {OWN_FILE}: {what}.", hint, row=line)


def _write(path: Path, changes: Sequence[Change]) -> None:
    """Whole or not at all."""
    blocks = []
    for change in changes:
        fields = "".join(f"{name} = {json.dumps(text, ensure_ascii=False)}\n" for name, text in _plain(change).items())
        blocks.append(f"\n[[{change.verb}]]\n{fields}")
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(_HEAD + "".join(blocks), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InvalidInput(f"{path.name} cannot be written.", "Check that the folder exists and has room.") from error


def _stamp(folder: Path | None) -> tuple[int, int] | None:
    try:
        found = (folder / OWN_FILE).stat() if folder is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found is not None else None
