"""Servers: the card when the bot is added, linking a channel to an area, and unlinking what is gone."""

from functools import partial

import discord

from bots.discord_answers import Answers
from bots.discord_forms import LONGEST_TITLE, filled, forgotten
from bots.discord_rights import missing
from bots.guard import contained
from bots.parts import BotParts
from bots.replies import deliver
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.domain.audience import RoomKind, RoomSeen
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.languages import from_tag
from campaign_engine.domain.message import Choice, Destination, Message, Reply
from campaign_engine.domain.precinct import Borough

LINK = "link"
"""Custom id of the button that opens the form, and of the form."""

CHANNEL, AREA, NUMBER = "channel", "area", "number"
ONE_PRECINCT = "precinct"
_KINDS = [discord.ChannelType.text, discord.ChannelType.news]


class DiscordRooms:
    """Who may link is asked twice: Discord says who manages channels, our own roles decide about areas."""

    def __init__(self, channel: DiscordChannel, answers: Answers, parts: BotParts) -> None:
        self._channel = channel
        self._answers = answers
        self._parts = parts

    async def welcome(self, guild: discord.Guild) -> None:
        """One card where the server itself wants such messages; nobody is written to directly (safety S7)."""
        room = guild.system_channel
        if room is None or missing(room.permissions_for(guild.me)):
            return
        language = from_tag(str(guild.preferred_locale)) or LANGUAGES[0]
        hello = self._parts.say(Reply("server.hello"), language)
        button = Choice(self._parts.say(Reply("server.link"), language).text, LINK)
        card = Message(hello.text, hello.language, ((button,),))
        to = Destination("discord", str(room.id), is_room=True)
        await deliver(self._parts.pace, to.address, partial(self._channel.send, card, to))

    async def open_form(self, interaction: discord.Interaction) -> None:
        """At once, from what Discord tells of the person; their role with us is looked up when the form comes back."""
        if interaction.permissions.manage_channels:
            await interaction.response.send_modal(self._form(_language(interaction)))
        else:
            await self._answers.acknowledge(interaction)
            await self._say(interaction, Reply("server.not_yours"))

    def _form(self, language: str) -> discord.ui.Modal:
        def words(block: str) -> str:
            return self._parts.say(Reply(f"server.{block}"), language).text[:LONGEST_TITLE]

        areas = [
            discord.SelectOption(label=words("precinct"), value=ONE_PRECINCT),
            *(discord.SelectOption(label=str(name), value=str(name)) for name in Borough),
            discord.SelectOption(label=words("city"), value="city"),
        ]
        form = discord.ui.Modal(title=words("link"), custom_id=LINK)
        channel: discord.ui.ChannelSelect[discord.ui.Modal] = discord.ui.ChannelSelect(
            custom_id=CHANNEL, channel_types=_KINDS
        )
        area: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(custom_id=AREA, options=areas)
        number: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=NUMBER, required=False, max_length=12
        )
        for text, component in ((words("which"), channel), (words("area"), area), (words("number"), number)):
            form.add_item(discord.ui.Label(text=text, component=component))
        return forgotten(form)

    async def submitted(self, interaction: discord.Interaction) -> None:
        """The form came back, acknowledged already."""
        given = filled(interaction)
        area = given.get(NUMBER) or given.get(AREA, "")
        guild = interaction.guild
        chosen = guild.get_channel(int(given.get(CHANNEL) or 0)) if guild is not None else None
        if not isinstance(chosen, discord.TextChannel):
            await self._say(interaction, Reply("server.not_here"))
        else:
            await self._link(interaction, chosen, area)

    async def link(self, interaction: discord.Interaction, area: str) -> None:
        """/link, acknowledged already: the channel that it was used in."""
        if isinstance(interaction.channel, discord.TextChannel):
            await self._link(interaction, interaction.channel, area)
        else:
            await self._say(interaction, Reply("server.not_here"))

    async def _link(self, interaction: discord.Interaction, channel: discord.TextChannel, area: str) -> None:
        person, guild = str(interaction.user.id), channel.guild
        if not interaction.permissions.manage_channels:
            await self._say(interaction, Reply("server.not_yours"))
            return
        kind = RoomKind.CHANNEL if channel.is_news() else RoomKind.GROUP
        title, language = f"{guild.name} #{channel.name}", str(interaction.locale)
        room = RoomSeen("discord", str(channel.id), kind, title, guild.member_count or 0, person, language)
        answer = await self._parts.rooms.link(room, area)
        lacks = missing(channel.permissions_for(guild.me))
        more = (self._words(Reply("server.lacks", {"title": title, "names": ", ".join(lacks)}), answer.language),)
        await self._answers.say(interaction, person, (answer, *(more if lacks else ())))

    async def _say(self, interaction: discord.Interaction, reply: Reply) -> None:
        await self._answers.say(interaction, str(interaction.user.id), (self._words(reply, _language(interaction)),))

    def _words(self, reply: Reply, language: str) -> Message:
        return self._parts.say(reply, language)

    async def gone(self, channel_id: int) -> None:
        """Nothing is posted there any more."""
        await contained("discord channel", partial(self._parts.rooms.unlink, "discord", str(channel_id)))


def _language(interaction: discord.Interaction) -> str:
    return from_tag(str(interaction.locale)) or LANGUAGES[0]
