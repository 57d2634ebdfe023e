"""What services need to keep about areas: one edition of figures a week, and who was told of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from campaign_engine.domain.area import AreaFigure, AreaView
from campaign_engine.domain.campaign import PostContent


class AreasRepository(Protocol):
    """Figures by cell: "city", "borough:Bronx", "precinct:44"."""

    async def edition(self) -> date | None:
        """The Sunday of the newest one."""

    async def begin(self, week: date) -> bool:
        """Open the edition of this week; False when it is there already, or another clock is making it."""

    async def counted(self) -> Mapping[int | None, int]:
        """Allies by the precinct they chose, as they are now; staff left out."""

    async def figures(self) -> Mapping[str, AreaFigure]:
        """As they were last published; never to be shown as they are."""

    async def publish(self, figures: Iterable[AreaFigure], week: date) -> None:
        """In place of the last edition."""

    async def view(self, areas: Iterable[str], contact_id: int, precinct: int | None, now: datetime) -> AreaView:
        """What this person may see: these cells, open conditional pledges of the precinct, and how theirs ended."""

    async def due(self, now: datetime) -> tuple[int, ...]:
        """Figures that somebody is due to be told of.

        Subscribers of area updates whose caps leave room, in no held precinct: four weeks after the last card or after
        they came, or when a step was reached since; each figure once (safety C6, S5, I1).
        """

    async def post(self, content: PostContent, now: datetime) -> int:
        """The post of this content, made where there is none yet. Raises Conflict when another clock just made it."""

    async def send(self, post_id: int, shown: int, now: datetime, stale_at: datetime) -> int:
        """Queue it for whoever is due for just this figure, at most a bounded number; how many."""

    async def free(self, now: datetime) -> int:
        """Cards of the last days that never left become due again; how many."""
