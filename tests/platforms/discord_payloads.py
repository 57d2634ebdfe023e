"""The JSON that Discord shows of its tables."""

from datetime import UTC, datetime

from tests.platforms.discord_state import (
    Account,
    Attachment,
    Channel,
    ChannelKind,
    Guild,
    Interaction,
    InteractionKind,
    Invite,
    Json,
    Message,
    Role,
    Webhook,
    World,
)


def stamp(seconds: float | None) -> str | None:
    """ISO 8601 in UTC, as Discord writes times."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def created(snowflake: int) -> str | None:
    """When the object with this id was made."""
    return stamp(((snowflake >> 22) + 1_420_070_400_000) / 1000)


def account_json(account: Account) -> Json:
    """A user object."""
    return {
        "id": str(account.id),
        "username": account.username,
        "global_name": None if account.bot else account.username.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": account.bot,
        "public_flags": 0,
    }


def own_account_json(account: Account) -> Json:
    """The user object of GET /users/@me, for the bot itself."""
    return account_json(account) | {"verified": True, "email": None, "mfa_enabled": True, "locale": "en-US", "flags": 0}


def application_json(world: World, intents_flags: int) -> Json:
    """The application object of the bot."""
    return {
        "id": str(world.application_id),
        "name": world.bot.username,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": intents_flags,
        "owner": account_json(world.bot) | {"bot": False},
        "team": None,
        "bot": account_json(world.bot),
        "integration_types_config": {"0": {}},
        "interactions_endpoint_url": None,
    }


def role_json(guild: Guild, role: Role) -> Json:
    """A role object."""
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": list(guild.roles).index(role.id),
        "color": 0,
        "colors": colors,
        "hoist": False,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "flags": 0,
    }


def member_json(world: World, guild: Guild, account_id: int) -> Json:
    """A member object with its user."""
    return {
        "user": account_json(world.accounts[account_id]),
        "roles": [str(role) for role in guild.members[account_id]],
        "nick": None,
        "avatar": None,
        "joined_at": created(account_id),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }


def channel_json(world: World, channel: Channel) -> Json:
    """A channel object, of a guild or a DM."""
    base: Json = {"id": str(channel.id), "type": int(channel.kind), "last_message_id": None, "flags": 0}
    if channel.kind is ChannelKind.DM:
        recipient = world.accounts[channel.recipient_id or 0]
        return base | {"recipients": [account_json(recipient)]}
    guild = world.guilds[channel.guild_id or 0]
    return base | {
        "name": channel.name,
        "guild_id": str(guild.id),
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": [
            {"id": str(key), "type": 0 if key in guild.roles else 1, "allow": str(int(allow)), "deny": str(int(deny))}
            for key, (allow, deny) in channel.overwrites.items()
        ],
    }


def guild_json(world: World, guild: Guild) -> Json:
    """A guild object as GET /guilds/{id} shows it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "owner_id": str(guild.owner_id),
        "preferred_locale": guild.locale,
        "roles": [role_json(guild, role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": ["NEWS", "COMMUNITY"],
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_id": str(guild.system_channel_id) if guild.system_channel_id else None,
        "system_channel_flags": 0,
    }


def guild_create_json(world: World, guild: Guild) -> Json:
    """The GUILD_CREATE event: of the members only the bot, as without the members intent."""
    return guild_json(world, guild) | {
        "joined_at": created(guild.id),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(world, guild, world.bot.id)],
        "channels": [channel_json(world, one) for one in world.channels.values() if one.guild_id == guild.id],
        "threads": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(attachment: Attachment, base: str) -> Json:
    """An attachment object whose url leads to this server."""
    url = f"{base}/attachments/{attachment.id}/{attachment.filename}"
    return {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.content),
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
        "description": attachment.description,
    }


def _reaction_json(emoji: str, count: int) -> Json:
    details = {"burst": 0, "normal": count}
    body: Json = {"emoji": {"id": None, "name": emoji}, "count": count, "count_details": details, "me": False}
    return body | {"me_burst": False, "burst_colors": []}


def message_json(world: World, message: Message, base: str) -> Json:
    """A message object; `base` is the server's root for attachment urls."""
    pings = message.mentions
    author = world.accounts.get(message.author_id) or Account(message.author_id, message.author_name or "", bot=True)
    body: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": 0,
        "author": account_json(author),
        "content": message.content,
        "timestamp": created(message.id),
        "edited_timestamp": stamp(message.edited_at),
        "tts": False,
        "mention_everyone": bool(pings and pings.everyone),
        "mentions": [account_json(world.accounts[one]) for one in (pings.accounts if pings else ())],
        "mention_roles": [str(one) for one in (pings.roles if pings else ())],
        "attachments": [attachment_json(one, base) for one in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "reactions": [_reaction_json(emoji, len(by)) for emoji, by in message.reactions.items() if by],
        "pinned": False,
        "flags": message.flags,
    }
    if message.nonce is not None:
        body["nonce"] = message.nonce
    if message.webhook_id is not None:
        body["webhook_id"] = str(message.webhook_id)
    return body


def interaction_json(world: World, interaction: Interaction, base: str) -> Json:
    """The INTERACTION_CREATE event."""
    channel = world.channels[interaction.channel_id]
    body: Json = {
        "id": str(interaction.id),
        "application_id": str(world.application_id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "locale": interaction.locale,
        "app_permissions": str(int(world.permissions(world.bot.id, channel))),
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(channel.guild_id or 0)},
        "attachment_size_limit": world.limits.upload_bytes,
    }
    mine = str(int(world.permissions(interaction.account_id, channel)))
    body["channel"] = channel_json(world, channel) | {"permissions": mine}
    if channel.guild_id is None:
        body |= {"user": account_json(world.accounts[interaction.account_id]), "context": 1}
    else:
        guild = world.guilds[channel.guild_id]
        member = member_json(world, guild, interaction.account_id) | {"permissions": mine}
        summary = {"id": str(guild.id), "locale": guild.locale, "features": []}
        body |= {"guild_id": str(guild.id), "guild": summary, "guild_locale": guild.locale}
        body |= {"member": member, "context": 0}
    if interaction.message_id is not None and interaction.kind is not InteractionKind.COMMAND:
        body["message"] = message_json(world, world.messages[interaction.message_id], base)
    return body


def invite_json(world: World, invite: Invite) -> Json:
    """An invite object with its metadata."""
    channel, guild = world.channels[invite.channel_id], world.guilds[invite.guild_id]
    return {
        "type": 0,
        "code": invite.code,
        "channel": {"id": str(channel.id), "name": channel.name, "type": int(channel.kind)},
        "guild": {"id": str(guild.id), "name": guild.name, "icon": None, "features": [], "verification_level": 0},
        "inviter": account_json(world.bot),
        "uses": invite.uses,
        "max_uses": invite.max_uses,
        "max_age": invite.max_age,
        "temporary": False,
        "created_at": stamp(invite.created_at),
        "expires_at": stamp(invite.created_at + invite.max_age) if invite.max_age else None,
    }


def webhook_json(world: World, webhook: Webhook) -> Json:
    """A webhook object with its token."""
    return {
        "id": str(webhook.id),
        "type": 1,
        "guild_id": str(webhook.guild_id),
        "channel_id": str(webhook.channel_id),
        "user": account_json(world.bot),
        "name": webhook.name,
        "avatar": None,
        "token": webhook.token,
        "application_id": str(world.application_id),
    }
