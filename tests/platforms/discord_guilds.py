"""The bot's own account, guilds and channels, direct messages, invites and incoming webhooks."""

import secrets

from tests.platforms.discord_errors import Code, Form, Refusal
from tests.platforms.discord_faults import Window
from tests.platforms.discord_gateway import Gateway, Intent
from tests.platforms.discord_payloads import (
    account_json,
    application_json,
    channel_json,
    guild_json,
    invite_json,
    member_json,
    own_account_json,
    role_json,
    webhook_json,
)
from tests.platforms.discord_rest import Call, Endpoint
from tests.platforms.discord_state import Channel, ChannelKind, Guild, Invite, Json, Permission, Webhook, World

APPROVED = {Intent.GUILD_PRESENCES: 1 << 13, Intent.GUILD_MEMBERS: 1 << 15, Intent.MESSAGE_CONTENT: 1 << 19}
"""Flags of an application in few servers, by the privileged intent that they allow."""


class Guilds:
    """Everything that is neither a message nor an interaction nor a command."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world, self._gateway = world, gateway
        self._dm_window = Window(*world.limits.dm_opens)

    def endpoints(self) -> list[Endpoint]:
        """By area: account, guild, channel, invite, webhook."""
        return [
            Endpoint("GET", "/users/@me", self._me),
            Endpoint("GET", "/users/{user_id}", self._person),
            Endpoint("POST", "/users/@me/channels", self._open_dm),
            Endpoint("GET", "/oauth2/applications/@me", self._application),
            Endpoint("GET", "/applications/@me", self._application),
            Endpoint("GET", "/gateway", self._gateway_address, auth=False),
            Endpoint("GET", "/gateway/bot", self._gateway_bot),
            Endpoint("GET", "/guilds/{guild_id}", self._guild),
            Endpoint("GET", "/guilds/{guild_id}/channels", self._guild_channels),
            Endpoint("GET", "/guilds/{guild_id}/roles", self._guild_roles),
            Endpoint("GET", "/guilds/{guild_id}/members/{user_id}", self._guild_member),
            Endpoint("GET", "/guilds/{guild_id}/invites", self._guild_invites),
            Endpoint("GET", "/channels/{channel_id}", self._channel),
            Endpoint("POST", "/channels/{channel_id}/typing", self._typing),
            Endpoint("GET", "/channels/{channel_id}/invites", self._channel_invites),
            Endpoint("POST", "/channels/{channel_id}/invites", self._make_invite),
            Endpoint("GET", "/invites/{code}", self._invite),
            Endpoint("DELETE", "/invites/{code}", self._delete_invite),
            Endpoint("GET", "/channels/{channel_id}/webhooks", self._channel_webhooks),
            Endpoint("POST", "/channels/{channel_id}/webhooks", self._make_webhook),
            Endpoint("DELETE", "/webhooks/{webhook_id}", self._delete_webhook),
        ]

    async def _me(self, _: Call) -> Json:
        return own_account_json(self._world.bot)

    async def _application(self, _: Call) -> Json:
        approved = self._gateway.approved_intents
        return application_json(self._world, sum(flag for intent, flag in APPROVED.items() if intent in approved))

    async def _gateway_address(self, _: Call) -> Json:
        return {"url": self._gateway.address}

    async def _gateway_bot(self, _: Call) -> Json:
        left = self._gateway.identifies_left
        start = {"total": 1000, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1}
        return {"url": self._gateway.address, "shards": 1, "session_start_limit": start}

    async def _person(self, call: Call) -> Json:
        account = self._world.accounts.get(call.id("user_id"))
        if account is None:
            raise Refusal(Code.UNKNOWN_USER)
        return account_json(account)

    async def _open_dm(self, call: Call) -> Json:
        """Opening one that is open already costs nothing; a new one beyond the limit is 40003."""
        account = self._world.accounts.get(int(call.body.get("recipient_id") or 0))
        if account is None or account.bot:
            form = Form()
            form.add(("recipient_id",), "INVALID_RECIPIENT", "Unknown or impossible recipient")
            form.check()
            raise Refusal(Code.UNKNOWN_USER)
        self._dm_window.limit, self._dm_window.seconds = self._world.limits.dm_opens
        if self._world.dm_with(account.id) is None and self._dm_window.spend(self._world.now()):
            raise Refusal(Code.OPENING_DMS_TOO_FAST)
        return channel_json(self._world, self._world.open_dm(account.id))

    async def _guild(self, call: Call) -> Json:
        guild = self._world.guild(call.id("guild_id"))
        counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
        return guild_json(self._world, guild) | (counts if call.flag("with_counts") else {})

    async def _guild_channels(self, call: Call) -> list[Json]:
        guild = self._world.guild(call.id("guild_id"))
        mine = [one for one in self._world.channels.values() if one.guild_id == guild.id]
        return [channel_json(self._world, one) for one in mine]

    async def _guild_roles(self, call: Call) -> list[Json]:
        guild = self._world.guild(call.id("guild_id"))
        return [role_json(guild, role) for role in guild.roles.values()]

    async def _guild_member(self, call: Call) -> Json:
        guild = self._world.guild(call.id("guild_id"))
        if call.id("user_id") not in guild.members:
            raise Refusal(Code.UNKNOWN_MEMBER)
        return member_json(self._world, guild, call.id("user_id"))

    def _own(self, call: Call, needed: Permission = Permission.VIEW_CHANNEL) -> Channel:
        channel = self._world.channel(call.id("channel_id"))
        self._world.demand(channel, needed)
        return channel

    def _of_guild(self, call: Call, needed: Permission) -> tuple[Channel, Guild]:
        channel = self._own(call, needed)
        if channel.guild_id is None:
            raise Refusal(Code.NOT_IN_A_DM)
        return channel, self._world.guilds[channel.guild_id]

    async def _channel(self, call: Call) -> Json:
        return channel_json(self._world, self._own(call))

    async def _typing(self, call: Call) -> None:
        self._own(call, Permission.SEND_MESSAGES)

    async def _channel_invites(self, call: Call) -> list[Json]:
        channel, _ = self._of_guild(call, Permission.MANAGE_CHANNELS)
        mine = [one for one in self._world.invites.values() if one.channel_id == channel.id]
        return [invite_json(self._world, one) for one in mine]

    async def _guild_invites(self, call: Call) -> list[Json]:
        guild = self._world.guild(call.id("guild_id"))
        if Permission.MANAGE_GUILD not in self._world.guild_permissions(self._world.bot.id, guild):
            raise Refusal(Code.MISSING_PERMISSIONS)
        mine = [one for one in self._world.invites.values() if one.guild_id == guild.id]
        return [invite_json(self._world, one) for one in mine]

    async def _make_invite(self, call: Call) -> Json:
        """Without `unique` a similar invite that exists is given again."""
        channel, guild = self._of_guild(call, Permission.CREATE_INSTANT_INVITE)
        max_age, max_uses = int(call.body.get("max_age", 86_400)), int(call.body.get("max_uses", 0))
        form = Form()
        if not 0 <= max_age <= 604_800:
            form.add(("max_age",), "NUMBER_TYPE_MAX", "int value should be less than or equal to 604800.")
        if not 0 <= max_uses <= 100:
            form.add(("max_uses",), "NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
        form.check()
        wanted = (channel.id, max_age, max_uses)
        similar = [one for one in self._world.invites.values() if (one.channel_id, one.max_age, one.max_uses) == wanted]
        if similar and not call.body.get("unique"):
            return invite_json(self._world, similar[0])
        invite = Invite(secrets.token_urlsafe(6), channel.id, guild.id, max_age, max_uses, self._world.now())
        self._world.invites[invite.code] = invite
        body = invite_json(self._world, invite) | {"channel_id": str(channel.id), "guild_id": str(guild.id)}
        await self._gateway.dispatch("INVITE_CREATE", body, Intent.GUILD_INVITES)
        return invite_json(self._world, invite)

    def _known_invite(self, call: Call) -> Invite:
        invite = self._world.invites.get(call.params["code"])
        if invite is None or (invite.max_age and self._world.now() > invite.created_at + invite.max_age):
            raise Refusal(Code.UNKNOWN_INVITE)
        return invite

    async def _invite(self, call: Call) -> Json:
        return invite_json(self._world, self._known_invite(call))

    async def _delete_invite(self, call: Call) -> Json:
        invite = self._known_invite(call)
        self._world.demand(self._world.channels[invite.channel_id], Permission.MANAGE_CHANNELS)
        del self._world.invites[invite.code]
        return invite_json(self._world, invite)

    async def _channel_webhooks(self, call: Call) -> list[Json]:
        channel, _ = self._of_guild(call, Permission.MANAGE_WEBHOOKS)
        mine = [one for one in self._world.webhooks.values() if one.channel_id == channel.id]
        return [webhook_json(self._world, one) for one in mine]

    async def _make_webhook(self, call: Call) -> Json:
        channel, guild = self._of_guild(call, Permission.MANAGE_WEBHOOKS)
        if channel.kind not in (ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT):
            raise Refusal(Code.WRONG_CHANNEL_TYPE)
        name = call.body.get("name")
        form = Form()
        if form.length(("name",), name, 1, 80) and "discord" in str(name).lower():
            form.add(("name",), "WEBHOOK_NAME_INVALID", 'Name cannot contain "discord"')
        form.check()
        if len([one for one in self._world.webhooks.values() if one.channel_id == channel.id]) >= 15:
            raise Refusal(Code.TOO_MANY_WEBHOOKS)
        webhook = Webhook(self._world.new_id(), self._world.new_token(), channel.id, guild.id, str(name))
        self._world.webhooks[webhook.id] = webhook
        return webhook_json(self._world, webhook)

    async def _delete_webhook(self, call: Call) -> None:
        webhook = self._world.webhooks.get(call.id("webhook_id"))
        if webhook is None:
            raise Refusal(Code.UNKNOWN_WEBHOOK)
        self._world.demand(self._world.channels[webhook.channel_id], Permission.MANAGE_WEBHOOKS)
        del self._world.webhooks[webhook.id]
