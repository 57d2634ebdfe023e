"""Conversations as a person reads them: what was tapped, what was said, which buttons stood there.

The files are compared as they are. `GOLDEN=1` in the environment writes them anew, for a look at the difference.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from campaign_engine.domain.message import Message
from tests.support.engine import Phone

_BETWEEN = f"\n\n{'-' * 60}\n\n"


def turn(tapped: str, phone: Phone) -> str:
    """As it stands on the screen after this was tapped or sent."""
    return "\n\n".join([f"> {tapped}", *(_read(message) for message in phone.screen)])


def check(file: Path, turns: Sequence[str]) -> None:
    """Fail with the difference unless the file holds just these turns."""
    written = _BETWEEN.join(turns) + "\n"
    if os.environ.get("GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


def _read(message: Message) -> str:
    rows = ["  " + " ".join(f"[{choice.label}]" for choice in row) for row in message.choices]
    pictures = [f"  (picture: {one.alt})" for one in message.attachments]
    return "\n".join([message.text, *([""] if rows or pictures else []), *pictures, *rows])
