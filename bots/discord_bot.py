"""Discord: slash commands, buttons, menus and typed answers, each acknowledged before anything slow happens."""

import asyncio
import logging
from functools import partial
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.guard import Health, contained
from bots.parts import BotParts, RoomSeen
from bots.replies import InOrder, deliver
from bots.views import COMMANDS, TYPE_BUTTON, Pressed, from_discord
from campaign_engine.channels.discord import SELECT_ID, DiscordChannel, buttons, escape, send_error
from campaign_engine.domain.audience import RoomKind
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Choice, Destination, Inbound, Message, Reply

log = logging.getLogger("groundswell.bots")

TEXT_FIELD = "text"
LONGEST_ANSWER = 2000


def use_addresses(api: str, gateway: str) -> None:
    """Where discord.py finds Discord; it keeps both addresses on its classes."""
    Route.BASE = api.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def open_client() -> discord.Client:
    """No privileged intents; nothing is cached about members; nobody can be mentioned."""
    intents = discord.Intents(guilds=True, dm_messages=True)
    return discord.Client(
        intents=intents,
        allowed_mentions=discord.AllowedMentions.none(),
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
    )


class DiscordBot:
    """Feeds interactions and direct messages to the conversation, in order for each person."""

    def __init__(self, client: discord.Client, token: str, parts: BotParts) -> None:
        self._client = client
        self._token = token
        self._parts = parts
        self._channel = DiscordChannel(client)
        self._tree = app_commands.CommandTree(client)
        self._in_order = InOrder()
        self._add_commands()
        client.event(self.on_ready)
        client.event(self.on_interaction)
        client.event(self.on_message)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises ConfigurationError for a wrong token."""
        connected = asyncio.create_task(self._client.start(self._token))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([connected, stopped], return_when=asyncio.FIRST_COMPLETED)
            if connected.done():
                connected.result()
        except discord.LoginFailure:
            raise ConfigurationError(
                "Discord does not know this token.",
                hint="Copy it again into GROUNDSWELL_DISCORD_TOKEN.",
            ) from None
        finally:
            stopped.cancel()
            await self._in_order.finish()
            await self._client.close()
            await asyncio.wait([connected])

    async def on_ready(self) -> None:
        """Publish the slash commands once connected."""
        await self._tree.sync()
        self._parts.board.set("discord", Health.RUNNING)

    def _add_commands(self) -> None:
        for name in COMMANDS:
            self._tree.add_command(self._start_command() if name == "start" else self._plain_command(name))
        self._tree.add_command(self._link_command())

    def _describe(self, name: str) -> str:
        return self._parts.say(Reply(f"command.{name}"), "en").text[:100]

    def _plain_command(self, name: str) -> app_commands.Command[Any, Any, Any]:
        async def run(interaction: discord.Interaction) -> None:
            await self._on_command(interaction, name, "")

        return app_commands.Command(name=name, description=self._describe(name), callback=run)

    def _start_command(self) -> app_commands.Command[Any, Any, Any]:
        async def run(interaction: discord.Interaction, code: str = "") -> None:
            await self._on_command(interaction, "start", code)

        return app_commands.Command(name="start", description=self._describe("start"), callback=run)

    def _link_command(self) -> app_commands.Command[Any, Any, Any]:
        async def run(interaction: discord.Interaction, area: str = "") -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await contained("discord link", self._link(interaction, area))

        return app_commands.Command(name="link", description=self._describe("link"), callback=run)

    async def _on_command(self, interaction: discord.Interaction, name: str, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        self._converse(interaction, self._inbound(interaction, command=name, data=argument))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Buttons, menus and typed answers; slash commands go through the tree.

        The data lies in the custom id, so that a button still works after a restart.
        """
        if interaction.type is discord.InteractionType.component:
            await self._on_press(interaction)
        elif interaction.type is discord.InteractionType.modal_submit:
            await self._acknowledge(interaction)
            self._converse(interaction, self._inbound(interaction, text=_typed_text(interaction)))

    async def _on_press(self, interaction: discord.Interaction) -> None:
        raw: dict[str, Any] = dict(interaction.data or {})
        if raw.get("custom_id") == TYPE_BUTTON:
            await interaction.response.send_modal(self._field(str(interaction.locale)[:2]))
            return
        await self._acknowledge(interaction)
        chosen = raw.get("values") or []
        data = str(chosen[0]) if raw.get("custom_id") == SELECT_ID and chosen else str(raw.get("custom_id", ""))
        self._converse(interaction, self._inbound(interaction, data=data))

    async def _acknowledge(self, interaction: discord.Interaction) -> None:
        """Within 3 s: edit our own private message in place, answer a public post with a private one."""
        message = interaction.message
        if message is not None and (message.flags.ephemeral or interaction.guild_id is None):
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)

    def _inbound(
        self, interaction: discord.Interaction, *, command: str = "", data: str = "", text: str = ""
    ) -> Inbound:
        room = str(interaction.channel_id) if interaction.guild_id is not None else ""
        origin = Pressed(interaction.user.id, interaction.id, str(interaction.locale), room)
        return from_discord(origin, command=command, data=data, text=text)

    def _converse(self, interaction: discord.Interaction, inbound: Inbound) -> None:
        work = partial(contained, "discord interaction", self._answer(interaction, inbound))
        self._in_order.add(inbound.address, work)

    async def _answer(self, interaction: discord.Interaction, inbound: Inbound) -> None:
        answers = await self._parts.conversation.handle(inbound)
        language = inbound.language_hint
        for number, answer in enumerate(answers):
            send = self._edit_first if number == 0 else self._follow_up
            await deliver(self._parts.pace, inbound.address, partial(send, interaction, answer, language))
        if not answers:
            await interaction.delete_original_response()

    async def _edit_first(self, interaction: discord.Interaction, answer: Message, language: str) -> None:
        try:
            await interaction.edit_original_response(content=escape(answer.text), view=self._view(answer, language))
        except discord.DiscordException as error:
            raise send_error(error) from error

    async def _follow_up(self, interaction: discord.Interaction, answer: Message, language: str) -> None:
        try:
            await interaction.followup.send(escape(answer.text), view=self._view(answer, language), ephemeral=True)
        except discord.DiscordException as error:
            raise send_error(error) from error

    def _view(self, answer: Message, language: str) -> discord.ui.View:
        choices = answer.choices
        if answer.asks_text:
            label = self._parts.say(Reply("command.type"), language).text
            choices = ((Choice(label, TYPE_BUTTON),), *choices)
        return buttons(choices)

    def _field(self, language: str) -> discord.ui.Modal:
        title = self._parts.say(Reply("command.type"), language).text
        modal = discord.ui.Modal(title=title[:45], custom_id=TYPE_BUTTON)
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=TEXT_FIELD, style=discord.TextStyle.paragraph, max_length=LONGEST_ANSWER
        )
        modal.add_item(discord.ui.Label(text=title[:45], component=field))
        modal.stop()
        return modal

    async def on_message(self, message: discord.Message) -> None:
        """Direct messages only: what people write in servers is not ours to read."""
        if message.guild is not None or message.author.bot:
            return
        inbound = from_discord(Pressed(message.author.id, message.id, "", ""), text=message.content or " ")
        self._in_order.add(inbound.address, partial(contained, "discord message", self._reply(message, inbound)))

    async def _reply(self, message: discord.Message, inbound: Inbound) -> None:
        to = Destination("discord", str(message.channel.id))
        for answer in await self._parts.conversation.handle(inbound):
            await deliver(self._parts.pace, inbound.address, partial(self._channel.send, answer, to))

    async def _link(self, interaction: discord.Interaction, area: str) -> None:
        guild = interaction.guild
        title = f"{guild.name if guild else ''} #{getattr(interaction.channel, 'name', '')}".strip()
        members = (guild.member_count or 0) if guild else 0
        person = str(interaction.user.id)
        room = RoomSeen("discord", str(interaction.channel_id), RoomKind.CHANNEL, title, members, person)
        answer = await self._parts.rooms.link(room, area)
        await interaction.edit_original_response(content=escape(answer.text))


def _typed_text(interaction: discord.Interaction) -> str:
    raw: dict[str, Any] = dict(interaction.data or {})
    for row in raw.get("components", []):
        inner = [row["component"]] if "component" in row else row.get("components", [])
        for part in inner:
            if part.get("custom_id") == TEXT_FIELD:
                return str(part.get("value") or " ")
    return " "
