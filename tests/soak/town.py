"""One installation in processes of their own, both platforms outside of them, and a campaign to many people."""

import asyncio
import secrets
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.contact import AddressStatus, AgeBand, Scope, ScopeKind, Topic
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import tables
from campaign_engine.store.cipher import load_cipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.discord_server import DiscordServer
from tests.platforms.latency import Latency
from tests.platforms.loopback import free_port
from tests.platforms.telegram_server import TelegramServer
from tests.support.clock import FakeClock
from tests.support.planned import PRECINCT, House
from tests.support.program import Program
from tests.support.shifted import Dial

OPENS = datetime(2026, 11, 28, 11, 0, tzinfo=ZoneInfo("America/New_York"))
"""A Saturday: eight and a half hours in which posts may leave."""

DUE = timedelta(minutes=1)
STALE_MINUTES = 480
POST = "we look out for each other"
PLENTY = (1_000_000, 1.0)


@dataclass(slots=True)
class Part:
    """One process of the installation, and the words of its command."""

    program: Program
    command: tuple[str, ...]


@dataclass(slots=True)
class Town:
    """`people` and `channels` are the platforms' own ids of whoever the campaign must reach."""

    folder: Path
    telegram: TelegramServer
    discord: DiscordServer
    dial: Dial
    database_url: str
    size: "Size"
    parts: list[Part] = field(default_factory=list)
    people: dict[int, int] = field(default_factory=dict)
    channels: dict[int, str] = field(default_factory=dict)
    _read: int = 0
    _arrived: "Counter[int | str]" = field(default_factory=Counter)

    def check(self) -> None:
        """AssertionError with its last words when a process ended by itself."""
        for part in self.parts:
            process = part.program.process
            assert process is None or process.returncode is None, self.last_words()

    def last_words(self) -> str:
        """What the processes said last."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def arrivals(self) -> "Counter[int | str]":
        """How often the post stands in each chat, by what the platforms' servers themselves wrote down."""
        self._read_on()
        return Counter(self._arrived) + Counter(self._posted())

    def arrived(self) -> int:
        """In all chats together."""
        self._read_on()
        return self._arrived.total() + sum(1 for _ in self._posted())

    def _read_on(self) -> None:
        entries = self.telegram.transcript.entries
        for entry in entries[self._read :]:
            if entry.kind == "arrived" and POST in str(entry.body.get("text")):
                self._arrived[entry.body["chat_id"]] += 1
        self._read = len(entries)

    def _posted(self) -> Iterator[str]:
        bot = self.discord.world.bot.id
        for one in self.discord.world.messages.values():
            if one.author_id == bot and POST in one.content:
                yield str(one.channel_id)

    async def begin(self, part: Part) -> None:
        """Its process, with the installation's clock and pace."""
        dial = str(self.folder / "dial")
        port = part.program.environment["GROUNDSWELL_WEB_PORT"]
        words = ("-m", "tests.support.shifted", "--pace", str(self.size.pace), dial, *part.command, "--port", port)
        await part.program.begin(sys.executable, *words)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        """The installation's database, for reading what it says."""
        database = Database(self.database_url, load_cipher(self.folder / "key.json"))
        try:
            yield database
        finally:
            await database.close()


@dataclass(frozen=True, slots=True)
class Size:
    """`latency` is how long a platform takes at most to take a message, and again to answer it, in seconds.

    `pace` is how many times what a platform allows is sent: its limits are lifted, ours must not hide what a crash
    can do. A process that is silent for `takeover` seconds has lost its lanes.
    """

    people: int
    channels: int
    latency: float = 0.03
    pace: float = 4
    takeover: int = 30


@asynccontextmanager
async def town(folder: Path, database_url: str, size: Size, seed: int) -> AsyncIterator[Town]:
    """Installed, filled and with one campaign that is due now; nothing runs yet."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(limits=None))
        discord = await stack.enter_async_context(DiscordServer())
        telegram.latency = Latency(size.latency, size.latency, seed)
        discord.rest.latency = Latency(size.latency, size.latency, seed + 1)
        await discord.driver.limits(messages=PLENTY, other=PLENTY, everything=PLENTY)
        url = database_url or f"sqlite:///{folder / 'data' / 'groundswell.db'}"
        made = Town(folder, telegram, discord, Dial.set_to(folder / "dial", OPENS), url, size)
        first = program(made)
        await first.run("init")
        await _fill(made, size.people, size.channels)
        made.dial.advance(DUE)
        try:
            yield made
        finally:
            for part in made.parts:
                await part.program.kill()


def program(town: Town) -> Program:
    """One more process of the same installation, with pages on a port of its own."""
    return Program(
        town.folder,
        free_port(),
        {
            "GROUNDSWELL_DATABASE_URL": town.database_url,
            "GROUNDSWELL_TAKEOVER_SECONDS": str(town.size.takeover),
            "GROUNDSWELL_TELEGRAM_TOKEN": town.telegram.token,
            "GROUNDSWELL_TELEGRAM_API": town.telegram.root,
            "GROUNDSWELL_DISCORD_TOKEN": town.discord.token,
            "GROUNDSWELL_DISCORD_API": town.discord.api,
            "GROUNDSWELL_DISCORD_GATEWAY": town.discord.gateway_address,
        },
    )


async def _fill(town: Town, people: int, channels: int) -> None:
    ids = await town.telegram.telegram.act("add_people", number=people)
    guild = await town.discord.driver.guild("Harlem")
    rooms = [await town.discord.driver.channel(guild, f"news-{number}") for number in range(channels)]
    async with town.opened() as database:
        async with database.write() as connection:
            contacts = list(_contacts(people))
            for table, rows in (
                (tables.contacts, contacts),
                (tables.addresses, list(_addresses(database, ids))),
                (tables.consents, [_consent(row["id"]) for row in contacts]),
            ):
                for start in range(0, people, 2000):
                    await connection.execute(table.insert(), rows[start : start + 2000])
        town.people = dict(zip(range(1, people + 1), ids, strict=True))
        house = House(SqlStore(database), FakeClock(OPENS))
        for room in rooms:
            async with house.store.write() as work:
                scope = Scope(ScopeKind.PRECINCT, str(PRECINCT))
                linked = await work.rooms.link(NewRoom("discord", room, RoomKind.GROUP, room, scope, 40), OPENS)
            town.channels[linked.id] = room
        await house.plan(
            first=to_wall(OPENS + DUE),
            texts={"en": POST, "es": POST},
            channels=("telegram", "discord"),
            stale=STALE_MINUTES,
        )


def _contacts(people: int) -> Iterator[dict[str, object]]:
    for number in range(1, people + 1):
        yield {
            "id": number, "pseudonym": secrets.token_hex(12), "age_band": AgeBand.FROM_16, "language": "en",
            "precinct": PRECINCT, "precinct_declined": False, "generation": 0, "created_at": OPENS,
            "last_seen_at": OPENS, "simulated": False,
        }  # fmt: skip


def _addresses(database: Database, ids: list[int]) -> Iterator[dict[str, object]]:
    for number, chat in enumerate(ids, 1):
        yield {
            "id": number, "contact_id": number, "channel": "telegram", "status": AddressStatus.ACTIVE,
            "address_hash": database.cipher.lookup("telegram", str(chat)),
            "address_cipher": database.cipher.encrypt("telegram", str(chat)),
        }  # fmt: skip


def _consent(contact_id: object) -> dict[str, object]:
    return {"contact_id": contact_id, "topic": Topic.AREA_UPDATES, "granted": True, "changed_at": OPENS}


async def counts(town: Town) -> "Counter[str]":
    """Deliveries by status."""
    wanted = sa.select(tables.deliveries.c.status, sa.func.count()).group_by(tables.deliveries.c.status)
    async with town.opened() as database, database.read() as connection:
        return Counter({row[0]: row[1] for row in await connection.execute(wanted)})


async def until_arrived(town: Town, number: int, quiet: float) -> None:
    """Until so many are there, or for `quiet` seconds none has arrived: some are lost with whoever claimed them."""
    seen, since = town.arrived(), time.monotonic()
    while seen < number and time.monotonic() - since < quiet:
        town.check()
        await asyncio.sleep(0.01)
        if (now := town.arrived()) > seen:
            seen, since = now, time.monotonic()
