"""Discord: slash commands, buttons, menus and typed answers, each acknowledged before anything slow happens."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord_answers import Answers
from bots.discord_forms import TEXT_FIELD, filled, typing_form
from bots.discord_invites import Invites
from bots.discord_items import ANYTHING, FIELD, found_by
from bots.discord_pictures import PICTURE_BUTTON, in_form, in_message, picture_form, with_picture
from bots.discord_reactions import Reactions
from bots.discord_rooms import LINK, DiscordRooms
from bots.discord_threads import ThreadOpener
from bots.guard import Health, contained, unknown_token, unless_stopped
from bots.parts import BotParts
from bots.replies import InOrder, deliver
from bots.slash import Words, add_commands, fingerprint
from bots.slash_words import SlashWords
from bots.views import Pressed, from_discord
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.discord_view import escaped_length, question_of
from campaign_engine.channels.discord_wire import WIRE_ERRORS, in_time
from campaign_engine.channels.split import split
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.languages import from_tag
from campaign_engine.domain.message import Destination, Inbound, Message, Reply
from campaign_engine.services.room_offers import BUTTON

log = logging.getLogger("groundswell.bots")

LONGEST_LIBRARY_WAIT = 30.0
"""Seconds that discord.py sleeps on a 429 by itself, the least it takes; a longer one holds the whole lane."""

REQUEST_SECONDS = 20.0
"""For one request and its answer; aiohttp would wait five minutes, and Discord remembers a nonce for two."""

GUILDS_WAIT = 0.2
"""Seconds without a further guild after which discord.py is ready; nothing here needs to know them all."""

INVITES_EVERY = 3600.0
"""Seconds between two looks at how many came by our invites."""

COMMANDS_MARK = "discord_commands"
"""Under which it is noted what commands Discord has of us."""


def use_addresses(api: str, gateway: str) -> None:
    """Where discord.py finds Discord; it keeps both addresses on its classes."""
    Route.BASE = api.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def open_client() -> discord.Client:
    """No privileged intents; nothing is cached about members; nobody can be mentioned; a long 429 is raised."""
    logging.getLogger("discord.http").setLevel(logging.ERROR)  # its warnings quote addresses with tokens (safety A2)
    intents = discord.Intents(guilds=True, dm_messages=True, guild_reactions=True)
    client = discord.Client(
        intents=intents,
        allowed_mentions=discord.AllowedMentions.none(),
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
        guild_ready_timeout=GUILDS_WAIT,
        max_ratelimit_timeout=LONGEST_LIBRARY_WAIT,
        http_trace=in_time(),
    )
    answered = partial(client.http.request, timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))
    client.http.request = answered  # type: ignore[method-assign]  # discord.py hands what it gets on to aiohttp
    return client


def reopen(client: discord.Client) -> None:
    """A client of discord.py that was closed lacks its loop and its connector."""
    if client.is_closed():
        client.clear()
        client.loop = asyncio.get_running_loop()
        client.http.connector = aiohttp.TCPConnector(limit=0)


class DiscordBot:
    """Feeds interactions and direct messages to the conversation, in order for each person."""

    def __init__(self, client: discord.Client, token: str, parts: BotParts) -> None:
        self._client = client
        self._token = token
        self._parts = parts
        self._channel = DiscordChannel(client)
        self._tree = app_commands.CommandTree(client)
        self._in_order = InOrder()
        self._slashed = SlashWords(parts.say)
        self._answers = Answers(parts, ThreadOpener(self._channel, parts))
        self._reactions = Reactions(client, parts)
        self._invites = Invites(client, parts)
        self._rooms = DiscordRooms(self._channel, self._answers, self._invites, parts)
        self._items = (
            found_by(FIELD, self._open_field),
            found_by(LINK, self._rooms.open_form),
            found_by(ANYTHING, self._on_choice),
        )
        add_commands(self._tree, parts.say, self.on_command)
        self._tree.error(self.on_command_error)
        events = (self.on_ready, self.on_resumed, self.on_disconnect, self.on_interaction, self.on_message)
        counted = (self.on_raw_reaction_add, self.on_raw_reaction_remove)
        places = (self.on_guild_join, self.on_guild_channel_delete, self.on_guild_remove)
        for event in (*events, *places, *counted, self.on_error):
            client.event(event)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; can be run again after an error. Raises ConfigurationError for a wrong token."""
        reopen(self._client)
        self._client.add_dynamic_items(*self._items)
        counting = asyncio.create_task(self._count_invites())
        try:
            await unless_stopped(stop, self._listen())
        except discord.LoginFailure:
            raise unknown_token("Discord") from None
        finally:
            counting.cancel()
            await self._answers.settled()
            await self._in_order.finish()
            self._reactions.stop()
            if not stop.is_set():
                await self._client.close()

    async def _listen(self) -> None:
        """A client that only wrote until now is logged in already."""
        if self._client.user is None:
            await self._client.login(self._token)
        await self._client.connect()

    async def _count_invites(self) -> None:
        while True:
            await asyncio.sleep(INVITES_EVERY)
            await contained("discord invites", self._invites.count)

    async def close(self) -> None:
        """Hang up, once nothing is sent through this client any more."""
        await self._client.close()

    async def on_ready(self) -> None:
        """Publish the slash commands, which Discord keeps; without them buttons still work."""
        note, accounts = "", self._parts.accounts
        accounts.discord = accounts.discord or (self._client.user.name if self._client.user is not None else "")
        try:
            await self._publish()
        except WIRE_ERRORS as error:
            note = "Discord did not take the slash commands."
            log.error("slash commands: %s", type(error).__name__)  # a traceback may quote texts
        self._parts.board.set("discord", Health.RUNNING, note)

    async def _publish(self) -> None:
        """Once for each change of the commands: Discord keeps them and counts how often they are sent."""
        words = Words(self._parts.say)
        await self._tree.set_translator(words)
        now = await fingerprint(self._tree, words)
        if await self._noted() != now:
            await self._tree.sync()
            await contained("discord commands", partial(self._parts.marks.put, COMMANDS_MARK, now))

    async def _noted(self) -> str:
        try:
            return await self._parts.marks.get(COMMANDS_MARK)
        except StoreUnavailable:
            return ""

    async def on_resumed(self) -> None:
        """The gateway is back."""
        self._parts.board.set("discord", Health.RUNNING)

    async def on_disconnect(self) -> None:
        """discord.py connects again by itself."""
        self._parts.board.set("discord", Health.RESTARTING, "Discord does not answer.")

    async def on_error(self, event: str, /, *_: object, **__: object) -> None:
        """In place of discord.py's own, which logs a traceback that may carry what somebody wrote (safety A2)."""
        log.error("discord %s: %s", event, type(sys.exc_info()[1]).__name__)

    async def on_command_error(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """As on_error."""
        log.error("discord command: %s", type(error.__cause__ or error).__name__)

    async def on_command(self, interaction: discord.Interaction, name: str, argument: str) -> None:
        """A slash command; the tree of commands calls it."""
        await self._answers.acknowledge(interaction)
        if name == "link":
            self._begin(interaction, "discord link", partial(self._rooms.link, interaction, argument))
        else:
            self._converse(interaction, self._inbound(interaction, command=name, data=argument))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Forms that were sent; slash commands go through the tree, buttons and menus through their items."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._on_form(interaction)

    async def _on_form(self, interaction: discord.Interaction) -> None:
        await self._answers.acknowledge(interaction)
        raw: dict[str, Any] = dict(interaction.data or {})
        if raw.get("custom_id") == LINK:
            self._begin(interaction, "discord link", partial(self._rooms.submitted, interaction))
        else:
            inbound = self._inbound(interaction, text=filled(interaction).get(TEXT_FIELD, ""))
            self._converse(interaction, with_picture(inbound, in_form(interaction)))

    async def _on_choice(self, interaction: discord.Interaction, data: str) -> None:
        await self._answers.acknowledge(interaction)
        if data.startswith(BUTTON):
            self._begin(interaction, "discord room", partial(self._rooms.pressed, interaction, data))
        else:
            self._converse(interaction, self._inbound(interaction, data=data))

    async def _open_field(self, interaction: discord.Interaction, pressed: str) -> None:
        """A form is an answer by itself, so that nothing may be looked up before it."""
        language = from_tag(str(interaction.locale)) or LANGUAGES[0]
        if pressed == PICTURE_BUTTON:
            form = picture_form(self._parts.say(Reply("command.picture"), language).text)
        else:
            form = typing_form(self._parts.say(Reply("command.type"), language).text, question_of(interaction.message))
        await interaction.response.send_modal(form)

    def _inbound(
        self, interaction: discord.Interaction, *, command: str = "", data: str = "", text: str = ""
    ) -> Inbound:
        room = str(interaction.channel_id) if interaction.guild_id is not None else ""
        origin = Pressed(interaction.user.id, interaction.id, str(interaction.locale), room)
        return from_discord(origin, command=command, data=data, text=text)

    def _converse(self, interaction: discord.Interaction, inbound: Inbound) -> None:
        self._begin(interaction, "discord interaction", partial(self._answer, interaction, inbound))

    def _begin(self, interaction: discord.Interaction, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """After what this person did before; a bot that stops finishes it."""
        self._in_order.add(str(interaction.user.id), partial(contained, what, work))

    async def _answer(self, interaction: discord.Interaction, inbound: Inbound) -> None:
        await self._answers.say(interaction, inbound.address, await self._said(inbound))

    async def _said(self, inbound: Inbound) -> tuple[Message, ...]:
        return tuple(map(self._slashed, await self._parts.answers(inbound)))

    async def on_message(self, message: discord.Message) -> None:
        """Direct messages only: what people write in servers is not ours to read."""
        if message.guild is not None or message.author.bot:
            return
        inbound = from_discord(Pressed(message.author.id, message.id, "", ""), text=message.content)
        inbound = with_picture(inbound, in_message(self._client, message))
        work = partial(contained, "discord message", partial(self._reply, message, inbound))
        self._in_order.add(inbound.address, work)

    async def _reply(self, message: discord.Message, inbound: Inbound) -> None:
        to = Destination("discord", inbound.address, thread=str(message.channel.id))
        limit = self._channel.limits.text
        answers = await self._said(inbound)
        for part in (part for answer in answers for part in split(answer, limit, escaped_length)):
            await deliver(self._parts.pace, inbound.address, partial(self._channel.send, part, to))
        if answers and await self._parts.threads.met(to):
            here = self._parts.threads.say("here", answers[0].language)
            await deliver(self._parts.pace, inbound.address, partial(self._channel.send, here, to))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """On any message in sight."""
        self._reactions.added(event.channel_id, event.message_id, event.message_author_id)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """On any message in sight."""
        self._reactions.changed(event.channel_id, event.message_id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added to a server; its commands are there by themselves."""
        await contained("discord server", partial(self._rooms.welcome, guild))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Nothing is posted there any more."""
        await self._rooms.gone(channel.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server."""
        for channel in guild.channels:
            await self._rooms.gone(channel.id)
