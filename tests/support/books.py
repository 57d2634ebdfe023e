"""Facts as a test sees them, and what a recomputation of all rows makes of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import sqlalchemy as sa

from analytics import facts as reading
from campaign_engine.store import fact_rules, facts
from campaign_engine.store import tables as t


class Books(Protocol):
    """A database and the campaign in it."""

    engine: sa.Engine
    id: int


class Opened:
    """The books of a house."""

    def __init__(self, url: str, campaign_id: int) -> None:
        parsed = sa.make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = sa.create_engine(parsed.set(drivername="sqlite" if sqlite else "postgresql+psycopg"))
        self.id = campaign_id


@contextmanager
def opened(url: str, campaign_id: int = 1) -> Iterator[Opened]:
    books = Opened(url, campaign_id)
    try:
        yield books
    finally:
        books.engine.dispose()


def read(books: Books, campaign: int | None = None) -> reading.Facts:
    with books.engine.connect() as connection:
        return reading.read(connection, campaign or books.id)


def weeks(books: Books) -> reading.Weeks:
    with books.engine.connect() as connection:
        return reading.read_weeks(connection, books.id)


def change(books: Books, statement: Any) -> None:
    with books.engine.begin() as connection:
        connection.execute(statement)


def everything(books: Books) -> dict[str, set[Any]]:
    """All facts without their parts, and the flags."""
    found = {}
    with books.engine.connect() as connection:
        for table in (t.delivery_facts, t.action_facts, t.people_facts):
            counted = {"messages", "actions", "removed", "people", "gone"}.intersection(table.c.keys())
            key = [column for column in table.c if column.name not in {*counted, "part"}]
            sums = [sa.func.sum(table.c[name]) for name in sorted(counted)]
            rows = connection.execute(sa.select(*key, *sums).group_by(*key))
            found[table.name] = {tuple(row) for row in rows if any(row[len(key) :])}
        flags = connection.execute(
            sa.select(t.first_times.c.contact_id, t.first_times.c.campaign_id, t.first_times.c.what)
        )
        found["first_times"] = {tuple(row) for row in flags}
        for table in (t.week_times, t.week_gone):
            found[table.name] = {tuple(row) for row in connection.execute(sa.select(table))}
    return found


def recomputed(books: Books) -> dict[str, set[Any]]:
    """From the rows alone: every flag and count that has rows is thrown away first."""
    for table in (t.delivery_facts, t.first_times, t.week_times):
        change(books, table.delete())
    change(books, t.action_facts.update().values(actions=0))
    change(books, t.people_facts.update().values(people=t.people_facts.c.gone))
    change(books, t.people_facts.delete().where(t.people_facts.c.what == fact_rules.WITHOUT_PERSON))
    with books.engine.begin() as connection:
        facts.rebuild_on(connection)
    return everything(books)


async def somebody_waits(books: Books) -> None:
    """Until a transaction of PostgreSQL waits for another one's end."""
    waits = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')"
    while True:
        with books.engine.connect() as connection:
            if connection.exec_driver_sql(waits).scalar():
                return
        await asyncio.sleep(0.01)
