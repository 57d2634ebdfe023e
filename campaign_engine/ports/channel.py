"""A channel carries one message to one destination."""

from typing import Protocol

from campaign_engine.domain.delivery import Receipt
from campaign_engine.domain.message import Destination, Limits, Message


class Channel(Protocol):
    """One medium with one sending account."""

    @property
    def name(self) -> str:
        """Short lower-case name, also the prefix of its addresses and the name of its lane."""

    @property
    def limits(self) -> Limits:
        """What one message may hold."""

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Send once; `key` names the delivery, for platforms that can drop a repeated one.

        Raises SendError and nothing else.
        """

    async def close(self) -> None:
        """Let go of connections."""
