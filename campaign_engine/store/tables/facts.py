"""Counts that follow every message and every act in its own transaction; reports read them (issue 7.2, ADR 21).

`part` only spreads the rows of one key over the connections of PostgreSQL, so that nobody waits for a counter: sum it.
"""

import sqlalchemy as sa

from campaign_engine.store import fact_triggers
from campaign_engine.store.columns import person, public
from campaign_engine.store.tables.base import Id, metadata

KEPT = "for good"
_NOT = {"primary_key": True, "autoincrement": False}

delivery_facts = sa.Table(
    "delivery_facts",
    metadata,
    person("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="CASCADE"), keep=KEPT, **_NOT),
    person("is_room", sa.Boolean, primary_key=True, keep=KEPT),
    person("lane", sa.String(20), primary_key=True, keep=KEPT),
    person("precinct", sa.Integer, keep=KEPT, **_NOT),
    person("site_id", Id, keep=KEPT, **_NOT),
    person("status", sa.String(16), primary_key=True, keep=KEPT),
    person("reason", sa.String(32), primary_key=True, keep=KEPT),
    person("part", sa.Integer, keep=KEPT, **_NOT),
    person("messages", sa.Integer, keep=KEPT),
    sqlite_with_rowid=False,
)
"""Deliveries that are there and need nothing more, by how they ended; 0 for no precinct and no site."""

action_facts = sa.Table(
    "action_facts",
    metadata,
    person("campaign_id", Id, keep=KEPT, **_NOT),
    person("day", sa.Date, primary_key=True, keep=KEPT),
    person("kind", sa.String(16), primary_key=True, keep=KEPT),
    person("channel", sa.String(20), primary_key=True, keep=KEPT),
    person("precinct", sa.Integer, keep=KEPT, **_NOT),
    person("site_id", Id, keep=KEPT, **_NOT),
    person("generation", sa.Integer, keep=KEPT, **_NOT),
    person("part", sa.Integer, keep=KEPT, **_NOT),
    person("actions", sa.Integer, keep=KEPT),
    person("removed", sa.Integer, keep=KEPT),
    sqlite_with_rowid=False,
)
"""First acts of a day by rows that are there, `removed` those whose rows went; 0 for no campaign, precinct or site."""

people_facts = sa.Table(
    "people_facts",
    metadata,
    person("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), keep=KEPT, **_NOT),
    person("what", sa.String(16), primary_key=True, keep=KEPT),
    person("precinct", sa.Integer, keep=KEPT, **_NOT),
    person("site_id", Id, keep=KEPT, **_NOT),
    person("channel", sa.String(20), primary_key=True, keep=KEPT),
    person("generation", sa.Integer, keep=KEPT, **_NOT),
    person("week", sa.Date, primary_key=True, keep=KEPT),
    person("counted", sa.Boolean, primary_key=True, keep=KEPT),
    person("part", sa.Integer, keep=KEPT, **_NOT),
    person("people", sa.Integer, keep=KEPT),
    person("gone", sa.Integer, keep=KEPT),
    sqlite_with_rowid=False,
)
"""Distinct people by what they did in a campaign, from `first_times`; `gone` of them without a flag by now.

Where somebody counts is where they are: the precinct they chose, their site, channel and generation, and the Sunday
that began the week in which they signed up. `counted` is false for staff and for whoever has not confirmed a sign-up.
"""

fact_pause = sa.Table(
    "fact_pause",
    metadata,
    public("id", Id, primary_key=True, autoincrement=False, keep="within one transaction"),
)
"""A row while a transaction on SQLite counts by itself what triggers would count row by row; no other one sees it."""


@sa.event.listens_for(metadata, "after_create")
def _follow(_: sa.MetaData, connection: sa.Connection, **_options: object) -> None:
    """Whoever makes the tables makes what keeps them."""
    fact_triggers.install(connection)
