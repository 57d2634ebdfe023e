"""People, rooms and faults for tests: the same calls in process and against a server that is a process of its own."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.platforms.telegram_control import ImpossibleError
from tests.platforms.telegram_rules import Json
from tests.platforms.telegram_traffic import Fault, Limits
from tests.platforms.telegram_world import ADMIN_RIGHTS
from tests.platforms.transcript import Entry

Call = Callable[[str, Mapping[str, Any]], Awaitable[Any]]

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a person sees it now: `text` is the caption under a photo, `buttons` are rows of wire objects."""

    message_id: int
    text: str
    from_bot: bool
    photo: bool
    edited: bool
    buttons: tuple[tuple[Json, ...], ...]
    raw: Json

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    @property
    def data(self) -> list[str]:
        return [button["callback_data"] for row in self.buttons for button in row if "callback_data" in button]


@dataclass(frozen=True, slots=True)
class Place:
    """A chat: the private one of a person with the bot, or a room."""

    telegram: "Telegram"
    id: int

    async def messages(self) -> list[Seen]:
        return [_seen(message) for message in await self.telegram.act("messages", chat=self.id)]

    async def wait_until(self, fits: Callable[[list[Seen]], bool], within: float = 60.0) -> list[Seen]:
        """The messages, as soon as they fit; AssertionError with what is there after `within` seconds."""
        read = 0
        try:
            async with asyncio.timeout(within):
                while True:
                    entries = await self.telegram.transcript(read)
                    messages = await self.messages()
                    if fits(messages):
                        return messages
                    read += len(entries)
                    await self.telegram.transcript(read, within)
        except TimeoutError:
            there = "\n".join(f"  {seen.text!r} {seen.labels}" for seen in (await self.messages())[-5:])
            raise AssertionError(f"not within {within} s; the last messages:\n{there}") from None

    async def wait_for(self, words: str, within: float = 60.0) -> Seen:
        """The last message of the bot that holds these words in its text or on a button."""
        messages = await self.wait_until(lambda seen: any(map(holds(words), seen)), within)
        return next(filter(holds(words), reversed(messages)))


@dataclass(frozen=True, slots=True)
class Person(Place):
    """Somebody with a Telegram account; `id` is also the id of the private chat."""

    async def start(self, payload: str = "") -> None:
        await self.telegram.act("start", person=self.id, payload=payload)

    async def say(self, text: str, room: "Room | None" = None, reply_to: int | None = None) -> int:
        """Write to the bot or in a room (a channel's creator posts); returns the message id."""
        where = room.id if room else self.id
        message_id: int = await self.telegram.act("say", person=self.id, text=text, chat=where, reply_to=reply_to)
        return message_id

    async def send(self, kind: str, caption: str = "", room: "Room | None" = None) -> int:
        """A sticker, voice, photo, document, location or forwarded text; returns the message id."""
        where = room.id if room else self.id
        message_id: int = await self.telegram.act("send", person=self.id, kind=kind, chat=where, caption=caption)
        return message_id

    async def edit(self, message_id: int, text: str, room: "Room | None" = None) -> None:
        where = room.id if room else self.id
        await self.telegram.act("edit", person=self.id, chat=where, message_id=message_id, text=text)

    async def react(self, room: "Room", message_id: int, *emojis: str) -> None:
        await self.telegram.act("react", person=self.id, chat=room.id, message_id=message_id, emojis=list(emojis))

    async def clear_history(self) -> None:
        await self.telegram.act("clear_history", chat=self.id)

    async def tap(self, button: str, room: "Room | None" = None, message_id: int | None = None) -> str:
        """Tap by label or callback data; the query id for `answer_of`, or the address of a link."""
        where = room.id if room else self.id
        tapped: str = await self.telegram.act("tap", person=self.id, chat=where, button=button, message_id=message_id)
        return tapped

    async def send_photo(self, content: bytes) -> int:
        """To the bot; the message id."""
        encoded = base64.b64encode(content).decode()
        message_id: int = await self.telegram.act("send_photo", person=self.id, content=encoded)
        return message_id

    async def block(self) -> None:
        await self.telegram.act("block", person=self.id)

    async def unblock(self) -> None:
        await self.telegram.act("unblock", person=self.id)

    async def deactivate(self) -> None:
        await self.telegram.act("deactivate", person=self.id)

    async def join(self, room: "Room", link: str = "") -> None:
        await self.telegram.act("join", person=self.id, room=room.id, link=link)

    async def leave(self, room: "Room") -> None:
        await self.telegram.act("leave", person=self.id, room=room.id)


@dataclass(frozen=True, slots=True)
class Room(Place):
    """A group, supergroup or channel."""

    async def set_bot(self, status: str, by: Person, rights: Iterable[str] = ADMIN_RIGHTS) -> None:
        """Status of the bot from now on: member, administrator, restricted, left or kicked."""
        await self.telegram.act("set_bot", room=self.id, status=status, by=by.id, rights=list(rights))

    async def upgrade(self) -> "Room":
        return Room(self.telegram, await self.telegram.act("upgrade", room=self.id))


class Telegram:
    """The world of one local server, driven through `call`."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def act(self, action: str, **arguments: Any) -> Any:
        return await self._call(action, arguments)

    async def person(
        self, first_name: str = "Maya", language_code: str = "en", username: str = "", *, started: bool = False
    ) -> Person:
        """`started`: somebody who pressed Start at some time before."""
        known = {"first_name": first_name, "language_code": language_code, "username": username, "started": started}
        return Person(self, await self.act("add_person", **known))

    async def room(self, kind: str, title: str, members: Iterable[Person] = (), username: str = "") -> Room:
        """Kind: group, supergroup or channel; the first member is its creator; the bot is not in it yet."""
        ids = [member.id for member in members]
        return Room(self, await self.act("add_room", kind=kind, title=title, members=ids, username=username))

    async def answer_of(self, query: str) -> Json | None:
        """The toast or alert that answered a tap (text, show_alert); None so far."""
        answer: Json | None = await self.act("answer_of", query=query)
        return answer

    async def expire_queries(self) -> None:
        await self.act("expire_queries")

    async def set_privacy(self, *, on: bool) -> None:
        await self.act("set_privacy", on=on)

    async def fault(self, fault: Fault) -> None:
        await self.act("fault", **fault.to_json())

    async def clear_faults(self) -> None:
        await self.act("clear_faults")

    async def set_limits(self, limits: Limits | None) -> None:
        await self.act("set_limits", limits=None if limits is None else asdict(limits))

    async def transcript(self, after: int = 0, within: float = 0.0) -> list[Entry]:
        """Entries after the first `after`; waits up to `within` seconds for the next one when there is none."""
        return [Entry.from_json(row) for row in await self.act("transcript", after=after, within=within)]

    async def wait_for_entry(self, fits: Callable[[Entry], bool], within: float = 60.0) -> Entry:
        """First transcript entry that fits, earlier ones included."""
        read = 0
        try:
            async with asyncio.timeout(within):
                while True:
                    entries = await self.transcript(read, within)
                    if found := next(filter(fits, entries), None):
                        return found
                    read += len(entries)
        except TimeoutError:
            raise AssertionError(f"nothing fitting among {read} transcript entries within {within} s") from None


def holds(words: str) -> Callable[[Seen], bool]:
    return lambda seen: seen.from_bot and (words in seen.text or any(words in label for label in seen.labels))


def _seen(message: Json) -> Seen:
    sender = message.get("from", {})
    return Seen(
        message_id=message["message_id"],
        text=message.get("text") or message.get("caption") or "",
        from_bot=bool(sender.get("is_bot", "sender_chat" in message)),
        photo="photo" in message,
        edited="edit_date" in message,
        buttons=tuple(map(tuple, message.get("reply_markup", {}).get("inline_keyboard", []))),
        raw=message,
    )


@asynccontextmanager
async def connect(root: str) -> AsyncIterator[Telegram]:
    """The world of a server in another process; `root` as in GROUNDSWELL_TELEGRAM_API."""
    async with aiohttp.ClientSession() as session:

        async def call(action: str, arguments: Mapping[str, Any]) -> Any:
            async with session.post(f"{root}/control/{action}", json=dict(arguments)) as answer:
                body = await answer.json()
            if "error" in body:
                raise ImpossibleError(body["error"])
            return body["result"]

        yield Telegram(call)


@dataclass(frozen=True, slots=True)
class TelegramProcess:
    """A server in a process of its own: it outlives the bot under test."""

    root: str
    telegram: Telegram


@asynccontextmanager
async def telegram_process(token: str, transcript: Path, limits: str = "{}") -> AsyncIterator[TelegramProcess]:
    """Start the server, stop it at the end; `limits` is JSON, `null` switches the rate limits off."""
    arguments = ("--token", token, "--transcript", str(transcript), "--limits", limits)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.platforms.telegram_server", *arguments, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the server was started without a pipe")
        port = int(await process.stdout.readline())
        async with connect(f"http://127.0.0.1:{port}") as telegram:
            yield TelegramProcess(f"http://127.0.0.1:{port}", telegram)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
