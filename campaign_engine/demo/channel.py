"""The simulated platform: the real web channel behind seeded refusals, as a bot's platform would give them.

The page itself refuses nothing; this stands in for a platform, and reports made with it say that people are simulated.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from campaign_engine.demo.characters import STUDENT, dice
from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Destination, Limits, Message
from campaign_engine.ports.channel import Channel

RETRY_AFTER = 3.0
"""Seconds that the platform asks for when it is asked too often."""


class Fate(StrEnum):
    """What becomes of one message."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    TOO_MANY = "too_many_requests"
    DROPPED = "answer_dropped"


_CHANCES = {Fate.ACCEPTED: 9600, Fate.BLOCKED: 200, Fate.TOO_MANY: 120, Fate.DROPPED: 80}


class SimulatedPlatform:
    """Implements ports.channel.Channel around another one.

    Only simulated students are refused: what goes to somebody at the demo's pages arrives. The fate of a message
    depends on the seed, its address and how many went there before, not on the order in which a lane sends. `seen`
    counts fates.
    """

    def __init__(self, channel: Channel, seed: int) -> None:
        self.seen: Counter[Fate] = Counter()
        self._channel = channel
        self._seed = seed
        self._sent: Counter[str] = Counter()
        self._scripted: dict[str, Fate] = {}

    @property
    def name(self) -> str:
        """Of the channel inside."""
        return self._channel.name

    @property
    def limits(self) -> Limits:
        """Of the channel inside."""
        return self._channel.limits

    def script(self, addresses: Iterable[str]) -> None:
        """The first of these is blocked, the second comes too soon, the third one's answer is lost, each once."""
        self._scripted.update(zip(addresses, (Fate.BLOCKED, Fate.TOO_MANY, Fate.DROPPED), strict=False))

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Notices, which have no key, pass; a dropped answer comes after the message has arrived. Raises SendError."""
        if not key:
            return await self._channel.send(message, to)
        fate = self._fate(to.address)
        self.seen[fate] += 1
        if fate is Fate.BLOCKED:
            raise SendError("blocked", flags=frozenset({"opted_out"}))
        if fate is Fate.TOO_MANY:
            raise SendError(fate, retryable=True, retry_after=RETRY_AFTER, flags=frozenset({"holds_lane"}))
        receipt = await self._channel.send(message, to, key)
        if fate is Fate.DROPPED:
            raise SendError(fate, flags=frozenset({"ambiguous"}))
        return receipt

    async def close(self) -> None:
        """Close the channel inside."""
        await self._channel.close()

    def _fate(self, address: str) -> Fate:
        self._sent[address] += 1
        scripted = self._scripted.pop(address, None)
        if scripted is not None:
            return scripted
        if not address.startswith(STUDENT):
            return Fate.ACCEPTED
        random = dice(self._seed, "fate", address, self._sent[address])
        return random.choices(tuple(_CHANCES), tuple(_CHANCES.values()))[0]
