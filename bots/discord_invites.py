"""Invites to a server, each for one campaign, site or room: how many came by it, where the server lets us look."""

import json
import logging
import time

import discord

from bots.parts import BotParts
from campaign_engine.channels.discord_wire import WIRE_ERRORS, send_error

log = logging.getLogger("groundswell.bots")

MARK = "discord_invites"
"""Code of each invite of ours, with what it is for and how many uses were counted; a channel's number is kept nowhere
but locked, with its room."""

Known = dict[str, tuple[str, int]]


class Invites:
    """Discord's invites have no names, so that what each is for is noted here."""

    def __init__(self, client: discord.Client, parts: BotParts) -> None:
        self._client = client
        self._parts = parts

    async def make(self, channel: discord.TextChannel, subject: str) -> str:
        """The link; empty where the server does not let us make one. Raises StoreUnavailable."""
        try:
            invite = await channel.create_invite(max_age=0, unique=True)
        except WIRE_ERRORS as error:
            log.info("an invite could not be made (%s)", send_error(error).code)
            return ""
        await self._keep({**await self._known(), invite.code: (subject, invite.uses or 0)})
        return invite.url

    async def count(self) -> None:
        """Whoever came since the last time, by invite; nobody is named. Raises StoreUnavailable."""
        known = await self._known()
        for channel in self._client.get_all_channels() if known else ():
            if not isinstance(channel, discord.TextChannel):
                continue
            for code, uses in (await self._uses(channel)).items():
                if code in known:
                    known[code] = await self._counted(channel, code, known[code], uses)
        await self._keep(known)

    async def _counted(
        self, channel: discord.TextChannel, code: str, before: tuple[str, int], uses: int
    ) -> tuple[str, int]:
        subject, counted = before
        for number in range(counted, uses):
            update = f"{code}:{number}:{time.time_ns()}"
            await self._parts.figures.joined(("discord", str(channel.id)), subject, update)
        return subject, max(counted, uses)

    async def _uses(self, channel: discord.TextChannel) -> dict[str, int]:
        """Discord tells nobody else (docs/for-discord-admins.md)."""
        if not channel.permissions_for(channel.guild.me).manage_channels:
            return {}
        try:
            return {one.code: one.uses or 0 for one in await channel.invites()}
        except WIRE_ERRORS as error:
            log.info("invites could not be counted (%s)", send_error(error).code)
            return {}

    async def _known(self) -> Known:
        rows = json.loads(await self._parts.marks.get(MARK) or "{}")
        return {code: (str(kept[-2]), int(kept[-1])) for code, kept in rows.items()}  # once a channel stood before them

    async def _keep(self, known: Known) -> None:
        await self._parts.marks.put(MARK, json.dumps(known))
