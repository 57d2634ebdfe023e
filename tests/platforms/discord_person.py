"""How a test drives the local Discord, the same way in process and from another process."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from tests.platforms.discord_faults import Fault
from tests.platforms.discord_rules import BUTTON, SELECTS, TEXT, walk
from tests.platforms.discord_state import EPHEMERAL, ORDINARY, ChannelKind, Json, Permission
from tests.platforms.transcript import Entry

Order = Callable[[str, Json], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a person sees it."""

    payload: Json

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def text(self) -> str:
        """The content and every text of layout components, by lines."""
        inside = [one["content"] for _, one in walk(self.payload["components"]) if one.get("type") == TEXT]
        return "\n".join(part for part in [self.payload["content"], *inside] if part)

    @property
    def ephemeral(self) -> bool:
        return bool(self.payload["flags"] & EPHEMERAL)

    @property
    def buttons(self) -> dict[str, str]:
        """Label to custom_id, or to the address of a link."""
        every = [one for _, one in walk(self.payload["components"]) if one.get("type") == BUTTON]
        return {one.get("label") or "": one.get("custom_id") or one.get("url") or "" for one in every}

    @property
    def options(self) -> dict[str, str]:
        """Label to value, over all selects."""
        every = [one for _, one in walk(self.payload["components"]) if one.get("type") in SELECTS]
        return {option["label"]: option["value"] for one in every for option in one.get("options", [])}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one act of a person led to; `answers` are the messages it made or changed, as they are seen afterwards."""

    interaction_id: str
    failed: str | None
    answer_type: int | None
    first_answer_ms: float | None
    modal: Json | None
    answers: tuple[Seen, ...]

    @property
    def text(self) -> str:
        """All answers' texts, by lines."""
        return "\n".join(one.text for one in self.answers)


@dataclass(frozen=True, slots=True)
class Person:
    """An account; LookupError for what Discord's client would not let it do, `at_least` answers are waited for."""

    id: str
    order: Order

    async def slash(
        self,
        name: str,
        options: Json | None = None,
        *,
        channel: str | None = None,
        locale: str | None = None,
        at_least: int | None = None,
    ) -> Outcome:
        """Use "/name" or "/name subcommand"; without a channel in the DM with the bot."""
        args = {"name": name, "options": options or {}, "channel": channel, "locale": locale, "at_least": at_least}
        return await self._act("slash", args)

    async def press(self, button: str, *, message: str | None = None, at_least: int | None = None) -> Outcome:
        """Press by label or custom_id, on the newest message in sight that has the button."""
        return await self._act("press", {"button": button, "message": message, "at_least": at_least})

    async def choose(
        self, values: list[str], select: str | None = None, *, message: str | None = None, at_least: int | None = None
    ) -> Outcome:
        """Choose values or labels in a select, named by custom_id or placeholder."""
        return await self._act("choose", {"values": values, "select": select, "message": message, "at_least": at_least})

    async def submit_modal(self, values: Json, *, at_least: int | None = None) -> Outcome:
        """Send the form that was opened last; values by custom_id or label."""
        return await self._act("submit", {"values": values, "at_least": at_least})

    async def say(self, text: str, *, channel: str | None = None) -> str:
        """Write a message in a channel (None: the DM with the bot); its id."""
        return str((await self.order("say", {"person": self.id, "text": text, "channel": channel}))["id"])

    async def react(self, message: str, emoji: str = "👍", *, remove: bool = False) -> None:
        """Put a reaction under a message, or take it away."""
        await self.order("react", {"person": self.id, "message": message, "emoji": emoji, "remove": remove})

    async def sees(self, channel: str | None = None) -> list[Seen]:
        """Messages of a channel (None: the DM with the bot) as they are now, oldest first."""
        return [Seen(one) for one in await self.order("messages", {"channel": channel, "person": self.id})]

    async def change(self, **changes: Any) -> None:
        """`dms_open`, `blocks_bot`, `leave` (a guild's id), `invite` (the code to join by)."""
        await self.order("change_person", {"person": self.id, **changes})

    async def _act(self, verb: str, args: Json) -> Outcome:
        body = await self.order(verb, {"person": self.id, **args})
        answers = tuple(Seen(one) for one in body.pop("answers"))
        return Outcome(**body, answers=answers)


@dataclass(frozen=True, slots=True)
class Discord:
    """The orders by name."""

    order: Order

    @classmethod
    def at(cls, port: int) -> "Discord":
        """A server in another process on this machine."""

        async def order(verb: str, args: Json) -> Any:
            address = f"http://127.0.0.1:{port}/control/{verb}"
            async with aiohttp.ClientSession() as session, session.post(address, json=args) as response:
                body = await response.json()
            if response.status == 409:
                raise LookupError(body["error"])
            response.raise_for_status()
            return body

        return cls(order)

    async def guild(
        self,
        name: str,
        *,
        bot: Permission = ORDINARY,
        everyone: Permission = ORDINARY,
        locale: str = "en-US",
        system: str | None = None,
    ) -> str:
        """Its id; the bot is a member with these permissions, `system` names the channel for messages of the system."""
        args = {"name": name, "bot": int(bot), "everyone": int(everyone), "locale": locale, "system": system}
        return str((await self.order("add_guild", args))["id"])

    async def remove_bot(self, guild: str) -> None:
        """Put the bot out of a server."""
        await self.order("remove_bot", {"guild": guild})

    async def channel(
        self, guild: str, name: str, kind: ChannelKind = ChannelKind.TEXT, *, bot_deny: Permission | None = None
    ) -> str:
        """Its id."""
        args = {"guild": guild, "name": name, "kind": int(kind), "bot_deny": int(bot_deny or 0)}
        return str((await self.order("add_channel", args))["id"])

    async def person(
        self,
        name: str | None = None,
        *,
        guilds: list[str] | None = None,
        locale: str = "en-US",
        may: Permission | None = None,
    ) -> Person:
        """A new account, member of these guilds, with these permissions on top of everybody's."""
        args = {"name": name, "guilds": guilds or [], "locale": locale, "may": int(may or 0)}
        body = await self.order("add_person", args)
        return Person(str(body["id"]), self.order)

    async def role(self, guild: str, name: str, *, mentionable: bool = False) -> str:
        """Its id."""
        args = {"guild": guild, "name": name, "mentionable": mentionable}
        return str((await self.order("add_role", args))["id"])

    async def deny_bot(self, channel: str, denied: Permission) -> None:
        """What the bot may not do in a channel, in place of what was denied before."""
        await self.order("change_channel", {"channel": channel, "bot_deny": int(denied)})

    async def remove_channel(self, channel: str) -> None:
        """Delete a channel with its messages."""
        await self.order("change_channel", {"channel": channel, "remove": True})

    async def limits(self, **fields: float | tuple[int, float]) -> None:
        """Fields of Limits; all windows begin anew."""
        await self.order("limits", fields)

    async def messages(self, channel: str) -> list[Seen]:
        """What everyone sees in a channel now, oldest first."""
        return [Seen(one) for one in await self.order("messages", {"channel": channel})]

    async def fault(self, fault: Fault, times: int = 1) -> None:
        """Queue a fault."""
        await self.order("fault", asdict(fault) | {"times": times})

    async def advance(self, seconds: float) -> None:
        """Move Discord's clock."""
        await self.order("advance", {"seconds": seconds})

    async def gateway(self, do: str, **more: Any) -> None:
        """reconnect, invalidate (resumable=...), drop, close (code=...)."""
        await self.order("gateway", {"do": do, **more})

    async def status(self) -> Json:
        """connected, commands, open_dms, pings, invalid_requests, waiting_faults, invites, bot_id, application_id."""
        body: Json = await self.order("status", {})
        return body

    async def transcript(self, after: int = 0) -> list[Entry]:
        """Entries after the first `after`."""
        return [Entry.from_json(one) for one in await self.order("transcript", {"after": after})]

    async def wait_for(self, predicate: Callable[[Entry], bool], within: float = 60.0) -> Entry:
        """The first entry that fits, earlier ones included; AssertionError after about `within` seconds."""
        after, left = 0, within
        while left > 0:
            rows = await self.order("transcript", {"after": after, "within": min(left, 0.5)})
            for row in rows:
                entry = Entry.from_json(row)
                if predicate(entry):
                    return entry
            after += len(rows)
            left -= 0 if rows else 0.5
        raise AssertionError(f"nothing fitting in the transcript within {within} s")

    async def wait_connected(self, within: float = 60.0, *, sessions: int = 1) -> None:
        """Until the bot has identified `sessions` times since the server's start."""
        seen = 0

        def identified(entry: Entry) -> bool:
            nonlocal seen
            seen += entry.kind == "gateway" and entry.path_or_event == "READY"
            return seen >= sessions

        await self.wait_for(identified, within)
