"""Servers: the card when the bot is added, linking a channel to an area, and unlinking what is gone."""

from dataclasses import replace
from functools import partial

import discord

from bots.discord_answers import Answers
from bots.discord_forms import LONGEST_TITLE, filled, forgotten
from bots.discord_invites import Invites
from bots.discord_rights import missing
from bots.guard import contained
from bots.parts import BotParts
from bots.replies import deliver
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.dialogue.flow import option
from campaign_engine.domain.audience import RoomKind, RoomSeen
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.languages import from_tag
from campaign_engine.domain.message import Choice, Destination, Message, Reply
from campaign_engine.domain.precinct import Borough
from campaign_engine.services.room_offers import BOROUGH, INVITES, LEAVE, TOP, UNLINK, read_button, room_button

LINK = "link"
"""Custom id of the button that opens the form, and of the form."""

CHANNEL, AREA, NUMBER = "channel", "area", "number"
ONE_PRECINCT = "precinct"
_KINDS = [discord.ChannelType.text, discord.ChannelType.news]


class DiscordRooms:
    """Who may link is asked twice: Discord says who manages channels, our own roles decide about areas."""

    def __init__(self, channel: DiscordChannel, answers: Answers, invites: Invites, parts: BotParts) -> None:
        self._channel = channel
        self._invites = invites
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

    async def open_form(self, interaction: discord.Interaction, _: str) -> None:
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
        chosen = _channel(interaction, given.get(CHANNEL, ""))
        if not isinstance(chosen, discord.TextChannel):
            await self._say(interaction, Reply("server.not_here"))
        else:
            await self._link(interaction, chosen, area)

    async def link(self, interaction: discord.Interaction, area: str) -> None:
        """/link, acknowledged already: the channel that it was used in."""
        if not isinstance(interaction.channel, discord.TextChannel):
            await self._say(interaction, Reply("server.not_here"))
        elif area:
            await self._link(interaction, interaction.channel, area)
        else:
            await self._offer(interaction, interaction.channel, TOP)

    async def pressed(self, interaction: discord.Interaction, data: str) -> None:
        """A button of an offer, acknowledged already; what this person may do there is looked up anew."""
        address, page = read_button(data)
        channel = _channel(interaction, address)
        if not isinstance(channel, discord.TextChannel):
            await self._say(interaction, Reply("server.not_here"))
        elif page in (TOP, INVITES) or page.startswith(BOROUGH):
            await self._offer(interaction, channel, page)
        elif page == UNLINK:
            await self._unlink(interaction, channel)
        elif page.startswith(f"{INVITES}:"):
            await self._invite(interaction, channel, page.removeprefix(f"{INVITES}:"))
        else:
            await self._link(interaction, channel, page)

    async def _unlink(self, interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        room = self._seen(interaction, channel)
        done = await self._parts.rooms.unlink_by(room)
        said = await self._parts.offers.said(room, "unlinked" if done else "only_team")
        await self._answers.say(interaction, room.by, (said,))

    async def _invite(self, interaction: discord.Interaction, channel: discord.TextChannel, subject: str) -> None:
        room = self._seen(interaction, channel)
        name = await self._parts.offers.invite_name(room, subject)
        if not name:
            answer = await self._parts.offers.said(room, "only_team")
        elif url := await self._invites.make(channel, name):
            answer = await self._parts.offers.invite_ready(room, url)
        else:
            back = ((option("room.back", room_button(room.address, INVITES)),),)
            answer = self._words(Reply("server.no_invite", {"title": room.title}, back), _language(interaction))
        await self._answers.say(interaction, room.by, (answer,))

    async def _offer(self, interaction: discord.Interaction, channel: discord.TextChannel, page: str) -> None:
        """Areas to choose from; leaving the server is for its admins, so that button of the offer is left out."""
        room = self._seen(interaction, channel)
        offers = self._parts.offers
        try:
            offer = await offers.page(room, page) or await offers.said(room, "only_team")
        except StoreUnavailable:
            offer = self._words(Reply("contact.unavailable"), _language(interaction))
        leave = room_button(room.address, LEAVE)
        rows = tuple(tuple(one for one in row if one.data != leave) for row in offer.choices)
        await self._answers.say(interaction, room.by, (replace(offer, choices=rows),))

    async def _link(self, interaction: discord.Interaction, channel: discord.TextChannel, area: str) -> None:
        if not interaction.permissions.manage_channels:
            await self._say(interaction, Reply("server.not_yours"))
            return
        room = self._seen(interaction, channel)
        answer = await self._parts.rooms.link(room, area)
        lacks = missing(channel.permissions_for(channel.guild.me))
        named = Reply("server.lacks", {"title": room.title, "names": ", ".join(lacks)})
        more = (self._words(named, answer.language),) if lacks else ()
        await self._answers.say(interaction, room.by, (answer, *more))

    def _seen(self, interaction: discord.Interaction, channel: discord.TextChannel) -> RoomSeen:
        guild, kind = channel.guild, RoomKind.CHANNEL if channel.is_news() else RoomKind.GROUP
        title, language = f"{guild.name} #{channel.name}", str(interaction.locale)
        by, members = str(interaction.user.id), guild.member_count or 0
        return RoomSeen("discord", str(channel.id), kind, title, members, by, language)

    async def _say(self, interaction: discord.Interaction, reply: Reply) -> None:
        await self._answers.say(interaction, str(interaction.user.id), (self._words(reply, _language(interaction)),))

    def _words(self, reply: Reply, language: str) -> Message:
        return self._parts.say(reply, language)

    async def gone(self, channel_id: int) -> None:
        """Nothing is posted there any more."""
        await contained("discord channel", partial(self._parts.rooms.unlink, "discord", str(channel_id)))


def _channel(interaction: discord.Interaction, address: str) -> discord.abc.GuildChannel | None:
    if interaction.guild is None or not (address.isascii() and address.isdecimal()):
        return None
    return interaction.guild.get_channel(int(address))


def _language(interaction: discord.Interaction) -> str:
    return from_tag(str(interaction.locale)) or LANGUAGES[0]
