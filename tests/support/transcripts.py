"""Conversations as files that a person reads and a test plays: what was done, what was said, what could be tapped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaign_engine.domain.message import Message

ROOM_VERBS = ("add", "link")
"""The bot is added to a new room with this title; `/link` with these words, in the room."""

LINK_SIGN = " ↗"
"""Behind the label of a button that opens an address."""

_ACT = re.compile(r"(?:(?P<who>\w+) )?> (?P<verb>\w+)(?:: (?P<words>.*))?")
_DIRECTION = re.compile(r"\* (?P<words>.+)")
_ROW = re.compile(r"  \[.*\]")
_LABELS = re.compile(r"\[(.*?)\](?= \[|$)")
_PICTURE = re.compile(r"  \(picture: (.*)\)")


@dataclass(frozen=True, slots=True)
class Said:
    """One message; `rows` are labels as they stand side by side, `picture` says in words what is shown with it."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    picture: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for row in self.rows for label in row)


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody did and was told; without a verb something that happens, which `words` name."""

    who: str
    verb: str
    words: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """`given` are things that are there before it begins; `platforms` those it can be held on, all when empty."""

    title: str
    language: str = "en"
    given: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = field(default=())

    @property
    def in_rooms(self) -> bool:
        """About linking a room, which bots do without the dialogue: at home there is nothing to hold it with."""
        return any(turn.verb in ROOM_VERBS for turn in self.turns)


def as_said(message: Message) -> Said:
    """A message of ours as it stands in a file."""
    pictures = [one.alt for one in (message.picture, *message.attachments) if one is not None]
    rows = tuple(tuple(label_of(one.label, one.url) for one in row) for row in message.choices if row)
    return Said(message.text, rows, "; ".join(pictures).replace("\n", " "))


def label_of(label: str, url: str) -> str:
    """With the sign of a link."""
    return f"{label}{LINK_SIGN}" if url else label


def parse(text: str) -> Conversation:
    """Raises ValueError naming the line that is none of a conversation."""
    head, _, body = text.partition("\n\n")
    title, *settings = head.splitlines()
    made = Conversation(title.removeprefix("# "))
    for line in settings:
        made = _with_setting(made, line)
    return replace(made, turns=tuple(_turns(body.splitlines())))


def _with_setting(made: Conversation, line: str) -> Conversation:
    name, _, value = line.partition(": ")
    match name:
        case "language":
            return replace(made, language=value)
        case "given":
            return replace(made, given=(*made.given, value))
        case "on":
            return replace(made, platforms=tuple(value.split(", ")))
        case _:
            raise ValueError(f"no setting of a conversation: {line!r}")


def _turns(lines: Sequence[str]) -> list[Turn]:
    turns: list[Turn] = []
    for line in lines:
        if found := _ACT.fullmatch(line):
            turns.append(Turn(found["who"] or "", found["verb"], found["words"] or ""))
        elif found := _DIRECTION.fullmatch(line):
            turns.append(Turn("", "", found["words"]))
        elif turns:
            turns[-1] = replace(turns[-1], said=_heard(turns[-1].said, line))
        elif line.strip():
            raise ValueError(f"before anybody did anything: {line!r}")
    return [replace(turn, said=tuple(_trimmed(one) for one in turn.said)) for turn in turns]


def _heard(said: tuple[Said, ...], line: str) -> tuple[Said, ...]:
    if line.startswith("<"):
        return (*said, Said(line[2:]))
    if not said:
        if line.strip():
            raise ValueError(f"nobody says: {line!r}")
        return said
    last = said[-1]
    if _ROW.fullmatch(line):
        last = replace(last, rows=(*last.rows, tuple(_LABELS.findall(line))))
    elif found := _PICTURE.fullmatch(line):
        last = replace(last, picture=found[1])
    else:
        last = replace(last, text=f"{last.text}\n{line[2:]}")
    return (*said[:-1], last)


def _trimmed(said: Said) -> Said:
    return replace(said, text=said.text.rstrip("\n"))


def written(conversation: Conversation) -> str:
    """Inverse of parse."""
    head = [f"# {conversation.title}", f"language: {conversation.language}"]
    head += [f"given: {one}" for one in conversation.given]
    head += [f"on: {', '.join(conversation.platforms)}"] if conversation.platforms else []
    return "\n\n".join(["\n".join(head), *map(_written, conversation.turns)]) + "\n"


def _written(turn: Turn) -> str:
    if not turn.verb:
        return f"* {turn.words}"
    act = f"{turn.who} > {turn.verb}".strip() + (f": {turn.words}" if turn.words else "")
    return "\n\n".join([act, *map(_message, turn.said)])


def _message(said: Said) -> str:
    first, *more = said.text.split("\n")
    lines = [f"< {first}", *(f"  {line}".rstrip() for line in more)]
    lines += [f"  (picture: {said.picture})"] if said.picture else []
    lines += ["  " + " ".join(f"[{label}]" for label in row) for row in said.rows]
    return "\n".join(lines)


def files(folder: Path) -> list[Path]:
    """All conversations, in the order of their names."""
    return sorted(folder.glob("*.txt"))
