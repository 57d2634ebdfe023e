"""Every Sunday the reach card of each campaign that ran in the week, to its organizer."""

import logging
from datetime import date, datetime, time, timedelta

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.ports.boards import SundayCard
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.notifier import Notifier
from campaign_engine.ports.planning import StaffContact
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.sharing import Sharing

SUNDAY = 6
BEGINS, ENDS = time(18), time(19, 30)
"""New York wall-clock time. A program that was off then sends nothing later: the card is in the menu at any hour."""

WEEK = timedelta(days=7)

log = logging.getLogger(__name__)


class Sundays:
    """Ticks; any number of them over one database, and each card is given once. Best effort, as every notice is."""

    def __init__(self, store: Store, clock: Clock, sharing: Sharing, renderer: Renderer, notifier: Notifier) -> None:
        self._store = store
        self._clock = clock
        self._sharing = sharing
        self._renderer = renderer
        self._notifier = notifier

    async def tick(self) -> int:
        """How many cards were handed on. Raises StoreUnavailable."""
        sunday = _sunday(to_wall(self._clock()))
        if sunday is None:
            return 0
        until = to_utc(datetime.combine(sunday, BEGINS))
        async with self._store.write() as work:
            cards = await work.boards.sunday_cards(until - WEEK, until, sunday)
            people = [await work.campaigns.staff_contact(card.contact_id) for card in cards]
        told = 0
        for card, person in zip(cards, people, strict=True):
            told += person is not None and await self._tell(card, person)
        return told

    async def _tell(self, card: SundayCard, person: StaffContact) -> bool:
        try:
            message = self._renderer.reply(
                await self._sharing.reach(card.campaign_id, person.language), person.language
            )
            await self._notifier.notify(person.to, message)
        except GroundswellError as error:
            log.warning("a reach card was not handed on (%s)", error.code)
            return False
        return True


def _sunday(wall: datetime) -> date | None:
    """The Sunday whose cards may go out now."""
    return wall.date() if wall.weekday() == SUNDAY and BEGINS <= wall.time() < ENDS else None
