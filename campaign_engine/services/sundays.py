"""Every Sunday the reach card of each campaign that ran in the week and the status board, to its organizer.

On Monday what was missed.
"""

import logging
from datetime import date, datetime, time, timedelta

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.boards import SundayCard
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.notifier import Notifier
from campaign_engine.ports.planning import StaffContact
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.sharing import Sharing

MONDAY, SUNDAY = 0, 6
BEGINS, ENDS = time(18), time(19, 30)
"""New York wall-clock time. Where the program was off then, the card comes on Monday within the sending hours and says
so; after that no more: it is in the menu at any hour."""

WEEK = timedelta(days=7)
FIRST = 1
"""The board of all campaigns comes once, with the first card of a person's Sunday."""

log = logging.getLogger(__name__)


class Sundays:
    """Ticks; any number of them over one database, and each card is given once. Best effort, as every notice is."""

    def __init__(self, store: Store, clock: Clock, sharing: Sharing, hours: SendingHours, notifier: Notifier) -> None:
        self._store = store
        self._clock = clock
        self._sharing = sharing
        self._hours = hours
        self._notifier = notifier

    async def tick(self) -> int:
        """How many cards were handed on. Raises StoreUnavailable."""
        now = self._clock()
        sunday = self._sunday(now)
        if sunday is None:
            return 0
        until = to_utc(datetime.combine(sunday, BEGINS))
        async with self._store.read() as work:
            cards = await work.boards.sunday_cards(until - WEEK, until, sunday)
            people = [await work.campaigns.staff_contact(card.contact_id) for card in cards]
        is_late = to_wall(now).date() > sunday
        told = 0
        for card, person in zip(cards, people, strict=True):
            told += person is not None and await self._hand_on(card, person, is_late=is_late)
        return told

    async def _hand_on(self, card: SundayCard, person: StaffContact, *, is_late: bool) -> bool:
        """Drawn before it is noted, so that one that could not be drawn, or a stop meanwhile, costs no card."""
        try:
            late_for = card.sunday if is_late else None
            message = await self._sharing.sunday(card.campaign_id, person.language, late_for)
            async with self._store.write() as work:
                noted = await work.boards.note_sunday(card)
                if not noted:
                    return False
                board = await self._sharing.board(work, person, self._clock()) if noted == FIRST else None
            await self._notifier.notify(person.to, message)
            if board is not None:
                await self._notifier.notify(person.to, board)
        except GroundswellError as error:
            log.warning("a reach card was not handed on (%s)", error.code)
            return False
        return True

    def _sunday(self, now: datetime) -> date | None:
        """The Sunday whose cards may go out now: its own evening, or the day after."""
        wall = to_wall(now)
        if wall.weekday() == SUNDAY and BEGINS <= wall.time() < ENDS:
            return wall.date()
        is_late = wall.weekday() == MONDAY and self._hours.is_allowed(now)
        return wall.date() - timedelta(days=1) if is_late else None
