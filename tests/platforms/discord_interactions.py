"""Interactions: sent over the gateway, answered within three seconds, followed up for fifteen minutes; and webhooks."""

import hmac
import time
from typing import Any

from tests.platforms.discord_errors import Code, Form, Refusal
from tests.platforms.discord_gateway import Gateway
from tests.platforms.discord_messages import Draft, Messages, Origin
from tests.platforms.discord_payloads import interaction_json
from tests.platforms.discord_rest import Call, Endpoint
from tests.platforms.discord_rules import check_modal
from tests.platforms.discord_state import (
    EPHEMERAL,
    LOADING,
    Interaction,
    InteractionKind,
    Json,
    Message,
    Webhook,
    World,
)
from tests.platforms.transcript import Direction, Transcript

MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL = 4, 5, 6, 7, 9
ANSWERS = {
    InteractionKind.COMMAND: {MESSAGE, DEFERRED_MESSAGE, MODAL},
    InteractionKind.COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL},
    InteractionKind.MODAL: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE},
}
NOT_RESPONDING = "The application did not respond"
HOOK = "/webhooks/{webhook_id}/{webhook_token}"


class Interactions:
    """Keeps the open interactions and serves their callback and webhook endpoints."""

    def __init__(self, world: World, gateway: Gateway, messages: Messages, transcript: Transcript) -> None:
        self._world, self._gateway, self._messages, self._transcript = world, gateway, messages, transcript

    def endpoints(self) -> list[Endpoint]:
        """None of them asks for the bot's token: the interaction's own is in the path."""
        one = HOOK + "/messages/{message_id}"
        return [
            Endpoint("POST", "/interactions/{interaction_id}/{interaction_token}/callback", self._callback, auth=False),
            Endpoint("POST", HOOK, self._execute, auth=False),
            Endpoint("GET", one, self._get, auth=False),
            Endpoint("PATCH", one, self._patch, auth=False),
            Endpoint("DELETE", one, self._delete, auth=False),
        ]

    async def send(self, interaction: Interaction) -> None:
        """Dispatch to the bot; with no session that could hear it the interaction has failed at once."""
        self._world.interactions[interaction.token] = interaction
        event = interaction_json(self._world, interaction, self._messages.root)
        interaction.sent = time.perf_counter()
        if not await self._gateway.dispatch("INTERACTION_CREATE", event):
            self.fail(interaction)

    def fail(self, interaction: Interaction) -> None:
        """The person is told that the application did not respond; a later answer gets 10062."""
        interaction.failed = NOT_RESPONDING
        interaction.changed.set()
        self._transcript.add(Direction.SENT, "interaction_failed", interaction.kind.name, {"id": str(interaction.id)})

    async def _callback(self, call: Call) -> Json | None:
        interaction = self._world.interactions.get(call.params["interaction_token"])
        if interaction is None or interaction.id != call.id("interaction_id") or interaction.failed:
            raise Refusal(Code.UNKNOWN_INTERACTION)
        if interaction.answer_type is not None:
            raise Refusal(Code.ALREADY_ACKNOWLEDGED)
        if self._world.now() - interaction.created_at > self._world.limits.answer_within:
            self.fail(interaction)
            raise Refusal(Code.UNKNOWN_INTERACTION)
        kind = call.body.get("type")
        self._check_type(interaction, kind)
        message = await self._first_answer(interaction, kind, call)
        self._acknowledge(interaction, kind)
        return self._callback_json(interaction, message) if call.flag("with_response") else None

    @staticmethod
    def _check_type(interaction: Interaction, kind: Any) -> None:
        allowed = ANSWERS[interaction.kind]
        from_message = interaction.message_id is not None
        form = Form()
        if kind not in allowed or (kind in (DEFERRED_UPDATE, UPDATE) and not from_message):
            form.add(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {sorted(allowed)}.")
        form.check()

    async def _first_answer(self, interaction: Interaction, kind: int, call: Call) -> Message | None:
        draft = Draft(call.body.get("data") or {}, call.uploads, ("data",))
        if kind == MODAL:
            check_modal(draft.body)
            interaction.modal = draft.body
            return None
        if kind in (DEFERRED_UPDATE, UPDATE):
            message = self._world.messages.get(interaction.message_id or 0)
            interaction.original_id = interaction.message_id
            if kind == UPDATE and message is not None:
                await self._messages.edit(message, draft)
                interaction.touch(message.id)
            return message
        origin = self._origin(interaction, draft.body)
        channel = self._world.channels[interaction.channel_id]
        if kind == MESSAGE:
            message = await self._messages.create(channel, draft, origin)
            interaction.touch(message.id)
        else:
            flags = LOADING | (EPHEMERAL if origin.ephemeral_to else 0)
            message = Message(self._world.new_id(), channel.id, origin.author_id, flags=flags)
            message.ephemeral_to, message.interaction_id = origin.ephemeral_to, origin.interaction_id
            await self._messages.store(message)
        interaction.original_id = message.id
        return message

    def _origin(self, interaction: Interaction, body: Json) -> Origin:
        hidden = int(body.get("flags") or 0) & EPHEMERAL
        return Origin(
            self._world.bot.id,
            interaction_id=interaction.id,
            ephemeral_to=interaction.account_id if hidden else None,
            webhook_id=self._world.application_id,
        )

    def _acknowledge(self, interaction: Interaction, kind: int) -> None:
        interaction.answer_type = kind
        interaction.first_answer_ms = (time.perf_counter() - interaction.sent) * 1000
        note = {"id": str(interaction.id), "type": kind, "ms": round(interaction.first_answer_ms, 1)}
        self._transcript.add(Direction.RECEIVED, "first_answer", interaction.kind.name, note)
        interaction.changed.set()

    def _callback_json(self, interaction: Interaction, message: Message | None) -> Json:
        answer: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
        resource: Json = {"type": interaction.answer_type}
        if message is not None:
            answer |= {
                "response_message_id": str(message.id),
                "response_message_loading": bool(message.flags & LOADING),
                "response_message_ephemeral": message.ephemeral_to is not None,
            }
            resource["message"] = self._messages.json(message)
        return {"interaction": answer, "resource": resource}

    def _owner(self, call: Call) -> Interaction | Webhook:
        """Whose token is in the path; raises 10015 for none or not yet answered, 50027 for a wrong or old one."""
        token, webhook_id = call.params["webhook_token"], call.id("webhook_id")
        if webhook_id != self._world.application_id:
            webhook = self._world.webhooks.get(webhook_id)
            if webhook is None:
                raise Refusal(Code.UNKNOWN_WEBHOOK)
            if not hmac.compare_digest(webhook.token, token):
                raise Refusal(Code.INVALID_WEBHOOK_TOKEN)
            return webhook
        interaction = self._world.interactions.get(token)
        if interaction is None or self._world.now() - interaction.created_at > self._world.limits.token_life:
            raise Refusal(Code.INVALID_WEBHOOK_TOKEN)
        if interaction.answer_type is None:
            raise Refusal(Code.UNKNOWN_WEBHOOK)
        return interaction

    async def _execute(self, call: Call) -> Json | None:
        owner = self._owner(call)
        if isinstance(owner, Webhook):
            name = call.body.get("username") or owner.name
            channel = self._world.channels[owner.channel_id]
            origin = Origin(owner.id, name, webhook_id=owner.id)
            message = await self._messages.create(channel, Draft(call.body, call.uploads), origin)
            return self._messages.json(message) if call.flag("wait") else None
        message = await self._follow_up(owner, Draft(call.body, call.uploads))
        owner.touch(message.id)
        return self._messages.json(message)

    async def _follow_up(self, interaction: Interaction, draft: Draft) -> Message:
        """The first one takes the place of a deferred answer and its visibility, as Discord does."""
        waiting = self._world.messages.get(interaction.original_id or 0)
        if waiting is not None and waiting.flags & LOADING:
            await self._messages.edit(waiting, draft)
            return waiting
        channel = self._world.channels[interaction.channel_id]
        return await self._messages.create(channel, draft, self._origin(interaction, draft.body))

    def _message(self, call: Call, owner: Interaction | Webhook) -> Message:
        wanted = call.params["message_id"]
        if isinstance(owner, Webhook):
            message = self._world.messages.get(call.id("message_id"))
            mine = message is not None and message.webhook_id == owner.id
        else:
            number = owner.original_id or 0 if wanted == "@original" else call.id("message_id")
            message = self._world.messages.get(number)
            mine = message is not None and (message.interaction_id == owner.id or number == owner.original_id)
        if message is None or not mine:
            raise Refusal(Code.UNKNOWN_MESSAGE)
        return message

    async def _get(self, call: Call) -> Json:
        return self._messages.json(self._message(call, self._owner(call)))

    async def _patch(self, call: Call) -> Json:
        owner = self._owner(call)
        message = self._message(call, owner)
        await self._messages.edit(message, Draft(call.body, call.uploads))
        if isinstance(owner, Interaction):
            owner.touch(message.id)
        return self._messages.json(message)

    async def _delete(self, call: Call) -> None:
        owner = self._owner(call)
        message = self._message(call, owner)
        await self._messages.delete(message)
        if isinstance(owner, Interaction):
            owner.touch(message.id)
