"""How long a platform takes for a message, so that whatever befalls the client falls in every stage of a request."""

import asyncio
import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Latency:
    """At most `before` seconds until a message is taken and `after` seconds until that is answered, by chance.

    A client that is gone in the first has sent nothing, one that is gone in the second has sent it unawares.
    """

    before: float = 0.0
    after: float = 0.0
    seed: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def until_taken(self) -> None:
        """Cancelled when the client hangs up."""
        await self._wait(self.before)

    async def until_answered(self) -> None:
        """Cancelled when the client hangs up."""
        await self._wait(self.after)

    async def _wait(self, most: float) -> None:
        if most:
            await asyncio.sleep(self._random.uniform(0, most))
