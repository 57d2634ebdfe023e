"""What Discord knows: guilds, channels, accounts, permissions, messages and interactions, in memory."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

from tests.platforms.discord_errors import Code, Refusal

Json = dict[str, Any]
DISCORD_EPOCH_MS = 1_420_070_400_000
EPHEMERAL = 1 << 6
LOADING = 1 << 7
CROSSPOSTED = 1 << 0
COMPONENTS_V2 = 1 << 15


class Permission(IntFlag):
    """The bits of a permission set which this server looks at."""

    CREATE_INSTANT_INVITE = 1 << 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31


ALL = Permission(sum(Permission))
NOTHING = Permission(0)
ORDINARY = (
    Permission.CREATE_INSTANT_INVITE
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
)


class ChannelKind(IntEnum):
    """Discord's channel types."""

    TEXT = 0
    DM = 1
    ANNOUNCEMENT = 5


class InteractionKind(IntEnum):
    """Discord's interaction types."""

    COMMAND = 2
    COMPONENT = 3
    MODAL = 5


@dataclass(slots=True)
class Role:
    """A role; the one whose id is the guild's own is @everyone."""

    id: int
    name: str
    permissions: Permission
    mentionable: bool = False
    managed: bool = False


@dataclass(slots=True)
class Guild:
    """A server; `members` maps account to role ids."""

    id: int
    name: str
    owner_id: int
    locale: str
    system_channel_id: int | None = None
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    """`overwrites` maps a role's or account's id to (allow, deny); `recipient_id` is set in a DM only."""

    id: int
    kind: ChannelKind
    name: str = ""
    guild_id: int | None = None
    recipient_id: int | None = None
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)


@dataclass(slots=True)
class Account:
    """A person's or the bot's account."""

    id: int
    username: str
    locale: str = "en-US"
    bot: bool = False
    dms_open: bool = True
    blocks_bot: bool = False


@dataclass(slots=True)
class Attachment:
    """An uploaded file with its bytes."""

    id: int
    filename: str
    content_type: str
    content: bytes
    description: str | None = None


@dataclass(slots=True)
class Message:
    """`ephemeral_to` is the only account that sees it; `interaction_id` the interaction that it answers."""

    id: int
    channel_id: int
    author_id: int
    author_name: str | None = None
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    mentions: "Pings | None" = None
    ephemeral_to: int | None = None
    interaction_id: int | None = None
    webhook_id: int | None = None
    edited_at: float | None = None
    reactions: dict[str, set[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pings:
    """Who was notified by a message, after allowed_mentions and permissions."""

    message_id: int
    everyone: bool = False
    accounts: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.accounts) or bool(self.roles)


@dataclass(slots=True)
class Interaction:
    """One command, press, choice or form; times are of the world's clock, `sent` of perf_counter."""

    id: int
    token: str
    kind: InteractionKind
    account_id: int
    channel_id: int
    data: Json
    created_at: float
    locale: str
    message_id: int | None = None
    sent: float = field(default_factory=time.perf_counter)
    answer_type: int | None = None
    first_answer_ms: float | None = None
    original_id: int | None = None
    touched: list[int] = field(default_factory=list)
    modal: Json | None = None
    failed: str | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self, message_id: int) -> None:
        """A message was made, edited or deleted under this interaction."""
        self.touched.append(message_id)
        self.changed.set()


@dataclass(slots=True)
class Invite:
    """`uses` counts the people that joined by it."""

    code: str
    channel_id: int
    guild_id: int
    max_age: int
    max_uses: int
    created_at: float
    uses: int = 0


@dataclass(slots=True)
class Webhook:
    """An incoming webhook of a channel."""

    id: int
    token: str
    channel_id: int
    guild_id: int
    name: str


@dataclass(slots=True)
class Limits:
    """Discord's limits; (n, seconds) means n in that window. None are documented as constant."""

    answer_within: float = 3.0
    token_life: float = 900.0
    nonce_window: float = 180.0
    messages: tuple[int, float] = (5, 5.0)
    webhook: tuple[int, float] = (5, 2.0)
    other: tuple[int, float] = (30, 1.0)
    everything: tuple[int, float] = (50, 1.0)
    crossposts: tuple[int, float] = (10, 3600.0)
    dm_opens: tuple[int, float] = (10, 600.0)
    invalid_requests: tuple[int, float] = (10_000, 600.0)
    upload_bytes: int = 10 * 1024 * 1024


class World:
    """The tables and the rule of permissions; `now()` is the injected clock plus what a test has skipped."""

    def __init__(self, clock: Callable[[], float] = time.time, limits: Limits | None = None) -> None:
        self._clock = clock
        self._skipped = 0.0
        self._last_id = 0
        self.limits = limits or Limits()
        self.bot = Account(self.new_id(), "groundswell-test", bot=True)
        self.application_id = self.new_id()
        self.accounts: dict[int, Account] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.invites: dict[str, Invite] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.commands: dict[int | None, list[Json]] = {}
        self.pings: list[Pings] = []
        self.uploads: dict[int, Attachment] = {}
        self._names = itertools.count(1)

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock() + self._skipped

    def advance(self, seconds: float) -> None:
        """Move the clock forward: deadlines, token life, nonce and limit windows."""
        self._skipped += seconds

    def new_id(self) -> int:
        """A snowflake; later ones are greater."""
        self._last_id = max(self._last_id + 1, (int(self.now() * 1000) - DISCORD_EPOCH_MS) << 22)
        return self._last_id

    def new_token(self) -> str:
        """An opaque token for an interaction or a webhook."""
        return secrets.token_urlsafe(24)

    def add_guild(
        self, name: str, *, bot: Permission = ORDINARY, everyone: Permission = ORDINARY, locale: str = "en-US"
    ) -> Guild:
        """A server in which the bot has the permissions `bot` on top of those for `everyone`."""
        guild = Guild(self.new_id(), name, self.new_id(), locale)
        guild.roles[guild.id] = Role(guild.id, "@everyone", everyone)
        own = Role(self.new_id(), self.bot.username, bot, managed=True)
        guild.roles[own.id] = own
        guild.members[self.bot.id] = {own.id}
        self.guilds[guild.id] = guild
        return guild

    def add_channel(
        self, guild: Guild, name: str, kind: ChannelKind = ChannelKind.TEXT, *, bot_deny: Permission = NOTHING
    ) -> Channel:
        """A channel of `guild`, with permissions denied to the bot alone."""
        channel = Channel(self.new_id(), kind, name, guild.id)
        if bot_deny:
            channel.overwrites[self.bot.id] = (NOTHING, bot_deny)
        self.channels[channel.id] = channel
        return channel

    def add_account(self, username: str | None = None, *, locale: str = "en-US") -> Account:
        """A person's account, member of no guild yet."""
        account = Account(self.new_id(), username or f"person{next(self._names)}", locale)
        self.accounts[account.id] = account
        return account

    def dm_with(self, account_id: int) -> Channel | None:
        """The open DM of the bot with an account."""
        return next((c for c in self.channels.values() if c.recipient_id == account_id), None)

    def open_dm(self, account_id: int) -> Channel:
        """The DM of the bot with an account, opened when there is none."""
        channel = self.dm_with(account_id)
        if channel is None:
            channel = Channel(self.new_id(), ChannelKind.DM, recipient_id=account_id)
            self.channels[channel.id] = channel
        return channel

    def channel(self, channel_id: int) -> Channel:
        """Raises 10003."""
        if channel_id not in self.channels:
            raise Refusal(Code.UNKNOWN_CHANNEL)
        return self.channels[channel_id]

    def guild(self, guild_id: int) -> Guild:
        """A guild the bot is in; raises 10004."""
        guild = self.guilds.get(guild_id)
        if guild is None or self.bot.id not in guild.members:
            raise Refusal(Code.UNKNOWN_GUILD)
        return guild

    def permissions(self, account_id: int, channel: Channel) -> Permission:
        """Effective permissions in a channel: roles, then overwrites of @everyone, of roles, of the member."""
        if channel.guild_id is None:
            return ALL & ~Permission.ADMINISTRATOR
        guild = self.guilds[channel.guild_id]
        if account_id not in guild.members:
            return NOTHING
        mine = self.guild_permissions(account_id, guild)
        if Permission.ADMINISTRATOR in mine:
            return ALL
        roles = guild.members[account_id]
        for ids in ({guild.id}, roles, {account_id}):
            found = [channel.overwrites[one] for one in ids if one in channel.overwrites]
            for _, deny in found:
                mine &= ~deny
            for allow, _ in found:
                mine |= allow
        return mine

    def guild_permissions(self, account_id: int, guild: Guild) -> Permission:
        """The union of @everyone and the member's roles."""
        mine = guild.roles[guild.id].permissions
        for role_id in guild.members[account_id]:
            mine |= guild.roles[role_id].permissions
        return ALL if Permission.ADMINISTRATOR in mine else mine

    def demand(self, channel: Channel, needed: Permission) -> None:
        """Refuse the bot with 50001 when it cannot see the channel and 50013 when it lacks a permission in it."""
        mine = self.permissions(self.bot.id, channel)
        if Permission.VIEW_CHANNEL not in mine:
            raise Refusal(Code.MISSING_ACCESS)
        if needed not in mine:
            raise Refusal(Code.MISSING_PERMISSIONS)

    def shares_guild(self, account_id: int) -> bool:
        """Whether the bot and the account are members of one guild."""
        return any({account_id, self.bot.id} <= guild.members.keys() for guild in self.guilds.values())

    def visible(self, channel_id: int, account_id: int | None) -> Iterator[Message]:
        """Messages of a channel as seen now, oldest first; ephemeral ones only to their account."""
        return (
            message
            for message in sorted(self.messages.values(), key=lambda one: one.id)
            if message.channel_id == channel_id and message.ephemeral_to in (None, account_id)
        )

    def newest_first(self) -> list[Message]:
        """All messages of all channels."""
        return sorted(self.messages.values(), key=lambda one: -one.id)
