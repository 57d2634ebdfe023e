"""What is said and what comes in, without any platform."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

CHOICE_DATA_BYTES = 64
"""Telegram's limit for the data of a button, the smallest of all channels."""


@dataclass(frozen=True, slots=True)
class Option:
    """A button before it has words: `label` names a template block, `data` comes back when it is chosen (<= 64 bytes).

    `literal` is used instead of a template for proper names (a precinct, a neighbourhood, a campaign's title).
    `url` makes it a link; its data is then never sent.
    """

    label: str = ""
    data: str = ""
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    literal: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is shown with a message; `alt` says in words what it shows, `key` is its SHA-256.

    `once` says that it is for one chat: no channel remembers having sent it.
    """

    content: bytes = field(repr=False)
    key: str
    alt: str = ""
    media_type: str = "image/jpeg"
    once: bool = False

    @property
    def filename(self) -> str:
        """Tells nothing about what is in it."""
        return f"{self.key[:12]}.{self.media_type.removeprefix('image/')}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; `alt` says in words what it shows. `as_file` keeps a picture as it is, to be
    saved and shared, where a channel would make it smaller; `once` as a picture's.
    """

    filename: str
    media_type: str
    content: bytes = field(repr=False)
    alt: str = ""
    as_file: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say, as a template's name (`flow.block`), its values and rows of options; never as text.

    `edits` asks the channel to replace the message whose button was pressed, where it can; `asks_text` says that the
    answer is typed, `asks_picture` that it is a picture, for channels that must open a field for it. `opens_thread`
    says that its reader just asked for a direct chat, for channels that open one first. A `picture` without words of
    its own is described by the block whose name ends in `_alt`. `stays` keeps it from being replaced itself:
    help, posts, and what a person may want to read again.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    options: tuple[tuple[Option, ...], ...] = ()
    edits: bool = False
    asks_text: bool = False
    opens_thread: bool = False
    asks_picture: bool = False
    picture: Picture | None = None
    attachments: tuple[Attachment, ...] = ()
    stays: bool = False

    @property
    def is_fixed(self) -> bool:
        """The same words and buttons for everybody who reads it in one language, and nothing of one person's."""
        if self.values or self.picture is not None or self.attachments:
            return False
        return not any(option.values or option.url or option.literal for row in self.options for option in row)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button as a person sees it."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """Characters of a text that a new version added, or took out; words around them say so too."""

    start: int
    end: int
    added: bool


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text (never markup: each channel escapes for itself) with rows of choices.

    `revisions` are underlined or struck through where a channel can.

    `language` is its reader's; `spoken` is the language of the text where that is another one. Then the last paragraph
    may be a `footer` in the reader's language that says why.
    """

    text: str
    language: str = "en"
    choices: tuple[tuple[Choice, ...], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    edits: bool = False
    asks_text: bool = False
    opens_thread: bool = False
    asks_picture: bool = False
    picture: Picture | None = None
    spoken: str = ""
    footer: str = ""
    stays: bool = False
    revisions: tuple[Revision, ...] = ()

    @property
    def passages(self) -> tuple[tuple[str, str], ...]:
        """The text in parts of one language each: (words, language)."""
        own = self.spoken or self.language
        body = self.text.removesuffix(self.footer).rstrip() if self.footer else self.text
        return ((body, own), (self.footer, self.language)) if body != self.text else ((body, own),)

    def explained(self, footer: str) -> Self:
        """The same message with a last paragraph in its reader's language."""
        return replace(self, text=f"{self.text}\n\n{footer}", footer=footer)


class InboundKind(StrEnum):
    """`start` opens a conversation (its payload is a source or invite code), `choice` is a pressed button."""

    START = "start"
    TEXT = "text"
    CHOICE = "choice"
    COMMAND = "command"
    PICTURE = "picture"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture that lies with the platform: nobody looks at it before an organizer's draft asks for it (safety N1).

    `size` in bytes, 0 where the platform does not say. `fetch` loads it and raises what its channel raises.
    """

    size: int
    fetch: Callable[[], Awaitable[bytes]] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing that a person did, without platform types.

    `address` is the plain address of the person on the channel. `text` lives in memory only and is never stored, save
    an organizer's own draft. `command` has no slash. `data` is the payload of a choice or of a start.
    `room` is the plain address of the room it was pressed in, empty in a private chat. `sent` is a picture that lies
    with the platform, `picture` the same as it may be kept.
    `update_id` identifies it on the channel, so that a redelivered one has no effect.
    `origin` is set by pages only: a keyed hash of the network and the day, to tell a burst (threats T10).
    `came_by` is a start's payload that was followed just before, where a page brings both at once. `in_tab`: the chat
    is over when its page is closed.
    """

    channel: str
    address: str
    kind: InboundKind
    update_id: str
    text: str = ""
    command: str = ""
    data: str = ""
    room: str = ""
    language_hint: str = ""
    simulated: bool = False
    sent: SentPicture | None = None
    picture: Picture | None = None
    origin: str = ""
    came_by: str = ""
    in_tab: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a message goes: a plain address of a person, or of a room; `thread` is the chat with them where the
    platform gives it an address of its own. Never logged.
    """

    channel: str
    address: str
    is_room: bool = False
    thread: str = ""

    def __repr__(self) -> str:
        return f"Destination({self.channel}, {'room' if self.is_room else 'person'})"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may hold on a channel: characters of text, of a button's label; whether it edits in place."""

    text: int
    label: int = 64
    edits: bool = False
    buttons: bool = True
