"""Few messages instead of many, for channels where each one makes a phone buzz; pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from campaign_engine.domain.message import Message

SHORT = 300
"""Longest words that go on top of the question that follows them, in characters."""


def as_cards(answers: Iterable[Message], limit: int, length: Callable[[str], int] = len) -> tuple[Message, ...]:
    """What is said at once: a short remark without buttons becomes the first paragraph of the card after it."""
    made: list[Message] = []
    for answer in answers:
        before = made[-1] if made else None
        if before is not None and _is_remark(before) and _takes_remarks(answer):
            text = f"{before.text}\n\n{answer.text}"
            if length(text) <= limit:
                made[-1] = replace(answer, text=text, edits=answer.edits or before.edits)
                continue
        made.append(answer)
    return tuple(made)


def replaces(answer: Message) -> bool:
    """Whether it takes the place of the message whose button was pressed: the next card of a flow does."""
    return not (answer.attachments or answer.picture) and (answer.edits or (bool(answer.choices) and not answer.stays))


def _takes_remarks(answer: Message) -> bool:
    """What stands for itself does not, unless it closes the flow by taking its last card's place."""
    return not (answer.attachments or answer.picture or answer.spoken or answer.revisions) and (
        answer.edits or not answer.stays
    )


def _is_remark(answer: Message) -> bool:
    has_more = answer.choices or answer.attachments or answer.picture or answer.asks_text
    return not (has_more or answer.stays or answer.spoken) and len(answer.text) <= SHORT
