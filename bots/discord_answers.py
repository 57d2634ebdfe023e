"""Answers to interactions: acknowledged at once, then put in the place of what was pressed."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

import discord

from bots.discord_pictures import PICTURE_BUTTON
from bots.discord_threads import ThreadOpener
from bots.parts import BotParts
from bots.replies import deliver
from bots.views import TYPE_BUTTON
from campaign_engine.channels.discord_view import CARD_TEXT, card, escaped_length, files
from campaign_engine.channels.discord_wire import WIRE_ERRORS, send_error
from campaign_engine.channels.split import split
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Choice, Message, Reply

log = logging.getLogger("groundswell.bots")

KEPT_FOR_FOOTER = 3
"""Characters that make a last paragraph small."""


class Answers:
    """Private answers to one interaction each; whatever happens to one, the next is answered."""

    def __init__(self, parts: BotParts, opener: ThreadOpener) -> None:
        self._parts = parts
        self._opener = opener
        self._acknowledging = 0
        self._none_waits = asyncio.Event()
        self._none_waits.set()

    async def acknowledge(self, interaction: discord.Interaction) -> None:
        """Within 3 s, before anything slow. Our own private message is edited in place, all else gets a private answer.

        What Discord no longer waits for is worked on all the same: a pledge or a STOP must not be lost.
        """
        self._acknowledging += 1
        self._none_waits.clear()
        try:
            if _is_ours_alone(interaction):
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
        except WIRE_ERRORS as error:
            log.warning("an interaction was not acknowledged (%s)", send_error(error).code)
        finally:
            self._acknowledging -= 1
            if not self._acknowledging:
                self._none_waits.set()

    async def settled(self) -> None:
        """Wait for every acknowledgement that was begun: a bot that stops still answers whoever it told to wait."""
        await self._none_waits.wait()

    async def say(self, interaction: discord.Interaction, address: str, answers: Sequence[Message]) -> None:
        """Nothing to say takes the waiting sign away again."""
        pieces = [part for answer in answers for part in self._parted(answer)]
        for number, part in enumerate(pieces):
            send = self._edit_first if number == 0 else self._follow_up
            await deliver(self._parts.pace, address, partial(send, interaction, part))
        for answer in (answer for answer in answers if answer.opens_thread):
            outcome = await self._opener.open(interaction, answer.language)
            await deliver(self._parts.pace, address, partial(self._follow_up, interaction, outcome))
        if not pieces and interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.delete_original_response()

    def _parted(self, answer: Message) -> tuple[Message, ...]:
        return split(answer, CARD_TEXT - KEPT_FOR_FOOTER, escaped_length)

    async def _edit_first(self, interaction: discord.Interaction, answer: Message) -> None:
        _refuse_expired(interaction)
        try:
            await interaction.edit_original_response(content=None, view=self._card(answer), attachments=files(answer))
        except WIRE_ERRORS as error:
            raise send_error(error) from error

    async def _follow_up(self, interaction: discord.Interaction, answer: Message) -> None:
        _refuse_expired(interaction)
        try:
            await interaction.followup.send(view=self._card(answer), ephemeral=True, files=files(answer))
        except WIRE_ERRORS as error:
            raise send_error(error) from error

    def _card(self, answer: Message) -> discord.ui.LayoutView:
        block, data = ("picture", PICTURE_BUTTON) if answer.asks_picture else ("type", TYPE_BUTTON)
        label = self._parts.say(Reply(f"command.{block}"), answer.language).text
        return card(answer, Choice(label, data) if answer.asks_text or answer.asks_picture else None)


def _refuse_expired(interaction: discord.Interaction) -> None:
    """Discord takes follow-ups for 15 minutes; whoever waited longer taps again."""
    if interaction.is_expired():
        raise SendError("interaction_expired")


def _is_ours_alone(interaction: discord.Interaction) -> bool:
    message = interaction.message
    return message is not None and (message.flags.ephemeral or interaction.guild_id is None)
