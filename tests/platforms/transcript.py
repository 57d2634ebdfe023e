"""What a local platform server received and sent, in order; shared by the Telegram and the Discord server."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Direction(StrEnum):
    """Seen from the local server."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transcript; `at` is in seconds since the epoch, `body` holds nothing that JSON cannot say."""

    at: float
    direction: Direction
    kind: str
    path_or_event: str
    body: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Not by `asdict`, which copies all that is in the body: entries are read far more often than written."""
        return {name: getattr(self, name) for name in ("at", "direction", "kind", "path_or_event", "body")}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Entry":
        return cls(row["at"], Direction(row["direction"]), row["kind"], row["path_or_event"], dict(row["body"]))


@dataclass(slots=True)
class Transcript:
    """Append-only; every entry is also appended to `file` as a JSON line, so that it outlives the process."""

    file: Path | None = None
    entries: list[Entry] = field(default_factory=list)
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, direction: Direction, kind: str, path_or_event: str, body: Mapping[str, Any]) -> Entry:
        entry = Entry(time.time(), direction, kind, path_or_event, dict(body))
        self.entries.append(entry)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(entry.to_json(), ensure_ascii=False) + "\n")
        self._grown.set()
        self._grown = asyncio.Event()
        return entry

    def find(
        self,
        *,
        kind: str | None = None,
        path_or_event: str | None = None,
        direction: Direction | None = None,
        **body: object,
    ) -> list[Entry]:
        """Entries that fit every given condition; `body` conditions compare one top-level key of the body each."""
        return [
            entry
            for entry in self.entries
            if (kind is None or entry.kind == kind)
            and (path_or_event is None or entry.path_or_event == path_or_event)
            and (direction is None or entry.direction is direction)
            and all(key in entry.body and entry.body[key] == value for key, value in body.items())
        ]

    async def wait_for(self, predicate: Callable[[Entry], bool], within: float = 60.0) -> Entry:
        """First entry that fits, earlier ones included; AssertionError with the last entries after `within` seconds."""
        position = 0
        try:
            async with asyncio.timeout(within):
                while True:
                    while position < len(self.entries):
                        entry = self.entries[position]
                        position += 1
                        if predicate(entry):
                            return entry
                    await self._grown.wait()
        except TimeoutError:
            tail = "\n".join(f"  {entry.direction} {entry.kind} {entry.path_or_event}" for entry in self.entries[-15:])
            raise AssertionError(f"nothing fitting within {within} s; the last entries:\n{tail}") from None

    async def wait_for_more_than(self, count: int, within: float) -> list[Entry]:
        """Entries after the first `count`, as soon as there is one; an empty list after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                while len(self.entries) <= count:
                    await self._grown.wait()
        except TimeoutError:
            return []
        return self.entries[count:]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def read_transcript(file: Path) -> list[Entry]:
    """The entries of a JSONL transcript; a last line still being written is left out."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return [Entry.from_json(json.loads(line)) for line in lines if line.endswith("\n")]
