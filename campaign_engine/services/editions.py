"""Every Sunday the edition of each campaign's figures: made once, frozen, for everybody the same (safety K3)."""

import logging

from campaign_engine.domain.area import week_of
from campaign_engine.domain.errors import Conflict, GroundswellError, InvalidInput
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.editions import EditionMaker, NewEdition
from campaign_engine.ports.unit_of_work import Store

LONGEST_REASON = 200

log = logging.getLogger(__name__)


class WeeklyEditions:
    """Ticks; any number of them over one database, and each campaign gets one edition a week."""

    def __init__(self, store: Store, clock: Clock, maker: EditionMaker) -> None:
        self._store = store
        self._clock = clock
        self._maker = maker

    async def tick(self) -> int:
        """How many were frozen. One that cannot be made keeps no other back. Raises StoreUnavailable."""
        week = week_of(self._clock())
        async with self._store.read() as work:
            due = await work.editions.due(week)
        made = 0
        for campaign_id in due:
            try:
                made += await self._keep(await self._maker.edition(campaign_id, week))
            except GroundswellError as error:
                log.error("the figures of campaign %d stay those of last week (%s)", campaign_id, error.code)
        return made

    async def correct(self, campaign_id: int, reason: str) -> NewEdition:
        """A new edition in place of the last one, which stays where it was and says so.

        Raises InvalidInput for a reason that is empty or too long, NotFound, Conflict, ReportFailed.
        """
        said = " ".join(reason.split())
        if not 0 < len(said) <= LONGEST_REASON:
            raise InvalidInput(
                f"Say in 1 to {LONGEST_REASON} characters what was wrong.",
                "Readers see it on both editions.",
                "no_reason",
            )
        edition = await self._maker.edition(campaign_id, week_of(self._clock()), said)
        if not await self._keep(edition):
            raise Conflict("Another edition was made at the same time.", "Try again.", "edition_made")
        return edition

    async def _keep(self, edition: NewEdition) -> bool:
        async with self._store.write() as work:
            return await work.editions.add(edition)
