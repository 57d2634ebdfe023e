"""Going on from the page in a chat: a one-time code moves the person, and nothing links the two (safety N5)."""

import dataclasses
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign_engine.domain.codes import LETTERS
from campaign_engine.domain.contact import AgeBand, Answer, ConsentKind, Limit

LIFE = timedelta(minutes=15)
CODE_LENGTH = 10
PAYLOAD = "m_"
"""Stands before a code in a start payload."""

FROM = "web"
TO = ("telegram", "discord")

MOVED = "moved"
"""Flow of what is left at the address on the page: where its person went on, in `field`."""

_GROUP = 5


@dataclass(frozen=True, slots=True)
class Mover:
    """Whom a code moves, with the open state of their dialogue; `is_staff` holds a role, `stopped` said STOP."""

    contact_id: int
    code_hash: str
    language: str
    is_staff: bool
    flow: str = ""
    field: str = ""
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    stopped: bool = False


def new_move_code() -> str:
    """With a digit at least, so that no word of a language looks like one."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        if is_move_code(code):
            return code


def is_move_code(text: str) -> bool:
    """Looks like one, in capitals and without hyphens."""
    return len(text) == CODE_LENGTH and set(text) <= set(LETTERS) and any(sign.isdigit() for sign in text)


def spelled(code: str) -> str:
    """In two halves, to be typed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def stricter(one: Mapping[ConsentKind, Answer], other: Mapping[ConsentKind, Answer]) -> dict[ConsentKind, Answer]:
    """Of two contacts that turn out to be one person: a no wins, and so does how often at most (safety C6)."""
    found = {**one, **other}
    for kind in one.keys() & other.keys():
        granted = (one[kind].granted, other[kind].granted)
        both = any(granted) if isinstance(kind, Limit) else all(granted)
        found[kind] = Answer(both, max(one[kind].at, other[kind].at))
    return found


def younger(one: str, other: str) -> str:
    """Stored age bands, empty for somebody who was never asked: a minor stays one (safety C3)."""
    order = [str(band) for band in AgeBand]
    known = [band for band in (one, other) if band in order]
    return min(known, key=order.index) if known else ""


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Of two breaks the longer one."""
    known = [moment for moment in (one, other) if moment is not None]
    return max(known) if known else None
