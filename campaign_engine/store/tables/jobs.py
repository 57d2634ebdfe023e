"""Processes at work, and background jobs that fail; on PostgreSQL the queue's own tables stand beside, made by its
library.
"""

from typing import Any

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, public, staff
from campaign_engine.store.tables.base import metadata

UNTIL_WELL = "until it works again"

failing_jobs = sa.Table(
    "failing_jobs",
    metadata,
    public("name", sa.String(32), primary_key=True, keep=UNTIL_WELL),
    public("about", sa.BigInteger, primary_key=True, keep=UNTIL_WELL),
    public("attempts", sa.Integer, keep=UNTIL_WELL),
    public("code", sa.String(64), keep=UNTIL_WELL),
    public("failed_at", UtcDateTime, keep=UNTIL_WELL),
    public("next_at", UtcDateTime, keep=UNTIL_WELL),
)


SILENT = "an hour after its last sign"

processes = sa.Table(
    "processes",
    metadata,
    staff("id", sa.String(16), primary_key=True, keep=SILENT),
    staff("machine", sa.String(64), keep=SILENT),
    staff("roles", sa.String(64), keep=SILENT),
    staff("started_at", UtcDateTime, keep=SILENT),
    staff("seen_at", UtcDateTime, keep=SILENT),
)


def make_queue(connection: sa.Connection) -> None:
    """Tables and functions of procrastinate, whose names all begin with its own; they hold no people, only numbers."""
    from procrastinate.schema import SchemaManager

    connection.exec_driver_sql(SchemaManager.get_schema(), execution_options={"no_parameters": True})


@sa.event.listens_for(metadata, "after_create")
def _beside(_metadata: sa.MetaData, connection: sa.Connection, **_: Any) -> None:
    if connection.dialect.name == "postgresql":
        make_queue(connection)
