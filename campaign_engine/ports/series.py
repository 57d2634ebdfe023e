"""What services need to keep about the lesson series."""

from datetime import datetime
from typing import Protocol

from campaign_engine.domain.campaign import PostContent


class SeriesRepository(Protocol):
    """One row per person and lesson that was sent, whatever number of clocks tick."""

    async def free(self, now: datetime) -> int:
        """Steps of the last days that never left become due again; how many (safety S5: a step waits)."""

    async def due(self, now: datetime) -> tuple[str, ...]:
        """Codes of the next lesson of somebody who may get one now, or SERIES_END; in their order.

        Subscribers of the series whose caps leave room, to whom nothing else is on its way, in no held precinct; never
        adults of 22 and over (safety C3, S5, I1).
        """

    async def post(self, content: PostContent, now: datetime) -> int:
        """The post of this content, made where there is none yet; it is approved as its text was (safety S1).

        Raises Conflict when another clock has just made it.
        """

    async def send(self, post_id: int, code: str, now: datetime, stale_at: datetime) -> int:
        """Queue this step for whoever is due for just it; how many.

        At most a bounded number, so that nobody waits long for the writer: what is left is due still.
        """
