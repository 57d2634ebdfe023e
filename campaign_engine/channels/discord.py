"""Discord: channels of servers, through one bot account."""

import secrets

import discord

from campaign_engine.channels.discord_publish import Publisher
from campaign_engine.channels.discord_view import buttons, files, written
from campaign_engine.channels.discord_wire import WIRE_ERRORS, begun_within, send_error
from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Destination, Limits, Message

NONCE_CHARACTERS = 25

PATIENCE_SECONDS = 5.0
"""In which discord.py may begin to send a message with a key by itself; whoever has the key looks again then."""


class DiscordChannel:
    """Writes with a nonce, so that a repeated request gives the first message back."""

    name = "discord"
    limits = Limits(text=2000, label=80, edits=True)

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self.publisher = Publisher(client)

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Nobody is ever mentioned, and a person is only written to in a chat that is open (safety S7).

        Raises SendError; `not_connected` before the bot has logged in.
        """
        if self._client.user is None or self._client.is_closed():
            raise SendError("not_connected", retryable=True)
        if not (to.is_room or to.thread):
            raise SendError("no_direct_chat")
        target = self._client.get_partial_messageable(int(to.thread or to.address))
        try:
            with begun_within(PATIENCE_SECONDS if key else float("inf")):
                sent = await target.send(
                    written(message),
                    view=buttons(message.choices),
                    nonce=key[:NONCE_CHARACTERS] or secrets.token_hex(12),
                    allowed_mentions=discord.AllowedMentions.none(),
                    suppress_embeds=True,
                    files=files(message),
                )
        except WIRE_ERRORS as error:
            raise send_error(error) from error
        if to.is_room:
            self.publisher.publish(int(to.address), sent.id)
        return Receipt(platform_id=str(sent.id))

    async def close(self) -> None:
        """What was sent is published first; the client belongs to whoever opened it."""
        await self.publisher.close()
