"""Both bots as `groundswell up` runs them, over sockets to the local platforms."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import discord

from bots.discord_bot import DiscordBot, open_client
from bots.guard import Health, HealthBoard
from bots.parts import BotParts
from bots.replies import Pace
from bots.telegram_bot import POLLING, TelegramBot
from bots.telegram_intake import Ways
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.dialogue.pledge import room_options
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import Message
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.domain.schedule import to_utc
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.services.blocking import Blocking
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.direct_threads import DirectThreads
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.marks import Marks
from campaign_engine.services.posting import Posting
from campaign_engine.services.room_desk import RoomDesk
from campaign_engine.services.room_figures import RoomFigures
from campaign_engine.services.room_offers import RoomOffers
from campaign_engine.services.team_list import TeamList
from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_person import Person as DiscordPerson
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import Permission
from tests.platforms.telegram_driver import Place, Seen, holds
from tests.platforms.telegram_server import TelegramServer
from tests.support.engine import House
from tests.support.waiting import eventually


@dataclass
class Pacing:
    """The real pace without limits; notes what it was asked."""

    asked: list[tuple[str, bool]] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    inner: LanePace = field(default_factory=lambda: LanePace(UNLIMITED, time.monotonic, asyncio.sleep))

    async def slot(self, chat: str, *, priority: bool = False) -> None:
        self.asked.append((chat, priority))
        await self.inner.slot(chat, priority=priority)

    def answered(self, chat: str) -> None:
        self.inner.answered(chat)

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)
        self.inner.hold(seconds)

    @property
    def held_for(self) -> float:
        return self.inner.held_for


def bot_parts(house: House, pace: Pace | None = None) -> BotParts:
    return BotParts(
        conversation=house.conversation,
        rooms=RoomDesk(house.store, house.rooms, house.renderer, ShippedPlaces(), house.clock),
        pace=pace or Pacing(),
        board=HealthBoard(),
        say=house.renderer.reply,
        unreachable=Blocking(house.store, house.clock).mark,
        accounts=house.accounts,
        marks=Marks(house.store),
        threads=DirectThreads(house.store, house.renderer, house.clock),
        offers=RoomOffers(house.store, house.renderer, ShippedPlaces(), house.clock),
        figures=RoomFigures(house.store, house.clock),
        team=TeamList(house.store).on,
    )


@asynccontextmanager
async def telegram_bot_running(server: TelegramServer, parts: BotParts, ways: Ways = POLLING) -> AsyncIterator[None]:
    bot = open_bot(server.token, server.root)
    running, stop = TelegramBot(bot, TelegramChannel(bot), parts, ways), asyncio.Event()
    task = asyncio.create_task(running.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task
        await running.close()


@dataclass(frozen=True, slots=True)
class DiscordGuild:
    """A Discord with one server, one channel in it, and the bot a member."""

    platform: DiscordServer
    guild: str
    channel: str

    async def person(self, name: str = "maya", locale: str = "en-US", may: Permission | None = None) -> DiscordPerson:
        return await self.platform.driver.person(name, guilds=[self.guild], locale=locale, may=may)

    async def moderator(self, name: str = "rosa") -> DiscordPerson:
        return await self.person(name, may=Permission.MANAGE_CHANNELS | Permission.MANAGE_MESSAGES)


@asynccontextmanager
async def discord_guild() -> AsyncIterator[DiscordGuild]:
    async with DiscordServer() as platform:
        guild = await platform.driver.guild("Harlem")
        yield DiscordGuild(platform, guild, await platform.driver.channel(guild, "news"))


@asynccontextmanager
async def discord_bot_running(server: DiscordServer, parts: BotParts) -> AsyncIterator[discord.Client]:
    with pointed_at(server):
        client, stop = open_client(), asyncio.Event()
        running = DiscordBot(client, server.token, parts)
        task = asyncio.create_task(running.run(stop))
        try:
            await eventually(lambda: _is_running(parts.board, "discord"))
            yield client
        finally:
            stop.set()
            await task
            await running.close()


async def running_post(house: House) -> int:
    """A pledge post of a running campaign for the 30 precincts, planned and approved by two people."""
    organizer = await house.staff("planner1", Role.ORGANIZER, channel="web")
    approver = await house.staff("reader1", Role.APPROVER, channel="web")
    await organizer.command("menu")
    await organizer.tap("New campaign", "Pledge drive")
    await organizer.say("Winter pledge")
    await organizer.tap("The 30 precincts", "300", "Use the starter text", "Use the starter text", "No picture")
    await organizer.say("December 1 at 4 pm")
    await organizer.tap("Everywhere")
    if "These rooms" in organizer.buttons:
        await organizer.tap("These rooms")
    await organizer.tap("Look out", "Send for approval")
    await approver.command("menu")
    await approver.tap("Waiting for you", "Approve")
    async with house.store.write() as work:
        campaign = await work.campaigns.get(1)
        await work.campaigns.set_status(campaign, CampaignStatus.RUNNING, house.clock())
    return campaign.posts[0].id


async def sent_on_discord(house: House, server: DiscordGuild) -> None:
    """The post of `running_post` leaves by a client of its own, as the sender does it."""
    await running_post(house)
    house.clock.advance(to_utc(datetime.fromisoformat("2026-12-01T16:00")) - house.clock())
    await Posting(house.store, house.clock, 0).tick()
    pace = LanePace(UNLIMITED, lambda: house.clock().timestamp(), house.clock.sleep)
    async with open_client() as client:
        await client.login(server.platform.token)
        channel = DiscordChannel(client)
        lane = Lane(
            LaneParts(house.store, channel, house.renderer, pace, house.clock, lambda _: "East", "https://ours.example")
        )
        assert await lane.take()
        await lane.drain()


def pledge_post(house: House, post_id: int, style: str, language: str = "en") -> Message:
    """As the sender makes it from the approved post."""
    choices = house.renderer.choices(room_options(post_id, style), language)
    return Message("Pledge to look out for your people.", language, choices)


async def told(place: Place, words: str) -> Seen:
    """The newest message of a chat, once it is the bot's and holds these words."""
    return (await place.wait_until(lambda seen: bool(seen) and holds(words)(seen[-1])))[-1]


async def _is_running(board: HealthBoard, name: str) -> bool:
    return board.states.get(name) is Health.RUNNING
