"""A list of opt-outs as a file: one header line, then one keyed hash a line; never an address (safety A1).

The header is `groundswell-optouts,1,<fingerprint of the key>,<number of lines>`: a hash means something only with the
key it was made with, and a list that was cut off must not pass for a whole one.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from campaign_engine.domain.errors import BrokenFile

_NAME = "groundswell-optouts"
_VERSION = "1"
_SHOWN = 16
_HASH = re.compile(r"[0-9a-f]{64}")
_HEADER = re.compile(rf"{_NAME},(\d{{1,4}}),([0-9a-f]{{{_SHOWN}}}),(\d{{1,9}})")
_UNCHANGED = "Nothing was changed."


def header(fingerprint: str, lines: int) -> str:
    """First line of a list of so many hashes."""
    return f"{_NAME},{_VERSION},{fingerprint[:_SHOWN]},{lines}"


def read_hashes(lines: Iterable[str], fingerprint: str) -> list[str]:
    """Hashes in the list's order, each once; `fingerprint` is that of our own key.

    Raises BrokenFile, which names a line by its number and never repeats what stands in it.
    """
    stripped = (line.strip() for line in lines)
    expected = _read_header(next(stripped, ""), fingerprint)
    found: dict[str, None] = {}
    count = 0
    for number, line in enumerate(stripped, 2):
        if line:
            count += 1
            found[_checked(line, number)] = None
    if count != expected:
        raise BrokenFile(
            f"This list is not whole: it says {expected} hashes and has {count}.", f"{_UNCHANGED} Copy it once more."
        )
    return list(found)


def _read_header(line: str, fingerprint: str) -> int:
    found = _HEADER.fullmatch(line.removeprefix("\ufeff"))
    if found is None:
        raise BrokenFile(
            "This is no list of opt-outs.",
            f"{_UNCHANGED} Use a file that `groundswell optouts export` or `groundswell optouts hash` wrote.",
        )
    if found[1] != _VERSION:
        raise BrokenFile(
            f"This list has format {found[1]}, and this program reads format {_VERSION}.",
            f"{_UNCHANGED} Export it with the same version of the program.",
        )
    if found[2] != fingerprint[:_SHOWN]:
        raise BrokenFile(
            "This list was made with another key, so its hashes fit nobody here.",
            f"{_UNCHANGED} Export it where the same key file is used, or hash the plain list with "
            "`groundswell optouts hash`.",
        )
    return int(found[3])


def _checked(line: str, number: int) -> str:
    if not _HASH.fullmatch(line.lower()):
        raise BrokenFile(
            f"Line {number} is no keyed hash of 64 hexadecimal digits.",
            f"{_UNCHANGED} A list of plain addresses is made ready with `groundswell optouts hash`.",
            row=number - 1,
        )
    return line.lower()


def read_ids(lines: Iterable[str]) -> Iterator[str]:
    """Ids of people on Telegram or Discord, one a line, as another system exports them; blank lines do not count.

    Raises BrokenFile, which names the line by its number only.
    """
    for number, line in enumerate(lines, 1):
        plain = line.strip().removeprefix("\ufeff")
        if not plain:
            continue
        if not (plain.isascii() and plain.isdecimal() and len(plain) <= 20):
            raise BrokenFile(
                f"Line {number} is no id: digits only.",
                "Nothing was written. Telegram and Discord give each person a number; names and phone numbers with "
                "signs do not help.",
                row=number,
            )
        yield str(int(plain))


def in_chunks(hashes: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of at most `size`."""
    left = iter(hashes)
    while chunk := list(islice(left, size)):
        yield chunk
