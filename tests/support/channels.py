"""A channel at its port that records what it is given and answers from a script."""

import asyncio
from dataclasses import dataclass, field

from campaign_engine.domain.delivery import Receipt
from campaign_engine.domain.message import Destination, Limits, Message


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call of send."""

    message: Message
    to: Destination
    key: str


@dataclass
class RecordingChannel:
    """`answers` by address are taken one by one: an error is raised, a receipt returned; else it succeeds.

    While `gate` is given, every send waits for it.
    """

    name: str = "telegram"
    answers: dict[str, list[Exception | Receipt]] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    calls: list[Recorded] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    limits = Limits(text=4096)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def reached(self) -> list[str]:
        """Addresses in the order of the calls."""
        return [call.to.address for call in self.calls]

    async def until_under_way(self, number: int) -> None:
        """Wait until so many sends have begun and none of them has ended."""
        async with asyncio.timeout(60):
            while self.under_way < number:
                self._more.clear()
                await self._more.wait()

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        self.calls.append(Recorded(message, to, key))
        number = len(self.calls)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self._more.set()
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
        finally:
            self.under_way -= 1
        waiting = self.answers.get(to.address)
        answer = waiting.pop(0) if waiting else Receipt(platform_id=f"p{number}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is open."""
