"""The rights that the link for servers asks for are enough for everything, and none of them is one too many."""

from collections.abc import Awaitable, Callable
from functools import partial

import discord
import pytest

from bots.discord_rights import INVITED_WITH
from bots.parts import BotParts
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Choice, Destination, Message, Picture
from tests.platforms.discord_state import CROSSPOSTED, NOTHING, ChannelKind, Permission
from tests.support.bots import DiscordGuild, discord_bot_running
from tests.support.discord_steps import organizer
from tests.support.engine import House
from tests.support.pictures import photo

POST = Message("Saturday", "en", ((Choice("I pledge", "g:1"),),), picture=Picture(photo(), "key", "A candle"))


async def test_with_exactly_the_rights_of_the_link_everything_works_and_without_one_something_does_not(
    house: House, quiet: DiscordGuild, parts: BotParts
) -> None:
    driver, may = quiet.platform.driver, Permission(INVITED_WITH.value)
    async with discord_bot_running(quiet.platform, parts) as client:
        guild = await driver.guild("Strict", bot=may, everyone=NOTHING, system="general")
        talk = await driver.channel(guild, "talk")
        news = await driver.channel(guild, "alerts", ChannelKind.ANNOUNCEMENT)
        channel = DiscordChannel(client)
        rosa = await organizer(house, quiet, [guild], Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS)
        looked: list[Callable[[], Awaitable[discord.Message]]] = []
        for room in (talk, news):
            linked = await rosa.slash("link", {"area": "75"}, channel=room, at_least=1)
            assert "is linked to" in linked.text
            assert "give me" not in linked.text
            await channel.send(POST, Destination("discord", room, is_room=True))
            (seen,) = await driver.messages(room)
            assert [one["description"] for one in seen.payload["attachments"]] == ["A candle"]
            looked.append(partial(client.get_partial_messageable(int(room)).fetch_message, int(seen.id)))
            await looked[-1]()
        await channel.publisher.settled()
        (seen,) = await driver.messages(news)
        assert seen.payload["flags"] & CROSSPOSTED
        (hello,) = await driver.messages(str(quiet.platform.world.guilds[int(guild)].system_channel_id))
        assert "Link a channel" in hello.buttons
        send = partial(channel.send, POST, Destination("discord", talk, is_room=True))
        for right in Permission(INVITED_WITH.value):
            await driver.deny_bot(talk, right)
            refused = looked[0] if right is Permission.READ_MESSAGE_HISTORY else send
            with pytest.raises((SendError, discord.Forbidden), match=r"50001|50013"):
                await refused()
