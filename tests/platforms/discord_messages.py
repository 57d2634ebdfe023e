"""Messages: made, edited, deleted and published, by the bot itself, by webhooks and by interactions."""

import copy
from dataclasses import dataclass, field

from tests.platforms.discord_errors import Code, Form, Refusal
from tests.platforms.discord_gateway import Gateway, Intent
from tests.platforms.discord_payloads import message_json
from tests.platforms.discord_rest import Call, Endpoint, Upload
from tests.platforms.discord_rules import Path, check_message, pings_of, refuse_empty, walk
from tests.platforms.discord_state import (
    COMPONENTS_V2,
    CROSSPOSTED,
    EPHEMERAL,
    LOADING,
    Attachment,
    Channel,
    ChannelKind,
    Json,
    Message,
    Permission,
    Pings,
    World,
)

SETTABLE_FLAGS = 1 << 2 | 1 << 12 | COMPONENTS_V2
MESSAGES = "/channels/{channel_id}/messages"


@dataclass(frozen=True, slots=True)
class Draft:
    """The body of a message on its way; `root` leads to it in the request, for the error tree."""

    body: Json
    uploads: list[Upload] = field(default_factory=list)
    root: Path = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Who makes a message: the bot unless a webhook is named; `ephemeral_to` alone sees it."""

    author_id: int
    author_name: str | None = None
    interaction_id: int | None = None
    ephemeral_to: int | None = None
    webhook_id: int | None = None


class Messages:
    """`root` is the server's address, for attachment urls."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.root = ""
        self._world, self._gateway = world, gateway
        self._nonces: dict[tuple[int, str], tuple[float, int]] = {}

    def endpoints(self) -> list[Endpoint]:
        """The message endpoints of a channel."""
        one = MESSAGES + "/{message_id}"
        return [
            Endpoint("GET", MESSAGES, self._list),
            Endpoint("POST", MESSAGES, self._post),
            Endpoint("GET", one, self._get),
            Endpoint("PATCH", one, self._patch),
            Endpoint("DELETE", one, self._delete),
            Endpoint("POST", one + "/crosspost", self._crosspost),
        ]

    def json(self, message: Message) -> Json:
        """The message as shown now."""
        return message_json(self._world, message, self.root)

    async def create(self, channel: Channel, draft: Draft, origin: Origin) -> Message:
        """Check, store and announce a message; raises 50035, 50006 and 40005."""
        asked = int(draft.body.get("flags") or 0)
        flags = asked & SETTABLE_FLAGS | (EPHEMERAL if origin.ephemeral_to else 0)
        message = Message(self._world.new_id(), channel.id, origin.author_id, origin.author_name, flags=flags)
        message.ephemeral_to, message.interaction_id = origin.ephemeral_to, origin.interaction_id
        message.webhook_id = origin.webhook_id
        self.fill(message, draft)
        self._ping(channel, message, draft.body.get("allowed_mentions"))
        await self.store(message)
        return message

    async def store(self, message: Message) -> None:
        """Keep a new message and tell the gateway unless it is ephemeral."""
        self._world.messages[message.id] = message
        await self._announce("MESSAGE_CREATE", message)

    def fill(self, message: Message, draft: Draft) -> None:
        """Put the fields present in the draft into a message; it is untouched when the draft is refused."""
        body, flags = draft.body, message.flags | int(draft.body.get("flags") or 0) & SETTABLE_FLAGS
        check_message(body | self._kept(message, body, flags), flags, draft.root)
        attachments = self._attachments(message, draft)
        content = message.content if "content" not in body else body["content"] or ""
        embeds = message.embeds if "embeds" not in body else body["embeds"] or []
        components = message.components if "components" not in body else copy.deepcopy(body["components"] or [])
        shown = components if flags & COMPONENTS_V2 else []
        refuse_empty(content, embeds, attachments, shown, body.get("sticker_ids") or [])
        for number, (_, component) in enumerate(walk(components), start=1):
            component.setdefault("id", number)
        message.content, message.embeds, message.components = content, embeds, components
        message.attachments, message.flags = attachments, flags & ~LOADING

    @staticmethod
    def _kept(message: Message, body: Json, flags: int) -> Json:
        """Text and embeds that would stay beside layout components, which Discord refuses."""
        if not flags & COMPONENTS_V2:
            return {}
        old: Json = {"content": message.content, "embeds": message.embeds}
        return {name: value for name, value in old.items() if value and name not in body}

    def _attachments(self, message: Message, draft: Draft) -> list[Attachment]:
        if any(len(one.content) > self._world.limits.upload_bytes for one in draft.uploads):
            raise Refusal(Code.ENTITY_TOO_LARGE)
        by_field = {one.field: one for one in draft.uploads}
        listed = draft.body.get("attachments")
        kept = {str(one.id): one for one in message.attachments}
        if listed is None:
            return message.attachments + [self._attach(one, None) for one in draft.uploads]
        form, result = Form(), []
        for index, entry in enumerate(listed):
            key = str(entry.get("id"))
            if f"files[{key}]" in by_field:
                result.append(self._attach(by_field[f"files[{key}]"], entry.get("description")))
            elif key in kept:
                result.append(kept[key])
            else:
                note = f"Attachment with id {key} was not found among the files"
                form.add((*draft.root, "attachments", index), "ATTACHMENT_NOT_FOUND", note)
        form.check()
        return result

    def _attach(self, upload: Upload, description: str | None) -> Attachment:
        return Attachment(self._world.new_id(), upload.filename, upload.content_type, upload.content, description)

    def _ping(self, channel: Channel, message: Message, allowed: Json | None) -> None:
        guild = self._world.guilds.get(channel.guild_id or 0)
        mine = self._world.permissions(self._world.bot.id, channel)
        found = pings_of(message.content, allowed, guild, mine)
        people = tuple(one for one in found.accounts if one in self._world.accounts)
        message.mentions = Pings(message.id, found.everyone, people, found.roles)
        if message.mentions and message.ephemeral_to is None:
            self._world.pings.append(message.mentions)

    async def edit(self, message: Message, draft: Draft) -> None:
        """Change the fields present in the draft and announce it."""
        self.fill(message, draft)
        message.edited_at = self._world.now()
        await self._announce("MESSAGE_UPDATE", message)

    async def delete(self, message: Message) -> None:
        """Take a message away and announce it."""
        del self._world.messages[message.id]
        if message.ephemeral_to is None:
            await self._send("MESSAGE_DELETE", message, {"id": str(message.id), "channel_id": str(message.channel_id)})

    async def _announce(self, event: str, message: Message) -> None:
        if message.ephemeral_to is None:
            await self._send(event, message, self.json(message))

    async def _send(self, event: str, message: Message, body: Json) -> None:
        guild_id = self._world.channels[message.channel_id].guild_id
        if guild_id is None:
            await self._gateway.dispatch(event, body, Intent.DIRECT_MESSAGES)
        else:
            await self._gateway.dispatch(event, body | {"guild_id": str(guild_id)}, Intent.GUILD_MESSAGES)

    def own_channel(self, call: Call, needed: Permission = Permission.VIEW_CHANNEL) -> Channel:
        """The channel of the path; raises 10003, 50001, 50013."""
        channel = self._world.channel(call.id("channel_id"))
        self._world.demand(channel, needed)
        return channel

    def _message(self, call: Call, channel: Channel) -> Message:
        """Ephemeral messages are unknown here."""
        message = self._world.messages.get(call.id("message_id"))
        if message is None or message.channel_id != channel.id or message.ephemeral_to is not None:
            raise Refusal(Code.UNKNOWN_MESSAGE)
        return message

    async def _list(self, call: Call) -> list[Json]:
        channel = self.own_channel(call, Permission.READ_MESSAGE_HISTORY)
        newest = sorted(self._world.visible(channel.id, None), key=lambda one: -one.id)
        return [self.json(one) for one in newest[: int(call.query.get("limit", 50))]]

    async def _get(self, call: Call) -> Json:
        return self.json(self._message(call, self.own_channel(call, Permission.READ_MESSAGE_HISTORY)))

    async def _post(self, call: Call) -> Json:
        channel = self.own_channel(call, self._needed(call))
        self._refuse_closed_dm(channel)
        nonce = call.body.get("nonce")
        known = self._known(str(nonce)) if nonce is not None and call.body.get("enforce_nonce") else None
        if known is not None:
            return self.json(known)
        message = await self.create(channel, Draft(call.body, call.uploads), Origin(self._world.bot.id))
        if nonce is not None:
            message.nonce = str(nonce)
            self._nonces[self._world.bot.id, message.nonce] = (self._world.now(), message.id)
        return self.json(message)

    @staticmethod
    def _needed(call: Call) -> Permission:
        needed = Permission.SEND_MESSAGES
        if call.body.get("embeds"):
            needed |= Permission.EMBED_LINKS
        return needed | Permission.ATTACH_FILES if call.uploads else needed

    def _known(self, nonce: str) -> Message | None:
        """The message that the bot made with this nonce in the last minutes."""
        made_at, message_id = self._nonces.get((self._world.bot.id, nonce), (float("-inf"), 0))
        fresh = self._world.now() - made_at <= self._world.limits.nonce_window
        return self._world.messages.get(message_id) if fresh else None

    def _refuse_closed_dm(self, channel: Channel) -> None:
        if channel.recipient_id is None:
            return
        person = self._world.accounts[channel.recipient_id]
        if not person.dms_open or person.blocks_bot or not self._world.shares_guild(person.id):
            raise Refusal(Code.CANNOT_DM)

    async def _patch(self, call: Call) -> Json:
        message = self._message(call, self.own_channel(call))
        if message.author_id != self._world.bot.id:
            raise Refusal(Code.FOREIGN_MESSAGE)
        await self.edit(message, Draft(call.body, call.uploads))
        return self.json(message)

    async def _delete(self, call: Call) -> None:
        channel = self.own_channel(call)
        message = self._message(call, channel)
        if message.author_id != self._world.bot.id:
            if channel.guild_id is None:
                raise Refusal(Code.NOT_IN_A_DM)
            self._world.demand(channel, Permission.MANAGE_MESSAGES)
        await self.delete(message)

    async def _crosspost(self, call: Call) -> Json:
        channel = self.own_channel(call, Permission.SEND_MESSAGES)
        message = self._message(call, channel)
        if channel.kind is not ChannelKind.ANNOUNCEMENT:
            raise Refusal(Code.WRONG_CHANNEL_TYPE)
        if message.author_id != self._world.bot.id:
            self._world.demand(channel, Permission.MANAGE_MESSAGES)
        if message.flags & CROSSPOSTED:
            raise Refusal(Code.ALREADY_CROSSPOSTED)
        message.flags |= CROSSPOSTED
        await self._announce("MESSAGE_UPDATE", message)
        return self.json(message)
