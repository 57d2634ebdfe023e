"""Makes the facts of reports anew from the rows that are there; what has none any more stays as it was counted."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.area import week_begin
from campaign_engine.domain.lesson import DONE
from campaign_engine.store import fact_rules as rules
from campaign_engine.store import fact_triggers
from campaign_engine.store.database import Database
from campaign_engine.store.fact_rules import POSTGRES, SQLITE, Words, of_week, written
from campaign_engine.store.tables import campaigns, first_times, occurrences, posts, week_times

Bar = Callable[[int, int], None]
"""Steps done, of how many."""


_JOINS = f"(SELECT * FROM actions WHERE kind = '{ActionKind.JOIN}')"
_WHERE_PEOPLE_ARE = "first_times, contacts, addresses, staff_members, recent_signups"
_OF_MESSAGES = (rules.DELIVERED, rules.BLOCKED)
_OF_ACTS = (rules.JOINED_BY_POST, rules.JOINED, rules.REACHED, rules.ENGAGED, rules.PLEDGED)
_ROOM_TO_GROUP = "SET LOCAL work_mem = '128MB'"


@dataclass(frozen=True, slots=True)
class Step:
    """Statements of one transaction; writers of `table` wait until it ends, so that nothing is counted twice.

    `alone` names the trigger whose work the step does itself. A `shared` step waits for no other shared one.
    """

    table: str
    statements: tuple[str, ...]
    alone: str = ""
    shared: bool = False


async def rebuild(database: Database, bar: Bar) -> int:
    """How many steps it took. Each is whole or not there, so it can be ended at any moment and begun again.

    Figures are right before, while and after it runs; people who are gone, and messages and acts whose rows went after
    30 days, stay as they were counted. Raises StoreUnavailable.
    """
    async with database.read() as connection:
        chains = await connection.run_sync(lambda inner: [[*one] for one in _chains(inner)])
    apart, rest = chains[:-1], chains[-1]
    total, done = sum(map(len, chains)), 0

    async def run(steps: Sequence[Step]) -> None:
        nonlocal done
        for step in steps:
            bar(done, total)
            async with database.write() as connection:
                await connection.run_sync(_run, step)
            done += 1

    try:
        async with asyncio.TaskGroup() as group:
            for one in apart:
                group.create_task(run(one))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    await run(rest)
    bar(total, total)
    return total


def rebuild_on(connection: sa.Connection) -> None:
    """The same within somebody's transaction."""
    for step in [*chain(*_chains(connection))]:
        _run(connection, step)


async def uncount(connection: AsyncConnection, contact_id: int) -> None:
    """Take somebody's first times out of the counts: they turned out to be a person who is counted already."""
    words = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    mine = f"(SELECT * FROM first_times WHERE contact_id = {contact_id})"
    await connection.exec_driver_sql(written(rules.PEOPLE, words, mine, people="-count(*)"))
    for flags in (first_times, week_times):
        await connection.execute(flags.delete().where(flags.c.contact_id == contact_id))


async def close_weeks(connection: AsyncConnection, campaign_id: int) -> None:
    """A campaign's people of each week become counts (safety A5)."""
    words = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    mine = f"(SELECT * FROM week_times WHERE campaign_id = {campaign_id})"
    await connection.exec_driver_sql(written(rules.GONE_OF_WEEK, words, mine))
    await connection.execute(week_times.delete().where(week_times.c.campaign_id == campaign_id))


async def keep_actions(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Of acts whose rows are about to go."""
    words = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    mine = f"(SELECT * FROM actions WHERE id IN ({', '.join(map(str, ids))}))"
    if ids:
        await connection.exec_driver_sql(written(rules.ACTIONS, words, mine, actions="0", removed="count(*)"))


def _run(connection: sa.Connection, step: Step) -> None:
    if connection.dialect.name == "postgresql":
        mode = "SHARE" if step.shared else "SHARE ROW EXCLUSIVE"
        connection.exec_driver_sql(f"LOCK TABLE {step.table} IN {mode} MODE")
        connection.exec_driver_sql(_ROOM_TO_GROUP)
    with fact_triggers.paused(connection, step.alone) if step.alone else nullcontext():
        for statement in step.statements:
            connection.exec_driver_sql(statement)


def _chains(connection: sa.Connection) -> tuple[Iterator[Step], ...]:
    """Messages, and acts with pledges, give flags of weeks, each its own; these give first times, and those people.

    All but the last can run side by side: none waits for what another one locks or writes.
    """
    words = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    of = connection.scalars(sa.select(campaigns.c.id).order_by(campaigns.c.id)).all()
    messages = (Step("deliveries", tuple(_messages(words, fired))) for fired in _fired_together(connection))
    return chain(messages, _first(words, of, _OF_MESSAGES)), _acted(words, of), _counted(words, of)


def _acted(words: Words, of: Sequence[int]) -> Iterator[Step]:
    for campaign in (0, *of):
        yield Step("actions", tuple(_acts(words, campaign)))
    for campaign in of:
        yield Step("pledges", tuple(_pledges(words, campaign)))
    yield Step("actions", (_flags(of_week(rules.OF_JOINS_WITHOUT_POST), words, _JOINS),))
    yield from _first(words, of, _OF_ACTS)


def _first(words: Words, of: Sequence[int], whats: Sequence[str]) -> Iterator[Step]:
    """On PostgreSQL, where foreign keys take longest, first times come from weeks side by side; they are counted later.

    Nobody can be deleted meanwhile, so that every flag has its person.
    """
    for campaign in of if words is POSTGRES else ():
        which = ", ".join(f"'{what}'" for what in whats)
        rows = f"(SELECT * FROM week_times WHERE campaign_id = {campaign} AND what IN ({which}))"
        yield Step("contacts", (_flags(rules.OF_WEEKS, words, rows),), shared=True)


def _counted(words: Words, of: Sequence[int]) -> Iterator[Step]:
    for campaign in of:
        yield Step(_WHERE_PEOPLE_ARE, tuple(_people(words, campaign)), alone="first_time")
    yield Step("actions", tuple(_of_no_campaign(words)))


def _fired_together(connection: sa.Connection) -> Iterator[Sequence[int]]:
    """Occurrences of one step: those of a campaign's week, to whose flags no other comes; on SQLite each by itself.

    SQLite has one writer, and others wait for it ten seconds at most.
    """
    wanted = sa.select(posts.c.campaign_id, occurrences.c.wall_time, occurrences.c.id).join_from(occurrences, posts)
    found: dict[object, list[int]] = {}
    for campaign, wall, number in connection.execute(wanted.order_by(occurrences.c.id)):
        together = (campaign, week_begin(wall.date()))
        found.setdefault(number if connection.dialect.name == "sqlite" else together, []).append(number)
    yield from found.values()


def _flags(rule: str, words: Words, rows: str) -> str:
    """SQLite finds what is there twice while it inserts; PostgreSQL inserts far faster what is new and in order."""
    if words is SQLITE:
        return written(rule, words, rows).replace("SELECT DISTINCT", "SELECT", 1)
    return written(rule, words, rows).replace("ON CONFLICT", "ORDER BY 1\nON CONFLICT", 1)


def _messages(words: Words, fired: Sequence[int]) -> Iterator[str]:
    these = f"occurrence_id IN ({', '.join(map(str, fired))})"
    rows = f"(SELECT * FROM deliveries WHERE {these})"
    yield f"DELETE FROM delivery_facts WHERE {these}"
    yield written(rules.DELIVERIES, words, rows, part="0")
    for rule in (rules.OF_DELIVERIES, rules.OF_BOUNCED):
        yield _flags(of_week(rule), words, rows)


def _acts(words: Words, campaign: int) -> Iterator[str]:
    is_its = f"campaign_id = {campaign}" if campaign else "campaign_id IS NULL"
    rows = f"(SELECT * FROM actions WHERE {is_its})"
    yield f"UPDATE action_facts SET actions = 0 WHERE campaign_id = {campaign}"
    yield written(rules.ACTIONS, words, rows, part="0")
    yield f"DELETE FROM action_facts WHERE campaign_id = {campaign} AND actions = 0 AND removed = 0"
    if campaign:
        yield _flags(of_week(rules.OF_ACTIONS), words, rows)


def _pledges(words: Words, campaign: int) -> Iterator[str]:
    rows = f"(SELECT * FROM pledges WHERE campaign_id = {campaign})"
    yield f"DELETE FROM people_facts WHERE campaign_id = {campaign} AND what = '{rules.WITHOUT_PERSON}'"
    yield written(rules.PLEDGES_WITHOUT_PERSON, words, rows, part="0")
    yield _flags(of_week(rules.OF_PLEDGES), words, rows)


def _people(words: Words, campaign: int) -> Iterator[str]:
    rows = f"(SELECT * FROM first_times WHERE campaign_id = {campaign})"
    if words is SQLITE:
        yield _flags(rules.OF_WEEKS, words, f"(SELECT * FROM week_times WHERE campaign_id = {campaign})")
    yield f"UPDATE people_facts SET people = gone WHERE campaign_id = {campaign}"
    yield written(rules.PEOPLE, words, rows, part="0")
    yield f"DELETE FROM people_facts WHERE campaign_id = {campaign} AND people = 0 AND gone = 0"


def _of_no_campaign(words: Words) -> Iterator[str]:
    """Leaving, invites and lessons say nothing of a campaign: they count where somebody was written to or reached."""
    yield written(rules.OF_LEAVING, words, "actions")
    yield written(of_week(rules.OF_LEAVING), words, "actions")
    sources = (
        f"SELECT contact_id FROM actions WHERE kind = '{ActionKind.INVITE}'",
        f"SELECT contact_id FROM first_times WHERE what = '{rules.INVITING}'",
        f"SELECT contact_id FROM lesson_progress WHERE reached >= {DONE}",
    )
    yield written(rules.OF_WHO_IS_REACHED, words, f"({' UNION '.join(sources)})")
