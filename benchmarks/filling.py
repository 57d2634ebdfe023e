"""Millions of messages and acts that nothing counted yet, the same on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from benchmarks.crowd import make_crowd
from campaign_engine.cli.terminal import progress
from campaign_engine.store import fact_triggers
from campaign_engine.store import tables as t
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore

CIPHER = AddressCipher((b"k" * 32,), b"l" * 32)
KINDS = ("join", "tap", "answer", "pledge")
"""What everybody does once."""

_MORE_POSTS = (
    "INSERT INTO occurrences (post_id, version, wall_time, due_at, stale_at, status) SELECT post_id, version, "
    "{later}, due_at, stale_at, 'closed' FROM occurrences WHERE id = 1"
)
_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', wall_time, '{n} days')",
    "postgresql": "wall_time + interval '{n} days'",
}
_DELIVERIES = (
    "INSERT INTO deliveries (occurrence_id, contact_id, address_id, is_room, lane, precinct, language, status, reason, "
    "attempts, epoch, platform_id, updated_at, priority) SELECT o.id, a.contact_id, a.id, false, a.channel, "
    "c.precinct, c.language, CASE mod(a.id + o.id, 50) WHEN 0 THEN 'failed' ELSE 'sent' END, '', 1, 1, '', "
    "o.due_at, 2 FROM occurrences o CROSS JOIN addresses a JOIN contacts c ON c.id = a.contact_id "
    "WHERE o.id = {n} ORDER BY a.id"
)
_ACTS = (
    "INSERT INTO actions (contact_id, kind, campaign_id, channel, precinct, generation, day) "
    "SELECT id, '{kind}', 1, 'telegram', precinct, generation, {day} FROM contacts ORDER BY id"
)
_DAY = {"sqlite": "'2026-12-01'", "postgresql": "DATE '2026-12-01'"}
_UNHINDERED = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"),
    "postgresql": ("SET session_replication_role = replica", "SET maintenance_work_mem = '512MB'", "SET jit = off"),
}
"""All that rows refer to is there, so it is not looked up."""

_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '{table}'",
    "postgresql": (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}' "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)"
    ),
}
_UNIQUE = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'u' AND conrelid = CAST('{table}' AS regclass)"
)


async def fill(url: str, people: int, posts: int, now: datetime) -> None:
    """So many `people`, each with a message of every post and with four acts; triggers are there again at the end.

    On PostgreSQL for a superuser.
    """
    database = Database(url, CIPHER)
    try:
        async with database.write() as connection:
            await connection.run_sync(t.metadata.create_all)
        await (await make_crowd(SqlStore(database), people, now)).open()
        path = database.engine.url.set(drivername="sqlite" if database.is_sqlite else "postgresql+psycopg")
    finally:
        await database.close()
    engine = sa.create_engine(path, isolation_level="AUTOCOMMIT")
    with progress("Filling") as bar, engine.connect() as connection:
        for statement in _UNHINDERED[engine.dialect.name]:
            connection.exec_driver_sql(statement)
        fact_triggers.drop(connection)
        indexes = [one for table in ("deliveries", "actions") for one in _taken_off(connection, table)]
        steps = (*_steps(engine.dialect.name, posts), *indexes)
        for done, statement in enumerate(steps):
            bar(done, len(steps))
            connection.exec_driver_sql(statement)
        fact_triggers.install(connection)
    engine.dispose()


def _steps(dialect: str, posts: int) -> Iterator[str]:
    for number in range(1, posts):
        yield _MORE_POSTS.format(later=_LATER[dialect].format(n=number))
    for number in range(1, posts + 1):
        yield _DELIVERIES.format(n=number)
    for kind in KINDS:
        yield _ACTS.format(kind=kind, day=_DAY[dialect])


def _taken_off(connection: sa.Connection, table: str) -> Iterator[str]:
    """Statements that make a table's indexes again, which takes a fraction of the time once all rows are there."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        for name, text in connection.exec_driver_sql(_UNIQUE.format(table=table)).all():
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            yield f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}"
    for name, text in connection.exec_driver_sql(_INDEXES[dialect].format(table=table)).all():
        connection.exec_driver_sql(f"DROP INDEX {name}")
        yield text
