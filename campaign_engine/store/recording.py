"""How a batch of messages ended, written in one go with what is counted of it.

PostgreSQL: one update, and triggers that run once for it. SQLite runs triggers for each row, so there the same rules
run over the batch instead (ADR 21), in one visit to the connection's thread.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.ports.sending import Outcome
from campaign_engine.store import fact_rules as rules
from campaign_engine.store import sqlite_driver
from campaign_engine.store.compound import document, rows_of
from campaign_engine.store.fact_forms import ungrouped
from campaign_engine.store.fact_rules import SQLITE, written
from campaign_engine.store.short import tell
from campaign_engine.store.tables import deliveries
from campaign_engine.store.tables.base import Id
from campaign_engine.store.unsettled import IS_SENDING


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes of deliveries that are sending under this epoch of the lane; what is not any more stays as it is."""

    lane: str
    epoch: int
    now: datetime
    outcomes: Sequence[Outcome]


async def record(connection: AsyncConnection, batch: Batch) -> int:
    """How many were recorded. A retry without a time of its own is due at once; for an end the time means nothing."""
    if connection.dialect.name == "sqlite":
        tell(connection, UPDATE, {"lane": batch.lane, "epoch": batch.epoch, "now": _stored(batch.now)})
        return int(await sqlite_driver.of(connection).together(lambda driver: _on_sqlite(driver, batch)))
    return (await connection.execute(_on_postgres(), _given(batch))).rowcount


SETUP = (
    "CREATE TEMP TABLE ended (id, status, reason, platform_id, next_attempt_at, untried)",
    "CREATE TEMP TABLE ended_rows (occurrence_id, contact_id, is_room, lane, precinct, site_id, status, reason)",
    "CREATE TEMP TABLE ended_flags (contact_id, campaign_id, what, week)",
)
"""What a SQLite connection is told once."""

_NEW = """(SELECT DISTINCT f.contact_id, f.campaign_id, f.what FROM temp.ended_flags f WHERE NOT EXISTS (
SELECT 1 FROM first_times t WHERE t.contact_id = f.contact_id AND t.campaign_id = f.campaign_id AND t.what = f.what))"""
FACTS: tuple[str, ...] = (
    """INSERT INTO temp.ended_rows
SELECT d.occurrence_id, d.contact_id, d.is_room, d.lane, d.precinct, d.site_id, e.status, e.reason
FROM temp.ended e CROSS JOIN deliveries d ON d.id = e.id
WHERE d.lane = :lane AND d.epoch + 0 = :epoch AND d.status || '' = 'sending'""",
    "INSERT INTO fact_pause VALUES (1)",
    ungrouped(written(rules.DELIVERIES, SQLITE, "temp.ended_rows", messages="1")),
    written(rules.told(rules.OF_DELIVERIES, "temp.ended_flags"), SQLITE, "temp.ended_rows"),
    ungrouped(written(rules.PEOPLE, SQLITE, _NEW, people="1")),
    """INSERT INTO first_times (contact_id, campaign_id, what)
SELECT contact_id, campaign_id, what FROM temp.ended_flags WHERE 1 = 1 ON CONFLICT DO NOTHING""",
    """INSERT INTO week_times (contact_id, campaign_id, what, week)
SELECT contact_id, campaign_id, what, week FROM temp.ended_flags WHERE 1 = 1 ON CONFLICT DO NOTHING""",
)
"""Before the update, of the rows as they will be; people before their flags, by which they are found to be new.

The sums keep SQLite from reading everything that is sending for each row of the batch: it looks them up by id.
"""

UPDATE = """UPDATE deliveries AS d SET status = e.status, reason = e.reason, attempts = d.attempts - e.untried,
next_attempt_at = e.next_attempt_at, platform_id = e.platform_id, updated_at = :now
FROM temp.ended e WHERE d.id = e.id AND d.lane = :lane AND d.epoch + 0 = :epoch AND d.status || '' = 'sending'"""
_DONE = (
    "DELETE FROM fact_pause",
    "DELETE FROM temp.ended",
    "DELETE FROM temp.ended_rows",
    "DELETE FROM temp.ended_flags",
)


def _on_sqlite(driver: sqlite3.Connection, batch: Batch) -> int:
    now = _stored(batch.now)
    ended = {
        one.delivery_id: (
            one.delivery_id, one.status.value, one.reason, one.platform_id,
            _stored(one.next_attempt_at) if one.next_attempt_at else now, 0 if one.tried else 1,
        )
        for one in batch.outcomes
    }  # fmt: skip
    driver.executemany("INSERT INTO temp.ended VALUES (?, ?, ?, ?, ?, ?)", ended.values())
    mine = {"lane": batch.lane, "epoch": batch.epoch, "now": now}
    for statement in FACTS:
        driver.execute(statement, mine)
    changed = driver.execute(UPDATE, mine).rowcount
    for statement in _DONE:
        driver.execute(statement)
    return changed


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


_TYPES = {
    "id": Id,
    **{name: deliveries.c[name].type for name in ("status", "reason", "platform_id", "next_attempt_at")},
    "untried": sa.Integer(),
}


def _given(batch: Batch) -> dict[str, Any]:
    rows = [
        {
            "id": one.delivery_id,
            "status": one.status.value,
            "reason": one.reason,
            "platform_id": one.platform_id,
            "next_attempt_at": one.next_attempt_at or batch.now,
            "untried": 0 if one.tried else 1,
        }
        for one in batch.outcomes
    ]
    given = {"of_lane": batch.lane, "of_epoch": batch.epoch, "to_now": batch.now}
    return {**given, "rows": document("postgresql", rows)}


@cache
def _on_postgres() -> sa.Update:
    _, one = rows_of("postgresql", sa.bindparam("rows", type_=sa.Text()), "ended", _TYPES)
    mine = sa.and_(deliveries.c.lane == sa.bindparam("of_lane"), deliveries.c.epoch == sa.bindparam("of_epoch"))
    changed = {name: value for name, value in one.items() if name not in ("id", "untried")}
    return (
        deliveries.update()
        .where(deliveries.c.id == one["id"], mine, IS_SENDING)
        .values(attempts=deliveries.c.attempts - one["untried"], updated_at=sa.bindparam("to_now"), **changed)
    )
