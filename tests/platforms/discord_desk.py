"""What a person does in Discord's own client: use a command, press, choose, send a form, and see what comes back."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from tests.platforms.discord_commands import Commands
from tests.platforms.discord_interactions import DEFERRED_UPDATE, MODAL, Interactions
from tests.platforms.discord_messages import Messages
from tests.platforms.discord_rules import BUTTON, LABEL, SELECTS, TEXT, TEXT_INPUT, walk
from tests.platforms.discord_state import (
    Interaction,
    InteractionKind,
    Json,
    Message,
    Permission,
    World,
)
from tests.platforms.discord_uploads import FILE_UPLOAD, checked, resolve

LINK = 5


class Desk:
    """Raises LookupError for what a person could not do: a command that is not offered, a button not in sight."""

    settle = 0.15  # seconds without a further answer after which a person has seen everything
    patience = 5.0  # seconds that a person waits for what a deferred answer promised

    def __init__(self, world: World, commands: Commands, interactions: Interactions, messages: Messages) -> None:
        self._world, self._commands, self._interactions, self._messages = world, commands, interactions, messages
        self._forms: dict[int, Interaction] = {}

    async def slash(self, args: Json) -> Json:
        """`person`, `name`, `options`, `channel` (None: the DM with the bot), `locale`."""
        account_id = int(args["person"])
        channel = self._world.open_dm(account_id) if args.get("channel") is None else None
        channel = channel or self._world.channel(int(args["channel"]))
        mine = self._world.permissions(account_id, channel)
        if Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS not in mine:
            raise LookupError("this person cannot use commands in this channel")
        locale = args.get("locale") or self._world.accounts[account_id].locale
        data = self._commands.use(args["name"], args.get("options") or {}, channel.guild_id, mine, locale)
        return await self._send(InteractionKind.COMMAND, args, channel.id, data)

    async def press(self, args: Json) -> Json:
        """`person`, `button` (label or custom_id), `message` (None: the newest in sight that has the button)."""
        wanted = args["button"]
        found = list(self._matching(args, lambda one: one.get("type") == BUTTON and _is(one, wanted, "label")))
        if not found:
            raise LookupError(f"no button {wanted!r} in sight, only {self._offered(args)}")
        message, button = found[0]
        if button.get("disabled") or button.get("style") == LINK:
            raise LookupError(f"the button {wanted!r} cannot be pressed")
        data = {"custom_id": button["custom_id"], "component_type": BUTTON, "id": button["id"]}
        return await self._send(InteractionKind.COMPONENT, args | {"on": message.id}, message.channel_id, data)

    async def choose(self, args: Json) -> Json:
        """`person`, `values` (values or labels), `select` (custom_id or placeholder; None: the newest), `message`."""
        wanted = args.get("select")

        def fits(one: Json) -> bool:
            return one.get("type") in SELECTS and (wanted is None or _is(one, wanted, "placeholder"))

        found = list(self._matching(args, fits))
        if not found or found[0][1].get("disabled"):
            raise LookupError(f"no select {wanted!r} in sight that can be used")
        message, select = found[0]
        values = _picked(select, args["values"])
        data = {
            "custom_id": select["custom_id"],
            "component_type": select["type"],
            "values": values,
            "id": select["id"],
        }
        return await self._send(InteractionKind.COMPONENT, args | {"on": message.id}, message.channel_id, data)

    async def submit(self, args: Json) -> Json:
        """`person`, `values` by custom_id or label, for the form that was opened last."""
        form = self._forms.pop(int(args["person"]), None)
        if form is None or form.modal is None:
            raise LookupError("no form is open for this person")
        try:
            parts = [_filled(part, args["values"]) for part in form.modal["components"]]
        except LookupError:
            self._forms[int(args["person"])] = form
            raise
        data = {"custom_id": form.modal["custom_id"], "components": parts}
        data |= resolve(self._world, parts, self._messages.root)
        return await self._send(InteractionKind.MODAL, args | {"on": form.message_id}, form.channel_id, data)

    def _matching(self, args: Json, fits: Callable[[Json], bool]) -> Iterator[tuple[Message, Json]]:
        for message in self._in_sight(args):
            for _, component in walk(message.components):
                if fits(component):
                    yield message, component

    def _in_sight(self, args: Json) -> list[Message]:
        """Newest first."""
        account_id = int(args["person"])
        if args.get("message") is not None:
            message = self._world.messages.get(int(args["message"]))
            return [message] if message and self._sees(account_id, message) else []
        return [one for one in self._world.newest_first() if self._sees(account_id, one)]

    def _sees(self, account_id: int, message: Message) -> bool:
        channel = self._world.channels[message.channel_id]
        mine = channel.recipient_id == account_id if channel.guild_id is None else True
        viewable = Permission.VIEW_CHANNEL in self._world.permissions(account_id, channel)
        return mine and viewable and message.ephemeral_to in (None, account_id)

    def _offered(self, args: Json) -> list[str]:
        return [str(one.get("label")) for _, one in self._matching(args, lambda one: one.get("type") == BUTTON)]

    async def _send(self, kind: InteractionKind, args: Json, channel_id: int, data: Json) -> Json:
        account = self._world.accounts[int(args["person"])]
        locale = args.get("locale") or account.locale
        token, now = self._world.new_token(), self._world.now()
        interaction = Interaction(self._world.new_id(), token, kind, account.id, channel_id, data, now, locale)
        interaction.message_id = args.get("on")
        await self._interactions.send(interaction)
        await self._finish(interaction, args.get("at_least"))
        if interaction.modal is not None:
            self._forms[account.id] = interaction
        return self._outcome(interaction)

    async def _finish(self, interaction: Interaction, at_least: int | None) -> None:
        """Until the first answer, then until `at_least` messages (a deferred update promises none), then quiet."""
        within = self._world.limits.answer_within
        if not await _until(
            interaction, lambda: interaction.answer_type is not None or bool(interaction.failed), within
        ):
            self._interactions.fail(interaction)
        if interaction.failed or interaction.answer_type == MODAL:
            return
        wanted = at_least if at_least is not None else int(interaction.answer_type != DEFERRED_UPDATE)
        await _until(interaction, lambda: len(interaction.touched) >= wanted, self.patience)
        seen = -1
        while seen != len(interaction.touched):
            seen = len(interaction.touched)
            await asyncio.sleep(self.settle)

    def _outcome(self, interaction: Interaction) -> Json:
        ids = list(dict.fromkeys(interaction.touched))
        alive = [self._world.messages[one] for one in ids if one in self._world.messages]
        return {
            "interaction_id": str(interaction.id),
            "failed": interaction.failed,
            "answer_type": interaction.answer_type,
            "first_answer_ms": interaction.first_answer_ms,
            "modal": interaction.modal,
            "answers": [self._messages.json(one) for one in alive if self._sees(interaction.account_id, one)],
        }


async def _until(interaction: Interaction, done: Callable[[], bool], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            while not done():
                interaction.changed.clear()
                await interaction.changed.wait()
    except TimeoutError:
        return False
    return True


def _is(component: Json, wanted: str, shown: str) -> bool:
    return wanted in (component.get("custom_id"), component.get(shown))


def _picked(select: Json, values: list[str]) -> list[str]:
    """Labels turned into values; Discord's client holds min_values and max_values."""
    low, high = select.get("min_values", 1), select.get("max_values", 1)
    if not low <= len(values) <= high:
        raise LookupError(f"between {low} and {high} values must be chosen")
    if "options" not in select:
        return values
    by_name = {one["label"]: one["value"] for one in select["options"]}
    by_name |= {one["value"]: one["value"] for one in select["options"]}
    if missing := [one for one in values if one not in by_name]:
        raise LookupError(f"{missing} not among the options {[one['label'] for one in select['options']]}")
    return [by_name[one] for one in values]


def _filled(part: Json, values: Json) -> Json:
    """One part of a form as it is sent back."""
    if part["type"] == TEXT:
        return {"type": TEXT, "id": part.get("id", 0), "content": part["content"]}
    if part["type"] == LABEL:
        inner = _field(part["component"], values, part["label"])
        return {"type": LABEL, "id": part.get("id", 0), "component": inner}
    fields = [_field(one, values, one["label"]) for one in part["components"]]
    return {"type": part["type"], "id": part.get("id", 0), "components": fields}


def _field(field: Json, values: Json, label: str) -> Json:
    kind = field["type"]
    given = values.get(field["custom_id"], values.get(label))
    sent: Json = {"type": kind, "id": field.get("id", 0), "custom_id": field["custom_id"]}
    if kind == TEXT_INPUT:
        return sent | {"value": _typed(field, field.get("value") or "" if given is None else str(given), label)}
    if kind == FILE_UPLOAD:
        return sent | checked(field, given, label)
    if kind == 23:
        return sent | {"value": bool(given)}
    if given is None and not field.get("required", True):
        return sent | ({"values": []} if kind != 21 else {})
    picked = _picked(field, [given] if isinstance(given, str) else list(given or []))
    return sent | ({"value": picked[0]} if kind == 21 else {"values": picked})


def _typed(field: Json, text: str, label: str) -> Any:
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    required = field.get("required", True)
    if (required and not text) or (text and not low <= len(text) <= high):
        raise LookupError(f"{label!r} needs {max(low, int(required))} to {high} characters")
    return text
