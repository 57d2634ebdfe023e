"""The queue of updates of one bot: long polling by one poller at a time, or a webhook with redelivery."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from tests.platforms.telegram_rules import Json, Refusal

DEFAULT_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    }
)
"""All kinds but those that must be asked for: chat_member, message_reaction, message_reaction_count."""

CONFLICT_PAUSE = 3.0
"""Seconds; a second conflict within this time is answered only after it, as the real server does."""

_ACTIVE_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True, slots=True)
class Poll:
    """Parameters of getUpdates; `seconds` is its timeout, `kinds` its allowed_updates (None: as before)."""

    offset: int = 0
    limit: int = 100
    seconds: float = 0.0
    kinds: frozenset[str] | None = None


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass(slots=True)
class Updates:
    """`on_delivery` is told each webhook attempt: the update and the status, 0 when no answer came."""

    on_delivery: Callable[[Json, int], None]
    retry_seconds: float = 0.2
    pending: list[Json] = field(default_factory=list)
    kinds: frozenset[str] = DEFAULT_KINDS
    webhook: Webhook = field(default_factory=Webhook)
    _last_id: int = 700_000_000
    _poller: asyncio.Future[None] | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _courier: asyncio.Task[None] | None = None
    _conflict_at: float = float("-inf")

    def push(self, kind: str, payload: Json) -> Json | None:
        """Append an update; None when the bot did not ask for this kind."""
        if kind not in self.kinds:
            return None
        self._last_id += 1
        update: Json = {"update_id": self._last_id, kind: payload}
        self.pending.append(update)
        self._arrived.set()
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        return update

    def allow(self, kinds: frozenset[str] | None) -> None:
        """Ask for these kinds from now on; an empty set means the default, None leaves all as it was."""
        if kinds is not None:
            self.kinds = kinds or DEFAULT_KINDS

    async def poll(self, poll: Poll) -> list[Json]:
        """Updates from the offset on; a waiting poller is ended with 409 by the next one."""
        if self.webhook.url:
            raise _conflict(_ACTIVE_WEBHOOK)
        self.allow(poll.kinds)
        self._end_poller(_OTHER_POLLER)
        self._confirm(poll.offset)
        if not self.pending and poll.seconds > 0:
            await self._wait(poll.seconds)
        return self.pending[: max(1, min(poll.limit or 100, 100))]

    async def _wait(self, seconds: float) -> None:
        self._poller = waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            return
        except Refusal:
            pause = self._conflict_at + CONFLICT_PAUSE - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            else:
                self._conflict_at = time.monotonic()
            raise
        finally:
            if self._poller is waiting:
                self._poller = None

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]
        elif offset < 0:
            self.pending = self.pending[offset:]

    def _end_poller(self, words: str) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(_conflict(words))

    def set_webhook(self, webhook: Webhook, *, drop_pending: bool) -> None:
        """Start delivering to the url, or stop when it is empty."""
        if webhook.url:
            self._end_poller("terminated by setWebhook request")
        if drop_pending:
            self.pending.clear()
        self._stop_courier()
        self.webhook = webhook
        if webhook.url:
            self._courier = asyncio.create_task(self._carry(webhook))

    async def close(self) -> None:
        courier = self._courier
        self._stop_courier()
        if courier is not None:
            await asyncio.wait([courier])

    def _stop_courier(self) -> None:
        if self._courier is not None:
            self._courier.cancel()
            self._courier = None

    async def _carry(self, webhook: Webhook) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                while not self.pending:
                    self._arrived.clear()
                    await self._arrived.wait()
                update = self.pending[0]
                status = await self._post(session, webhook, update)
                self.on_delivery(update, status)
                if 200 <= status < 300:
                    self.pending.remove(update)
                else:
                    await asyncio.sleep(self.retry_seconds)

    async def _post(self, session: aiohttp.ClientSession, webhook: Webhook, update: Json) -> int:
        try:
            async with session.post(webhook.url, json=update, timeout=aiohttp.ClientTimeout(total=60)) as answer:
                status, words = answer.status, f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError):
            status, words = 0, "Connection refused"
        if not 200 <= status < 300:
            webhook.last_error, webhook.last_error_at = words, int(time.time())
        return status


def _conflict(words: str) -> Refusal:
    return Refusal(409, f"Conflict: {words}")
