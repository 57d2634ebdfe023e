"""An operator's own terminal, for rehearsing a post before anybody else reads it."""

from typing import TextIO

from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Destination, Limits, Message


class ConsoleChannel:
    """Prints what a person or a room would get; never to whom (safety A2)."""

    name = "console"
    limits = Limits(text=4096)

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._printed = 0

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:  # noqa: ARG002 - no such key here
        """One message with its choices below. Raises SendError when the terminal is gone."""
        lines = [f"--- {'room' if to.is_room else 'person'}, {message.language}", message.text]
        lines += ["  ".join(f"[{choice.label}]" for choice in row) for row in message.choices]
        try:
            self._stream.write("\n".join(lines) + "\n\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise SendError("terminal_closed") from error
        self._printed += 1
        return Receipt(platform_id=str(self._printed))

    async def close(self) -> None:
        """The stream belongs to whoever opened it."""
