"""What a test can order, in process or as POST /control/{verb} with JSON in and out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.platforms.discord_desk import Desk
from tests.platforms.discord_errors import Refusal
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_gateway import Gateway, Intent
from tests.platforms.discord_messages import Messages
from tests.platforms.discord_payloads import channel_json, guild_create_json
from tests.platforms.discord_rest import Api
from tests.platforms.discord_state import ORDINARY, ChannelKind, Json, Message, Permission, Role, World
from tests.platforms.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Parts:
    """The server's parts that orders reach."""

    world: World
    gateway: Gateway
    messages: Messages
    api: Api
    transcript: Transcript


class Control:
    """One method per verb; ids are strings, as in Discord's JSON."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._parts = parts
        self._world = parts.world
        self._verbs: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "slash": desk.slash,
            "press": desk.press,
            "choose": desk.choose,
            "submit": desk.submit,
            "add_guild": self._add_guild,
            "remove_bot": self._remove_bot,
            "add_channel": self._add_channel,
            "change_channel": self._change_channel,
            "add_role": self._add_role,
            "add_person": self._add_person,
            "change_person": self._change_person,
            "messages": self._messages,
            "say": self._say,
            "react": self._react,
            "fault": self._fault,
            "limits": self._limits,
            "gateway": self._gateway,
            "advance": self._advance,
            "transcript": self._transcript,
            "status": self._status,
        }

    async def call(self, verb: str, args: Json) -> Any:
        """Raises LookupError for an unknown verb, id or something that a person could not do."""
        if verb not in self._verbs:
            raise LookupError(f"unknown order {verb}")
        try:
            return await self._verbs[verb](args)
        except Refusal as refusal:
            raise LookupError(str(refusal)) from refusal

    async def handle(self, request: web.Request) -> web.Response:
        """The HTTP form; 409 with a sentence for a LookupError."""
        try:
            args = await request.json() if request.can_read_body else {}
            return web.json_response(await self.call(request.match_info["verb"], args))
        except LookupError as error:
            return web.json_response({"error": str(error)}, status=409)

    async def _add_guild(self, args: Json) -> Json:
        bot, everyone = (Permission(args.get(name, int(ORDINARY))) for name in ("bot", "everyone"))
        guild = self._world.add_guild(args["name"], bot=bot, everyone=everyone, locale=args.get("locale", "en-US"))
        if args.get("system"):
            guild.system_channel_id = self._world.add_channel(guild, args["system"]).id
        body = guild_create_json(self._world, guild)
        del body["unavailable"]  # by its absence a client knows a new server from one that is back
        await self._parts.gateway.dispatch("GUILD_CREATE", body, Intent.GUILDS)
        return {"id": str(guild.id)}

    async def _remove_bot(self, args: Json) -> None:
        """Somebody put the bot out of a `guild`."""
        guild = self._world.guild(int(args["guild"]))
        del guild.members[self._world.bot.id]
        body = {"id": str(guild.id), "unavailable": False}
        await self._parts.gateway.dispatch("GUILD_DELETE", body, Intent.GUILDS)

    async def _add_channel(self, args: Json) -> Json:
        guild = self._world.guild(int(args["guild"]))
        kind, deny = ChannelKind(args.get("kind", 0)), Permission(args.get("bot_deny", 0))
        channel = self._world.add_channel(guild, args["name"], kind, bot_deny=deny)
        await self._parts.gateway.dispatch("CHANNEL_CREATE", channel_json(self._world, channel), Intent.GUILDS)
        return {"id": str(channel.id)}

    async def _change_channel(self, args: Json) -> None:
        """`bot_deny` replaces what is denied to the bot there; `remove` deletes the channel with its messages."""
        channel = self._world.channel(int(args["channel"]))
        body = channel_json(self._world, channel)
        if args.get("remove"):
            del self._world.channels[channel.id]
            gone = [one.id for one in self._world.messages.values() if one.channel_id == channel.id]
            for message_id in gone:
                del self._world.messages[message_id]
            await self._parts.gateway.dispatch("CHANNEL_DELETE", body, Intent.GUILDS)
            return
        channel.overwrites[self._world.bot.id] = (Permission(0), Permission(args["bot_deny"]))
        await self._parts.gateway.dispatch("CHANNEL_UPDATE", channel_json(self._world, channel), Intent.GUILDS)

    async def _add_role(self, args: Json) -> Json:
        guild = self._world.guild(int(args["guild"]))
        role = Role(self._world.new_id(), args["name"], Permission(0), mentionable=args.get("mentionable", False))
        guild.roles[role.id] = role
        return {"id": str(role.id)}

    async def _add_person(self, args: Json) -> Json:
        """`may` becomes a role of their own in each of the `guilds`."""
        account = self._world.add_account(args.get("name"), locale=args.get("locale") or "en-US")
        may = Permission(args.get("may", 0))
        for guild_id in args.get("guilds", []):
            guild = self._world.guild(int(guild_id))
            guild.members[account.id] = set()
            if may:
                role = Role(self._world.new_id(), f"role of {account.username}", may)
                guild.roles[role.id] = role
                guild.members[account.id].add(role.id)
        return {"id": str(account.id)}

    async def _change_person(self, args: Json) -> None:
        """`dms_open`, `blocks_bot`, `leave` (a guild's id), `invite` (joins by its code, which counts a use)."""
        account = self._world.accounts[int(args["person"])]
        account.dms_open = args.get("dms_open", account.dms_open)
        account.blocks_bot = args.get("blocks_bot", account.blocks_bot)
        if "leave" in args:
            self._world.guild(int(args["leave"])).members.pop(account.id, None)
        if "invite" in args:
            invite = self._world.invites[args["invite"]]
            self._world.guilds[invite.guild_id].members[account.id] = set()
            invite.uses += 1

    async def _messages(self, args: Json) -> list[Json]:
        """What is seen now in a `channel` (None: the DM) by `person` (None: what all see)."""
        person = int(args["person"]) if args.get("person") else None
        channel = self._world.open_dm(person) if person and args.get("channel") is None else None
        channel_id = channel.id if channel else int(args["channel"])
        return [self._parts.messages.json(one) for one in self._world.visible(channel_id, person)]

    async def _say(self, args: Json) -> Json:
        """`person` writes `text` in a `channel` (None: the DM with the bot)."""
        account = self._world.accounts[int(args["person"])]
        channel = self._world.open_dm(account.id) if args.get("channel") is None else None
        channel = channel or self._world.channel(int(args["channel"]))
        if Permission.SEND_MESSAGES not in self._world.permissions(account.id, channel):
            raise LookupError("this person cannot write in this channel")
        message = Message(self._world.new_id(), channel.id, account.id)
        message.content = args["text"]
        await self._parts.messages.store(message)
        return {"id": str(message.id)}

    async def _react(self, args: Json) -> None:
        """`person` puts an `emoji` under a `message`, or takes it away with `remove`."""
        message, person = self._world.messages[int(args["message"])], int(args["person"])
        by = message.reactions.setdefault(args["emoji"], set())
        body: Json = {"user_id": str(person), "message_id": str(message.id), "channel_id": str(message.channel_id)}
        body |= {"guild_id": str(self._world.channels[message.channel_id].guild_id), "burst": False, "type": 0}
        body["emoji"] = {"id": None, "name": args["emoji"]}
        if args.get("remove"):
            by.discard(person)
            await self._parts.gateway.dispatch("MESSAGE_REACTION_REMOVE", body, Intent.GUILD_MESSAGE_REACTIONS)
            return
        by.add(person)
        body["message_author_id"] = str(message.author_id)
        await self._parts.gateway.dispatch("MESSAGE_REACTION_ADD", body, Intent.GUILD_MESSAGE_REACTIONS)

    async def _fault(self, args: Json) -> None:
        times = args.pop("times", 1)
        self._parts.api.faults.add(Fault(**args | {"kind": FaultKind(args["kind"])}), times)

    async def _limits(self, args: Json) -> None:
        """Fields of Limits by name; windows begin anew."""
        for name, value in args.items():
            if not hasattr(self._world.limits, name):
                raise LookupError(f"no limit {name}")
            setattr(self._world.limits, name, tuple(value) if isinstance(value, list | tuple) else value)
        self._parts.api.limits.forget()

    async def _gateway(self, args: Json) -> None:
        """`do`: reconnect, invalidate (`resumable`), drop, close (`code`)."""
        gateway, what = self._parts.gateway, args["do"]
        if what == "reconnect":
            await gateway.ask_reconnect()
        elif what == "invalidate":
            await gateway.invalidate(resumable=args.get("resumable", False))
        elif what == "close":
            await gateway.close(args["code"])
        elif what == "drop":
            gateway.drop()
        else:
            raise LookupError(f"the gateway cannot {what}")

    async def _advance(self, args: Json) -> None:
        self._world.advance(args["seconds"])

    async def _transcript(self, args: Json) -> list[Json]:
        """Entries after the first `after`; with `within` it waits that long for one."""
        after = args.get("after", 0)
        entries = await self._parts.transcript.wait_for_more_than(after, args.get("within", 0))
        return [one.to_json() for one in entries]

    async def _status(self, _: Json) -> Json:
        world = self._world
        dms = [str(one.recipient_id) for one in world.channels.values() if one.recipient_id]
        pings = [
            {"message": str(one.message_id), "everyone": one.everyone, "people": [str(a) for a in one.accounts]}
            | {"roles": [str(a) for a in one.roles]}
            for one in world.pings
        ]
        return {
            "connected": self._parts.gateway.connected,
            "bot_id": str(world.bot.id),
            "application_id": str(world.application_id),
            "commands": [one["name"] for listed in world.commands.values() for one in listed],
            "open_dms": dms,
            "pings": pings,
            "invalid_requests": len(self._parts.api.limits.invalid),
            "waiting_faults": len(self._parts.api.faults.waiting),
            "invites": {one.code: one.uses for one in world.invites.values()},
        }
