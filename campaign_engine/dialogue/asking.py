"""Which question a set of messages puts, for a page that shows one at a time."""

from collections.abc import Iterable, Mapping

from campaign_engine.domain.message import Message

_HEADS: Mapping[str, str] = {
    "a": "age",
    **dict.fromkeys(("b", "bp", "bb", "n"), "place"),
    "pl": "pledge",
    "if": "plan",
    "t": "updates",
}
_JOINED = ("an", "m:pledge")


def asked(messages: Iterable[Message]) -> str:
    """A field of the join; "done" when nothing is open any more, empty for anything else."""
    data = [choice.data for message in messages for row in message.choices for choice in row]
    for one in data:
        if (field := _HEADS.get(one.partition(":")[0])) is not None:
            return field
    return "done" if any(one in _JOINED for one in data) else ""
