"""Opens the direct chat that somebody just asked for, and nobody else's (safety S7)."""

import logging
from functools import partial

import discord

from bots.parts import BotParts
from bots.replies import deliver
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.channels.discord_wire import WIRE_ERRORS, send_error
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Destination, Message

log = logging.getLogger("groundswell.bots")

TOO_FAST = "opening_too_fast"


class ThreadOpener:
    """At a person's own tap."""

    def __init__(self, channel: DiscordChannel, parts: BotParts) -> None:
        self._channel = channel
        self._parts = parts

    async def open(self, interaction: discord.Interaction, language: str) -> Message:
        """What to say about it in the answer. Raises StoreUnavailable."""
        person = interaction.user
        if interaction.guild_id is None:
            kept = await self._keep(person.id, interaction.channel_id or 0)
            return self._parts.threads.say("here" if kept else "closed", language)
        try:
            thread = await self._open(person)
        except SendError as error:
            log.warning("a direct chat was not opened (%s)", error.code)
            if error.code == TOO_FAST:
                await self._parts.threads.stop("discord")
            return self._parts.threads.say("closed" if error.opted_out else "later", language)
        return await self._greet(person.id, thread, language)

    async def _open(self, person: discord.User | discord.Member) -> int:
        """Asking for one that is open already costs nothing. Raises SendError, StoreUnavailable."""
        if person.dm_channel is not None:
            return person.dm_channel.id
        if not await self._parts.threads.may_open("discord"):
            raise SendError("enough_for_today")
        try:
            return (await person.create_dm()).id
        except WIRE_ERRORS as error:
            raise send_error(error) from error

    async def _greet(self, person: int, thread: int, language: str) -> Message:
        """Only the first message shows whether the chat takes any."""
        to = Destination("discord", str(person), thread=str(thread))
        hello = self._parts.threads.say("hello", language)
        refused = await deliver(self._parts.pace, to.address, partial(self._channel.send, hello, to))
        if refused is not None and refused.code == TOO_FAST:
            await self._parts.threads.stop("discord")
        if refused is not None:
            return self._parts.threads.say("closed" if refused.opted_out else "later", language)
        kept = await self._keep(person, thread)
        return self._parts.threads.say("opened" if kept else "closed", language)

    async def _keep(self, person: int, thread: int) -> bool:
        return await self._parts.threads.opened(Destination("discord", str(person), thread=str(thread)))
