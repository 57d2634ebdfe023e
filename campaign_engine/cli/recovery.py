"""The recovery sheet: the keys as rows that a person can type back, each with its own check (safety A1)."""

import base64
import hashlib
import re
from collections.abc import Iterator

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.store.cipher import KEY_BYTES, Keys

_ROWS_PER_KEY = 4
_ROW_BYTES = KEY_BYTES // _ROWS_PER_KEY
_LETTERS = 13
_CHECK_LETTERS = 3
_ROW = re.compile(r"^\s*(\d+)[.:\s]\s*([A-Z2-7 ]+?)\s*$", re.IGNORECASE)
_WORDS = """\
GROUNDSWELL RECOVERY SHEET

Whoever has this sheet and a copy of the database can read where people are written to. Print it, then delete this file.
Keep the paper locked up, apart from the computer and apart from the backups. Keep no photo of it.

Without these keys a backup is worthless: nobody can be reached, and nobody's STOP would be known any more.

To get the key file back, type the rows below into a text file, then run:  groundswell init --restore FILE
There are letters A to Z and digits 2 to 7, so what looks like a zero is an O and what looks like a one is an I or L.
A row that was mistyped is named.

"""


def sheet(keys: Keys) -> str:
    """Text to print; the look-up key comes first, the newest address key last."""
    rows: list[str] = []
    for title, key in _titled(keys):
        rows.append(f"{title}")
        for start in range(0, KEY_BYTES, _ROW_BYTES):
            number = sum(row.startswith(" ") for row in rows) + 1
            letters = _letters(number, key[start : start + _ROW_BYTES])
            rows.append(f" {number:>3}  " + " ".join(letters[at : at + 4] for at in range(0, len(letters), 4)))
        rows.append("")
    return _WORDS + "\n".join(rows)


def read_sheet(text: str) -> Keys:
    """Keys from rows as they were typed, words between them ignored. Raises InvalidInput naming the row."""
    rows = [match for line in text.splitlines() if (match := _ROW.match(line))]
    if len(rows) < 2 * _ROWS_PER_KEY or len(rows) % _ROWS_PER_KEY:
        raise InvalidInput(
            f"There are {len(rows)} rows of keys, and a sheet has 8, 12 or more.",
            "Type every row, with its number in front.",
        )
    parts = []
    for number, match in enumerate(rows, 1):
        if int(match[1]) != number:
            raise InvalidInput(f"Row {number} is missing or not in its place.", "Type the rows in their order.")
        parts.append(_bytes(number, "".join(match[2].upper().split())))
    keys = [b"".join(parts[at : at + _ROWS_PER_KEY]) for at in range(0, len(parts), _ROWS_PER_KEY)]
    return Keys(tuple(keys[1:]), keys[0])


def _titled(keys: Keys) -> Iterator[tuple[str, bytes]]:
    yield "Look-up key", keys.lookup
    for number, key in enumerate(keys.address, 1):
        yield f"Address key {number}", key


def _letters(number: int, part: bytes) -> str:
    return base64.b32encode(part).decode().rstrip("=") + _check(number, part)


def _check(number: int, part: bytes) -> str:
    """Wrong for a mistyped row in all but 1 of 32,768 cases, and for a row in another's place."""
    digest = hashlib.sha256(number.to_bytes(2) + part).digest()
    return base64.b32encode(digest).decode()[:_CHECK_LETTERS]


def _bytes(number: int, letters: str) -> bytes:
    if len(letters) == _LETTERS + _CHECK_LETTERS:
        part = base64.b32decode(letters[:_LETTERS] + "===")
        if _letters(number, part) == letters:
            return part
    raise InvalidInput(f"Row {number} was mistyped.", "Compare it with the sheet, letter by letter.")
