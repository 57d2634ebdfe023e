"""Texts that are longer than one message of a channel; pure."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace

from campaign_engine.domain.message import Message, Revision

MARK = 4
"""Characters that a channel may need to mark one revision."""

_BREAKS = ("\n\n", "\n", ". ", " ")


def split(message: Message, limit: int, length: Callable[[str], int] = len) -> tuple[Message, ...]:
    """Parts of at most `limit`, as `length` measures text: the first replaces a message, the last has the choices."""
    texts = _pieces(message.text, limit - MARK * len(message.revisions), length)
    if len(texts) == 1:
        return (message,)
    marks = _shifted(message, texts)
    first = replace(message, text=texts[0], choices=(), asks_text=False, revisions=marks[0])
    between = tuple(
        Message(text, message.language, spoken=message.spoken, revisions=mine)
        for text, mine in zip(texts[1:-1], marks[1:-1], strict=True)
    )
    last = replace(message, text=texts[-1], attachments=(), picture=None, edits=False, revisions=marks[-1])
    return (first, *between, last)


def _shifted(message: Message, texts: list[str]) -> list[tuple[Revision, ...]]:
    """What of each revision lies in each part."""
    found, start = [], 0
    for text in texts:
        start = message.text.index(text, start)
        end = start + len(text)
        found.append(
            tuple(
                Revision(max(one.start, start) - start, min(one.end, end) - start, one.added)
                for one in message.revisions
                if one.start < end and one.end > start
            )
        )
        start = end
    return found


def _pieces(text: str, limit: int, length: Callable[[str], int]) -> list[str]:
    pieces = []
    while length(text) > limit:
        fits = max(1, bisect_right(range(len(text) + 1), limit, key=lambda end: length(text[:end])) - 1)
        cut = _break_before(text, fits)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text]


def _break_before(text: str, fits: int) -> int:
    """Between paragraphs, lines, sentences or words, where that leaves at least half of the room used."""
    for sign in _BREAKS:
        cut = text.rfind(sign, fits // 2, fits)
        if cut > 0:
            return cut + len(sign)
    return fits
