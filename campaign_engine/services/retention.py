"""The nightly clean-up: every rule of domain.retention, in batches, so that nobody waits behind it (safety A5)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from campaign_engine.domain.retention import RULES, Rule
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

BATCH = 2000
"""Rows of one transaction."""

_BEFORE_ALL = timedelta(days=36500)

Apply = Callable[[UnitOfWork, datetime, datetime], Awaitable[int]]
"""Gets the transaction, the moment before which rows go, and now; gives how many went."""


class Retention:
    """May be stopped between any two batches and run again at any time: what has gone is not found again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self, now: datetime) -> int:
        """Apply every rule to its end; how many rows went. Raises StoreUnavailable."""
        total = 0
        for rule in RULES:
            removed = await self._to_the_end(rule, now)
            async with self._store.write() as work:
                await work.retention.note_run(rule.name, now, removed)
            total += removed
        await self._store.scrub()
        return total

    async def _to_the_end(self, rule: Rule, now: datetime) -> int:
        total = 0
        while True:
            async with self._store.write() as work:
                removed = await _APPLY[rule.name](work, now - rule.period, now)
            total += removed
            if rule.name not in _BATCHED or removed < BATCH:
                return total
            # Whoever waits to write comes first.
            await asyncio.sleep(0)


async def _looks(work: UnitOfWork, before: datetime, _now: datetime) -> int:
    return await work.audiences.forget_looks(to_wall(before).date())


_BATCHED = frozenset({"deliveries", "actions", "inactive"})
_APPLY: Mapping[str, Apply] = {
    "updates": lambda work, before, _: work.dialogues.forget_old(before, before - _BEFORE_ALL),
    "states": lambda work, before, _: work.dialogues.forget_old(before - _BEFORE_ALL, before),
    "age blocks": lambda work, before, _: work.contacts.forget_age_gates(before),
    "windows": lambda work, before, _: work.signups.forget(before),
    "sign-ups": lambda work, before, _: work.signups.forget_counted(before),
    "sources": lambda work, before, _: work.signups.forget_sources(to_wall(before).date()),
    "moves": lambda work, before, _: work.moves.forget(before),
    "looks": _looks,
    "requests": lambda work, before, _: work.team.forget_requests(before),
    "kiosks": lambda work, before, _: work.kiosks.forget_old(before),
    "inbox": lambda work, before, _: work.inbox.forget_old(before),
    "sign-ins": lambda work, before, _: work.staff_sessions.forget(before),
    "returns": lambda work, before, _: work.reviews.forget_returns(before),
    "sundays": lambda work, before, _: work.boards.forget_sundays(to_wall(before).date()),
    "deliveries": lambda work, before, _: work.retention.count_deliveries(before, BATCH),
    "actions": lambda work, before, _: work.retention.count_actions(before, BATCH),
    "follow-ups": lambda work, before, _: work.follow_ups.forget(before),
    "first times": lambda work, before, now: work.retention.close_campaigns(before, now),
    "invites": lambda work, before, _: work.retention.forget_invites(before),
    "inactive": lambda work, before, _: work.retention.forget_inactive(before, BATCH),
    "joined pledges": lambda work, before, _: work.joints.forget_joins(before),
    "joint pledges": lambda work, before, _: work.joints.forget(before),
    "counters": lambda work, before, _: work.retention.forget_counters(before),
    "campaigns": lambda work, before, _: work.retention.forget_campaign_work(before),
    "pictures": lambda work, before, _: work.pictures.forget_unused(before),
    "holds": lambda work, before, _: work.retention.forget_holds(before),
    "rooms": lambda work, before, _: work.retention.forget_rooms(before),
    "room figures": lambda work, before, _: work.retention.forget_room_figures(before),
    "uploads": lambda work, before, _: work.retention.forget_uploads(before),
    "audit": lambda work, before, _: work.retention.cut_audit(before),
}
