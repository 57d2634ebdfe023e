"""Makes the facts of reports anew from the rows that are there; what has none any more stays as it was counted.

Flags come range by range of people, then counts are corrected by what they differ from a recount of one moment: neither
makes a writer wait for more than one short step.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, pairwise

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.area import week_begin
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.lesson import DONE
from campaign_engine.store import fact_rules as rules
from campaign_engine.store import fact_triggers
from campaign_engine.store.database import Database
from campaign_engine.store.fact_forms import corrected
from campaign_engine.store.fact_rules import POSTGRES, SQLITE, Words, of_week, written
from campaign_engine.store.tables import campaigns, contacts, first_times, occurrences, posts, week_times

Bar = Callable[[int, int], None]
"""Steps done, of how many."""

PEOPLE_AT_ONCE = 2_000
"""Of one step: whoever deletes one of them waits for it, a fraction of a second."""

_TRIES = 5
_LOCK = 0x66616374  # "fact": any number that nothing else locks
_SETTINGS = ("SET LOCAL work_mem = '128MB'", "SET LOCAL jit = off")
"""Room to count without sorting; statements of a second are not worth compiling."""

_OF_MESSAGES = f"IN ('{rules.DELIVERED}', '{rules.BLOCKED}')"
_OF_ACTS = f"NOT {_OF_MESSAGES}"


@dataclass(frozen=True, slots=True)
class Step:
    """Statements of one transaction, which is whole or not there.

    Two of one `kind` never run at once, so that two rebuilds do not both put the same count right. Steps without add
    flags that are not counted yet, for rows that are there.
    """

    statements: tuple[str, ...]
    kind: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """`counts` and `flags` can run side by side; `people` counts flags, so it comes after them."""

    counts: Sequence[Step]
    flags: Sequence[Step]
    people: Sequence[Step]


async def rebuild(database: Database, bar: Bar) -> int:
    """How many steps it took; it can be ended at any moment and begun again.

    Figures that are right stay right while it runs; people who are gone, and messages and acts whose rows went after
    30 days, stay as they were counted. Raises StoreUnavailable.
    """
    async with database.read() as connection:
        plan = await connection.run_sync(_plan)
    total, done = len(plan.counts) + len(plan.flags) + len(plan.people), 0

    async def run(steps: Iterable[Step]) -> None:
        nonlocal done
        for step in steps:
            bar(done, total)
            await _carried_out(database, step)
            done += 1

    flags, people = iter(plan.flags), iter(plan.people)
    for chains in ((chain(plan.counts, flags), flags), (people, people)):
        try:
            async with asyncio.TaskGroup() as group:
                for one in chains[:1] if database.is_sqlite else chains:
                    group.create_task(run(one))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
    bar(total, total)
    return total


async def _carried_out(database: Database, step: Step, tries: int = _TRIES) -> None:
    """Once more where somebody wrote the same flag at that moment, or the database ended one of two that waited."""
    try:
        async with database.write(trusted=not step.kind) as connection:
            await connection.run_sync(_run, step)
    except (IntegrityError, Conflict):
        if tries == 1:
            raise
        await _carried_out(database, step, tries - 1)


def rebuild_on(connection: sa.Connection) -> None:
    """The same within somebody's transaction."""
    plan = _plan(connection)
    for step in (*plan.counts, *plan.flags, *plan.people):
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
        for setting in _SETTINGS:
            connection.exec_driver_sql(setting)
        if step.kind:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK}, {step.kind})")
    with nullcontext() if step.kind else fact_triggers.trusted(connection):
        for statement in step.statements:
            connection.exec_driver_sql(statement)


def _plan(connection: sa.Connection) -> _Plan:
    words = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    of = connection.scalars(sa.select(campaigns.c.id).order_by(campaigns.c.id)).all()
    messages = [Step((_messages(words, fired),), 1) for fired in _fired_together(connection)]
    acts = [Step((_acts(words, campaign),), 2) for campaign in (0, *of)]
    flags = [Step(tuple(_flags(words, *ends))) for ends in _ranges(connection)]
    people = [Step((_people(words, which),), kind) for kind, which in ((3, _OF_MESSAGES), (4, _OF_ACTS))]
    return _Plan((*messages, *acts, Step((_alone(words),), 5)), flags, (*people, Step(tuple(_swept()), 6)))


def _fired_together(connection: sa.Connection) -> Iterator[Sequence[int]]:
    """Occurrences of one step: those of a campaign's week; on SQLite, where others wait for a writer, one."""
    wanted = sa.select(posts.c.campaign_id, occurrences.c.wall_time, occurrences.c.id).join_from(occurrences, posts)
    found: dict[object, list[int]] = {}
    for campaign, wall, number in connection.execute(wanted.order_by(occurrences.c.id)):
        together = (campaign, week_begin(wall.date()))
        found.setdefault(number if connection.dialect.name == "sqlite" else together, []).append(number)
    yield from found.values()


def _ranges(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    """From a contact's number to before another's. Who comes later is followed by triggers."""
    at = sa.func.row_number().over(order_by=contacts.c.id)
    numbered = sa.select(contacts.c.id, at.label("at")).subquery()
    firsts = sa.select(numbered.c.id).where(numbered.c.at % PEOPLE_AT_ONCE == 1).order_by(numbered.c.id)
    last = connection.scalar(sa.select(sa.func.max(contacts.c.id))) or 0
    yield from pairwise((*connection.scalars(firsts), last + 1))


def _messages(words: Words, fired: Sequence[int]) -> str:
    these = f"occurrence_id IN ({', '.join(map(str, fired))})"
    there = "SELECT occurrence_id, is_room, lane, precinct, site_id, status, reason, 0, -messages FROM delivery_facts"
    rule = corrected(rules.DELIVERIES, f"{there} WHERE {these}")
    return written(rule, words, f"(SELECT * FROM deliveries WHERE {these})", part="0")


def _acts(words: Words, campaign: int) -> str:
    rows = f"(SELECT * FROM actions WHERE campaign_id {f'= {campaign}' if campaign else 'IS NULL'})"
    there = "SELECT campaign_id, day, kind, channel, precinct, site_id, generation, 0, -actions, 0 FROM action_facts"
    return written(corrected(rules.ACTIONS, f"{there} WHERE campaign_id = {campaign}"), words, rows, part="0")


_COUNTED_THERE = "SELECT campaign_id, what, precinct, site_id, channel, generation, week, counted, 0"


def _alone(words: Words) -> str:
    there = f"{_COUNTED_THERE}, -people, -gone FROM people_facts WHERE what = '{rules.WITHOUT_PERSON}'"
    return written(corrected(rules.PLEDGES_WITHOUT_PERSON, there), words, "pledges", part="0")


def _people(words: Words, which: str) -> str:
    """Each person's place is found once, for all of their flags."""
    there = f"FROM people_facts WHERE what <> '{rules.WITHOUT_PERSON}' AND what {which}"
    rule = corrected(rules.PEOPLE, f"{_COUNTED_THERE}, gone - people, 0 {there}")
    place = written("(SELECT c.*, $week_created AS since, $counted AS counts FROM contacts c)", words, "")
    of_place = {"contacts": place, "week_created": "c.since", "counted": "c.counts", "part": "0"}
    return written(rule, words, f"(SELECT * FROM first_times WHERE what {which})", **of_place)


def _swept() -> Iterator[str]:
    """Counts of nothing, which take only room."""
    for table, counts in (
        ("delivery", ("messages",)),
        ("action", ("actions", "removed")),
        ("people", ("people", "gone")),
    ):
        yield f"DELETE FROM {table}_facts WHERE {' AND '.join(f'{one} = 0' for one in counts)}"


def _flags(words: Words, first: int, end: int) -> Iterator[str]:
    """Of the people of a range, from all that their rows say.

    On PostgreSQL nobody of them can be deleted meanwhile, so that each flag has its person, and no campaign be closed.
    """
    mine = f"WHERE contact_id >= {first} AND contact_id < {end}"
    if words is POSTGRES:
        yield "LOCK TABLE closings IN SHARE MODE"
        held = f"SELECT 1 FROM contacts WHERE id >= {first} AND id < {end} ORDER BY id FOR KEY SHARE"
        yield f"SELECT count(*) FROM ({held}) held"
        yield rules.missing("week_times", _all_of_weeks(mine), mine)
        first_times = written(rules.selected(rules.OF_WEEKS), words, f"(SELECT * FROM week_times {mine})")
        yield rules.missing("first_times", first_times, mine)
    else:
        for rule, rows in _rows_of(words, mine):
            yield written(of_week(rule), words, rows)
        yield written(rules.OF_WEEKS, words, f"(SELECT * FROM week_times {mine})")
    for rule in (rules.OF_LEAVING, of_week(rules.OF_LEAVING)):
        yield written(rule, words, f"(SELECT * FROM actions {mine})")
    yield written(rules.OF_FOLLOW_UPS, words, f"(SELECT * FROM follow_ups {mine})")
    sources = (
        f"SELECT contact_id FROM actions {mine} AND kind = '{ActionKind.INVITE}'",
        f"SELECT contact_id FROM first_times {mine} AND what = '{rules.INVITING}'",
        f"SELECT contact_id FROM lesson_progress {mine} AND reached >= {DONE}",
    )
    yield written(rules.OF_WHO_IS_REACHED, words, f"({' UNION '.join(sources)})")


def _rows_of(words: Words, mine: str) -> Iterator[tuple[str, str]]:
    """Each rule with its rows. The sum keeps SQLite from looking for whose they are in every occurrence."""
    number = "occurrence_id + 0 AS occurrence_id" if words is SQLITE else "occurrence_id"
    yield rules.OF_ENDED, f"(SELECT {number}, contact_id, is_room, status, reason FROM deliveries {mine})"
    yield rules.OF_ACTIONS, f"(SELECT * FROM actions {mine})"
    yield rules.OF_PLEDGES, f"(SELECT * FROM pledges {mine})"
    yield rules.OF_JOINS_WITHOUT_POST, f"(SELECT * FROM actions {mine} AND kind = '{ActionKind.JOIN}')"


def _all_of_weeks(mine: str) -> str:
    """On PostgreSQL, where a week is worked out once for each occurrence; OFFSET keeps it from being put off."""
    fired = written("(SELECT o.*, $week_fired AS week FROM occurrences o OFFSET 0)", POSTGRES, "")
    each = (
        written(rules.selected(of_week(rule)), POSTGRES, rows, occurrences=fired, week_fired="o.week")
        for rule, rows in _rows_of(POSTGRES, mine)
    )
    return "\nUNION ALL\n".join(each)
