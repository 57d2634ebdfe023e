"""Holds, incidents and what follows: one person stops, a second one lets go (safety I1, I2)."""

from collections.abc import Iterable

from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.hold import Hold, HoldStep
from campaign_engine.domain.permission import check_watcher, visible_precincts
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.holding import Actor, Watcher
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.hold_cards import HoldCards, asks_confirmation, asks_release, holds_word
from campaign_engine.services.turn import Answer, Notice

MOST_STORIES = 10


class Incidents:
    """Every step takes all its precincts or none: an error leaves nothing half-done. Nothing here asks for a code."""

    def __init__(self, clock: Clock, cards: HoldCards) -> None:
        self._clock = clock
        self._cards = cards

    async def hold(self, work: UnitOfWork, person: Person, precincts: tuple[int, ...]) -> Answer:
        """At once, by one person; held already counts anew from now. Raises NotAllowed, NotFound."""
        by, now = _actor(person, precincts), self._clock()
        held = [await work.holds.hold(precinct, by, now) for precinct in sorted(precincts)]
        await work.holds.settle(now)
        for precinct in precincts:
            await self._log(work, by, "hold", precinct)
        others = await self._others(work, by, precincts)
        notices = tuple(Notice(one.contact, holds_word(by.handle, precincts)) for one in others if one.contact)
        return Answer((self._cards.held(held, by),), notices)

    async def release(self, work: UnitOfWork, person: Person, precincts: tuple[int, ...]) -> Answer:
        """The first one asks, a second one agrees; then what is fresh goes on. Raises NotAllowed, NotFound."""
        by, now = _actor(person, precincts), self._clock()
        done = [await self._release_one(work, by, precinct) for precinct in sorted(precincts)]
        await work.holds.settle(now)
        notices = tuple(notice for one in done for notice in one.notices)
        return Answer(tuple(reply for one in done for reply in one.replies), notices)

    async def _release_one(self, work: UnitOfWork, by: Actor, precinct: int) -> Answer:
        hold = await work.holds.locked(precinct, self._clock())
        if hold is None:
            raise NotFound(
                f"Precinct {precinct} is not held.",
                "It may have been released just now, or its time is over.",
                "not_held",
                {"number": precinct},
            )
        if hold.asked_handle and not _is_same(by, hold.asked_by, hold.asked_handle):
            await work.holds.release(hold, by, self._clock())
            await self._log(work, by, "release", precinct)
            return Answer((self._cards.released(hold, by),))
        others = await self._others(work, by, (precinct,))
        if not hold.asked_handle:
            await work.holds.ask_release(hold, by, self._clock())
            await self._log(work, by, "ask_release", precinct)
        notices = tuple(Notice(one.contact, asks_release(by.handle, precinct)) for one in others if one.contact)
        mine = _is_same(by, hold.by, hold.handle)
        return Answer(
            (self._cards.asked(hold, mine=mine, others=[one.handle for one in others]),),
            () if hold.asked_handle else notices,
        )

    async def overview(self, work: UnitOfWork, person: Person) -> Answer:
        """One line per held precinct of this person's area."""
        check_watcher(person, ())
        held = await work.holds.open(visible_precincts(person), self._clock())
        return Answer((self._cards.overview(held),) if held else ())

    async def card(self, work: UnitOfWork, person: Person, precinct: int) -> Answer:
        """One precinct as it stands, with what can be done there. Raises NotAllowed, NotFound."""
        _actor(person, (precinct,))
        now = self._clock()
        held = await work.holds.open([precinct], now)
        incident = await work.incidents.newest(precinct, now)
        return Answer((self._cards.card(person, precinct, held[0] if held else None, incident),))

    async def timeline(self, work: UnitOfWork, person: Person, precinct: int | None) -> Answer:
        """What was held and why, staff handles only; of this person's whole area without a precinct."""
        wanted = visible_precincts(person) if precinct is None else frozenset({precinct})
        _actor(person, wanted)
        return Answer((self._cards.timeline(await work.holds.stories(wanted, MOST_STORIES)),))

    async def declare(self, work: UnitOfWork, person: Person, precinct: int) -> Answer:
        """The first of two; whoever declares holds as well. Raises NotAllowed, NotFound."""
        by, now = _actor(person, (precinct,)), self._clock()
        hold = await self._held(work, by, precinct)
        if await work.incidents.newest(precinct, now) is not None:
            return await self.card(work, person, precinct)
        incident = await work.incidents.declare(precinct, by, now)
        await work.holds.note(hold, HoldStep.DECLARE, by, now)
        await self._log(work, by, "declare_incident", precinct)
        others = await self._others(work, by, (precinct,))
        notices = tuple(Notice(one.contact, asks_confirmation(by.handle, incident)) for one in others if one.contact)
        return Answer((self._cards.declared(precinct, [one.handle for one in others]),), notices)

    async def confirm(self, work: UnitOfWork, person: Person, incident_id: int) -> Answer:
        """The second of two. Raises NotAllowed for the first one, NotFound."""
        incident, now = await work.incidents.get(incident_id), self._clock()
        by = _actor(person, (incident.precinct,))
        left = incident.declared_by is None and not incident.is_confirmed
        if left or not incident.is_open(now):
            raise NotFound("This incident is not there any more.", "Declare it again.", "no_incident")
        if _is_same(by, incident.declared_by, incident.declared_handle):
            raise NotAllowed(
                "You declared it, so somebody else confirms it.", "Ask another one of your area.", "own_incident"
            )
        if await work.incidents.confirm(incident_id, by, now):
            held = await work.holds.open([incident.precinct], now)
            if held:
                await work.holds.note(held[0], HoldStep.CONFIRM, by, now)
            await self._log(work, by, "confirm_incident", incident.precinct)
        return await self.card(work, person, incident.precinct)

    async def _held(self, work: UnitOfWork, by: Actor, precinct: int) -> Hold:
        """The open hold, locked, or a new one: so two who declare at once take turns."""
        now = self._clock()
        hold = await work.holds.locked(precinct, now)
        if hold is None:
            hold = await work.holds.hold(precinct, by, now)
            await work.holds.settle(now)
            await self._log(work, by, "hold", precinct)
        return hold

    async def _others(self, work: UnitOfWork, by: Actor, precincts: Iterable[int]) -> list[Watcher]:
        found: dict[int, Watcher] = {}
        for precinct in precincts:
            for one in await work.holds.watchers(precinct):
                if one.contact_id != by.contact_id:
                    found.setdefault(one.contact_id, one)
        return list(found.values())

    async def _log(self, work: UnitOfWork, by: Actor, action: str, precinct: int) -> None:
        await work.audit.append(AuditEntry(by.handle, action, f"precinct:{precinct}"), self._clock())


def _actor(person: Person, precincts: Iterable[int]) -> Actor:
    return Actor(check_watcher(person, precincts), person.handle)


def _is_same(by: Actor, contact_id: int | None, handle: str) -> bool:
    """By handle too: a person who left and came back is still one person."""
    return by.contact_id == contact_id or by.handle == handle
