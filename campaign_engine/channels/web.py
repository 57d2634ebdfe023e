"""The page: posts wait in an inbox until their reader comes back."""

import secrets

from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination, Limits, Message
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store


class WebChannel:
    """Puts each message into the inbox in a short transaction of its own; whoever has left or moved gets none."""

    name = "web"
    limits = Limits(text=4096)

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Once per key; without one each message is a new one. Raises SendError."""
        key = key or secrets.token_hex(16)
        try:
            async with self._store.write() as work:
                there = await work.inbox.deliver(to, key, message, self._clock())
        except StoreUnavailable as error:
            raise SendError("store_unavailable", retryable=True) from error
        if not there:
            raise SendError("no_reader", flags=frozenset({"opted_out"}))
        return Receipt(platform_id=key)

    async def close(self) -> None:
        """The store belongs to whoever opened it."""
