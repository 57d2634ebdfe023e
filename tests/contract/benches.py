"""One bench per channel: the channel on a working platform, a person or rooms to write to, and faults on order."""

import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from discord.http import Route

from bots.discord_bot import open_client
from campaign_engine.channels.console import ConsoleChannel
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.channels.web import WebChannel
from campaign_engine.domain.message import Destination
from campaign_engine.ports.channel import Channel
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms import discord_faults, telegram_traffic
from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_person import Discord
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import Permission
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import FaultKind
from tests.support import FakeClock
from tests.support.sending import FailingStore, somebody

RETRY_AFTER = 42
NOBODY_LISTENS = "http://127.0.0.1:1/api/v10"
POST = "POST /channels/{channel_id}/messages"


class Trouble(StrEnum):
    """What may go wrong between a channel and its platform."""

    REFUSED_RECIPIENT = "refused_recipient"
    GONE = "gone"
    RATE_LIMIT = "rate_limit"
    DROPPED_ANSWER = "dropped_answer"
    BROKEN_ANSWER = "broken_answer"
    SERVER_ERROR = "server_error"
    REFUSED_MESSAGE = "refused_message"
    WRONG_TOKEN = "wrong_token"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as its reader sees it; `buttons` by label, with what a press gives back where the channel has that."""

    text: str
    buttons: dict[str, str]


@dataclass(slots=True)
class Bench:
    """`strike` brings a trouble upon the next message to a destination; `hidden` is what no error may show."""

    channel: Channel
    places: dict[str, Destination]
    arrived: Callable[[Destination], Awaitable[list[Arrived]]]
    strike: Callable[[Trouble, Destination], Awaitable[None]]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ability:
    """What a channel has: places to write to, and troubles that can befall it."""

    places: tuple[str, ...]
    troubles: frozenset[Trouble]
    presses: bool = True


ABILITIES: Mapping[str, Ability] = {
    "telegram": Ability(("person", "group", "channel"), frozenset(Trouble)),
    "discord": Ability(("room",), frozenset(Trouble)),
    "web": Ability(("person",), frozenset({Trouble.UNREACHABLE})),
    "console": Ability(("person", "room"), frozenset({Trouble.UNREACHABLE}), presses=False),
}


@dataclass(slots=True)
class _Telegram:
    server: TelegramServer

    async def arrived(self, to: Destination) -> list[Arrived]:
        rows = await self.server.telegram.act("messages", chat=int(to.address))
        ours = [row for row in rows if row.get("from", {}).get("is_bot") or "sender_chat" in row]
        return [Arrived(row["text"], _telegram_buttons(row)) for row in ours]

    async def strike(self, trouble: Trouble, to: Destination) -> None:
        chat = int(to.address)
        match trouble:
            case Trouble.REFUSED_RECIPIENT:
                await self._refuse(403, "Forbidden: bot was blocked by the user", chat)
            case Trouble.GONE:
                await self._refuse(400, "Bad Request: chat not found", chat)
            case Trouble.RATE_LIMIT:
                await self._fault(FaultKind.FLOOD, chat, retry_after=RETRY_AFTER)
            case Trouble.DROPPED_ANSWER:
                await self._fault(FaultKind.RESET_AFTER, chat)
            case Trouble.BROKEN_ANSWER:
                await self._fault(FaultKind.MALFORMED, chat, executed=True)
            case Trouble.SERVER_ERROR:
                await self._refuse(502, "Bad Gateway", chat)
            case Trouble.REFUSED_MESSAGE:
                await self._refuse(400, "Bad Request: message is too long", chat)
            case Trouble.WRONG_TOKEN:
                await self._refuse(401, "Unauthorized", chat)
            case Trouble.UNREACHABLE:
                await self.server.__aexit__(None, None, None)

    async def _refuse(self, status: int, words: str, chat: int) -> None:
        await self._fault(FaultKind.REFUSE, chat, status=status, description=words)

    async def _fault(self, kind: FaultKind, chat: int, **more: object) -> None:
        row = {"kind": kind, "method": "sendMessage", "chat_id": chat, **more}
        await self.server.telegram.fault(telegram_traffic.Fault.from_json(row))


def _telegram_buttons(row: Mapping[str, object]) -> dict[str, str]:
    markup = row.get("reply_markup") or {}
    assert isinstance(markup, dict)
    every = [button for line in markup.get("inline_keyboard", []) for button in line]
    return {button["text"]: button.get("callback_data") or button["url"] for button in every}


@asynccontextmanager
async def telegram() -> AsyncIterator[Bench]:
    async with TelegramServer(limits=None) as server:
        maya = await server.telegram.person()
        await maya.start()
        group = await server.telegram.room("supergroup", "Block 12", [maya])
        await group.set_bot("member", maya)
        channel = await server.telegram.room("channel", "News", [maya])
        await channel.set_bot("administrator", maya)
        places = {
            "person": Destination("telegram", str(maya.id)),
            "group": Destination("telegram", str(group.id), is_room=True),
            "channel": Destination("telegram", str(channel.id), is_room=True),
        }
        driver = _Telegram(server)
        async with open_bot(server.token, server.root) as bot:
            yield Bench(TelegramChannel(bot), places, driver.arrived, driver.strike, (server.token,))


@dataclass(slots=True)
class _Discord:
    server: DiscordServer

    @property
    def driver(self) -> Discord:
        return self.server.driver

    async def arrived(self, to: Destination) -> list[Arrived]:
        return [Arrived(_without_markdown(one.text), one.buttons) for one in await self.driver.messages(to.address)]

    async def strike(self, trouble: Trouble, to: Destination) -> None:
        match trouble:
            case Trouble.REFUSED_RECIPIENT:
                await self.driver.deny_bot(to.address, Permission.SEND_MESSAGES)
            case Trouble.GONE:
                await self.driver.remove_channel(to.address)
            case Trouble.RATE_LIMIT:
                await self._fault(discord_faults.FaultKind.RATE_LIMITED, seconds=RETRY_AFTER)
            case Trouble.DROPPED_ANSWER:
                await self._fault(discord_faults.FaultKind.DROPPED_ANSWER)
            case Trouble.BROKEN_ANSWER:
                await self._fault(discord_faults.FaultKind.MALFORMED)
            case Trouble.SERVER_ERROR:
                await self._fault(discord_faults.FaultKind.REFUSED, status=503, message="Service Unavailable")
            case Trouble.REFUSED_MESSAGE:
                await self._fault(discord_faults.FaultKind.REFUSED, status=400, code=50035, message="Invalid Form Body")
            case Trouble.WRONG_TOKEN:
                await self._fault(discord_faults.FaultKind.REFUSED, status=401, message="401: Unauthorized")
            case Trouble.UNREACHABLE:
                # A kept connection would break off after the request left; a new one cannot even be made.
                Route.BASE = NOBODY_LISTENS

    async def _fault(self, kind: discord_faults.FaultKind, **more: object) -> None:
        await self.driver.order("fault", {"route": POST, "kind": kind, **more})


def _without_markdown(raw: str) -> str:
    """As Discord shows it: signs of emphasis vanish unless they are escaped, and what kept a mention from being one."""
    return re.sub(r"(?<!\\)[*_~`]|\\(?=\W)|\u200b", "", raw)


@asynccontextmanager
async def discord() -> AsyncIterator[Bench]:
    async with DiscordServer() as server:
        guild = await server.driver.guild("Harlem")
        room = await server.driver.channel(guild, "news")
        client = open_client()
        driver = _Discord(server)
        with pointed_at(server):
            async with client:
                await client.login(server.token)
                places = {"room": Destination("discord", room, is_room=True)}
                yield Bench(DiscordChannel(client), places, driver.arrived, driver.strike, (server.token,))


@asynccontextmanager
async def web(url: str, cipher: AddressCipher) -> AsyncIterator[Bench]:
    database = Database(url, cipher)
    store = SqlStore(database)
    failing = FailingStore(store)

    async def arrived(to: Destination) -> list[Arrived]:
        async with store.read() as work:
            posts = await work.inbox.waiting(to)
        return [
            Arrived(post.text, {choice.label: choice.data or choice.url for row in post.choices for choice in row})
            for post in reversed(posts)
        ]

    async def strike(trouble: Trouble, to: Destination) -> None:
        failing.fails.append("before")

    visitor, clock = Destination("web", "visitor-81547"), FakeClock()
    await somebody(store, visitor, clock())
    yield Bench(WebChannel(failing, clock), {"person": visitor}, arrived, strike)
    await database.close()


@asynccontextmanager
async def console() -> AsyncIterator[Bench]:
    stream = io.StringIO()

    async def arrived(to: Destination) -> list[Arrived]:
        who = "room" if to.is_room else "person"
        blocks = [block.splitlines() for block in stream.getvalue().split("--- ")[1:]]
        mine = [block for block in blocks if block[0].startswith(who)]
        return [
            Arrived(block[1], dict.fromkeys("  ".join(filter(None, block[2:])).strip("[]").split("]  ["), ""))
            for block in mine
        ]

    async def strike(trouble: Trouble, to: Destination) -> None:
        stream.close()

    places = {
        "person": Destination("console", "operator-4711"),
        "room": Destination("console", "hall-4712", is_room=True),
    }
    yield Bench(ConsoleChannel(stream), places, arrived, strike)
