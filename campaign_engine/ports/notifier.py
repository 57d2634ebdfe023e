"""A word to a staff member that something waits."""

from typing import Protocol

from campaign_engine.domain.message import Destination, Message


class Notifier(Protocol):
    """Best effort: what is due is always in the database, and the menu shows it."""

    async def notify(self, destination: Destination, message: Message) -> None:
        """Hand the message to the channel without waiting for its delivery. Raises SendError and nothing else."""
