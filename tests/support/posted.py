"""A post of a running campaign in a room of the 75th, with its button, wherever people are."""

from bots.discord_bot import open_client
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.contact import Scope, ScopeKind
from campaign_engine.domain.message import Destination
from tests.platforms.telegram_driver import Room
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import DiscordGuild, pledge_post
from tests.support.engine import House

ROOM = "-100777"
POST = 1


async def at_home(house: House, channel: str, address: str = ROOM) -> None:
    """The room alone: at home a button is pressed by its data."""
    room = NewRoom(channel, address, RoomKind.GROUP, "Block", Scope(ScopeKind.PRECINCT, "75"), 40)
    async with house.store.write() as work:
        await work.rooms.link(room, house.clock())


async def on_telegram(house: House, server: TelegramServer, language: str = "en") -> Room:
    owner = await server.telegram.person("Block")
    room = await server.telegram.room("group", "Block", [owner])
    await room.set_bot("member", owner)
    await at_home(house, "telegram", str(room.id))
    async with open_bot(server.token, server.root) as bot:
        to = Destination("telegram", str(room.id), is_room=True)
        await TelegramChannel(bot).send(pledge_post(house, POST, "age", language), to)
    return room


async def on_discord(house: House, server: DiscordGuild, language: str = "en") -> str:
    """The channel."""
    await at_home(house, "discord", server.channel)
    async with open_client() as client:
        await client.login(server.platform.token)
        to = Destination("discord", server.channel, is_room=True)
        await DiscordChannel(client).send(pledge_post(house, POST, "", language), to, "delivery-1")
    return server.channel
