"""The list of who has left, as a file outside database and backups (safety A1).

One line a word, only ever added to: `<keyed hash> <deleted|stopped|back> <UTC time>`. The first line carries the
fingerprint of the key, without which a hash means nothing.
"""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.store.leavers import Leaver, Leaving

_NAME = "groundswell-leavers"
_SHOWN = 16
_HEADER = re.compile(rf"{_NAME},1,([0-9a-f]{{{_SHOWN}}})")
_LINE = re.compile(r"([0-9a-f]{64}) (deleted|stopped|back) (\S+)")
_OWNER_ONLY = 0o600


class LeaversFile:
    """Of one installation; any number of processes may add to it."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self._fingerprint = fingerprint[:_SHOWN]

    def add(self, left: Iterable[Leaver]) -> None:
        """On the disk when this returns. Raises OSError, and ConfigurationError for a list of another key."""
        lines = "".join(f"{one.address_hash} {one.said} {one.at.astimezone(UTC).isoformat()}\n" for one in left)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            file.write((self._gap(cast(BinaryIO, file)) + lines).encode("ascii"))
            os.fsync(file.fileno())

    def _gap(self, file: BinaryIO) -> str:
        """What goes before a new line: a header for a new list, an end for a line that the power cut off."""
        if file.seek(0, os.SEEK_END) == 0:
            return f"{_NAME},1,{self._fingerprint}\n"
        file.seek(-1, os.SEEK_END)
        whole = file.read(1) == b"\n"
        file.seek(0)
        self._check(file.read(len(_NAME) + 3 + _SHOWN).decode("ascii", "replace"))
        return "" if whole else "\n"

    def read(self) -> tuple[Leaver, ...]:
        """Nobody when there is no file; a line that was cut off does not count.

        Raises ConfigurationError for a file that is no such list, cannot be read or belongs to another key.
        """
        if not self.path.exists():
            return ()
        try:
            with self.path.open(encoding="ascii", errors="replace") as lines:
                self._check(next(lines, "").strip())
                return tuple(_parsed(lines))
        except OSError as error:
            raise ConfigurationError(
                f"The list of leavers, {self.path}, cannot be read.", "Check that you may read it."
            ) from error

    def _check(self, first: str) -> None:
        found = _HEADER.fullmatch(first)
        if found is None or found[1] != self._fingerprint:
            why = "is no such list" if found is None else "was made with another key"
            raise ConfigurationError(
                f"The list of leavers, {self.path}, {why}.",
                "Set GROUNDSWELL_LEAVERS_FILE to the one of this installation, or move that file away.",
                "wrong_leavers",
            )


def _parsed(lines: Iterable[str]) -> Iterator[Leaver]:
    for line in lines:
        found = _LINE.fullmatch(line.rstrip("\n"))
        if found is None or not line.endswith("\n"):
            continue
        try:
            yield Leaver(found[1], datetime.fromisoformat(found[3]), Leaving(found[2]))
        except ValueError:
            continue
