"""What stays of messages and acts when their rows go after 30 days, and when rows went (safety A5)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, staff
from campaign_engine.store.tables.base import Id, metadata

_AFTER = "30 days after the campaign, then only counts"


def _of_somebody() -> sa.ForeignKeyConstraint:
    """PostgreSQL takes twice as long for a flag when it looks its person up, so there `contact_gone` takes flags along.

    No flag is left behind: whoever sets one holds its person or their message (store.fact_triggers).
    """
    return sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE").ddl_if(dialect="sqlite")


delivery_counts = sa.Table(
    "delivery_counts",
    metadata,
    person("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True, keep="for good"),
    person("day", sa.Date, primary_key=True, keep="for good"),
    person("lane", sa.String(20), primary_key=True, keep="for good"),
    person("precinct", sa.Integer, primary_key=True, keep="for good"),
    person("site_id", Id, primary_key=True, keep="for good"),
    person("status", sa.String(16), primary_key=True, keep="for good"),
    person("reason", sa.String(32), primary_key=True, keep="for good"),
    person("messages", sa.Integer, keep="for good"),
)
"""Messages to people, counted by the transaction that removes them; precinct and site are 0 where there was none."""

first_times = sa.Table(
    "first_times",
    metadata,
    person("contact_id", Id, primary_key=True, keep=_AFTER),
    person("campaign_id", Id, primary_key=True, keep=_AFTER),
    person("what", sa.String(16), primary_key=True, keep=_AFTER),
    person("precinct", sa.Integer, nullable=True, keep=_AFTER),
    _of_somebody(),
    sqlite_with_rowid=False,
)
"""That a person was written to, joined, took part or left, once per campaign, when the rows that say so have gone.

No campaign is ever deleted, so its number is not looked up for each of millions of flags.
"""

week_times = sa.Table(
    "week_times",
    metadata,
    person("contact_id", Id, primary_key=True, keep=_AFTER),
    person("campaign_id", Id, primary_key=True, keep=_AFTER),
    person("what", sa.String(16), primary_key=True, keep=_AFTER),
    person("week", sa.Date, primary_key=True, keep=_AFTER),
    _of_somebody(),
    sqlite_with_rowid=False,
)
"""The same once for each week, by its Sunday in New York; not what stays so once it is so (trained, inviting)."""

week_gone = sa.Table(
    "week_gone",
    metadata,
    person("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True, keep="for good"),
    person("week", sa.Date, primary_key=True, keep="for good"),
    person("what", sa.String(16), primary_key=True, keep="for good"),
    person("people", sa.Integer, keep="for good"),
    sqlite_with_rowid=False,
)
"""Distinct people of a week who have no flag any more: they were deleted, or their campaign is closed."""

leaver_counts = sa.Table(
    "leaver_counts",
    metadata,
    person("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True, keep="for good"),
    person("kind", sa.String(16), primary_key=True, keep="for good"),
    person("precinct", sa.Integer, primary_key=True, keep="for good"),
    person("people", sa.Integer, keep="for good"),
)
"""People who left while a campaign ran and of whom nothing else is kept; precinct is 0 where there was none."""

closings = sa.Table(
    "closings",
    metadata,
    staff("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True, keep="for good"),
    staff("closed_at", UtcDateTime, keep="for good"),
    person("without_person", sa.Integer, keep="for good"),
)
"""Campaigns whose people are counts by now; `without_person` are the pledges that nobody was linked to."""

closing_counts = sa.Table(
    "closing_counts",
    metadata,
    person("id", Id, primary_key=True, keep="for good"),
    person("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), index=True, keep="for good"),
    person("channel", sa.String(20), keep="for good"),
    person("precinct", sa.Integer, nullable=True, keep="for good"),
    person("site_id", Id, nullable=True, keep="for good"),
    person("generation", sa.Integer, keep="for good"),
    person("during", sa.Boolean, keep="for good"),
    person("delivered", sa.Boolean, keep="for good"),
    person("blocked", sa.Boolean, keep="for good"),
    person("joined", sa.Boolean, keep="for good"),
    person("joined_elsewhere", sa.Boolean, keep="for good"),
    person("engaged", sa.Boolean, keep="for good"),
    person("pledged", sa.Boolean, keep="for good"),
    person("pledge_precinct", sa.Integer, nullable=True, keep="for good"),
    person("pledge_site", Id, nullable=True, keep="for good"),
    person("pledge_in_room", sa.Boolean, keep="for good"),
    person("people", sa.Integer, keep="for good"),
)
"""How many people had the same facts when their campaign was closed; the measures are read from these."""

retention_runs = sa.Table(
    "retention_runs",
    metadata,
    staff("rule", sa.String(20), primary_key=True, keep="for good"),
    staff("ran_at", UtcDateTime, keep="for good"),
    staff("removed", sa.Integer, keep="for good"),
)
