"""How far somebody is in the lessons, and which of the series they were sent; no answer is kept (safety N2)."""

import sqlalchemy as sa

from campaign_engine.store.columns import person
from campaign_engine.store.tables.base import Id, metadata

lesson_progress = sa.Table(
    "lesson_progress",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    person("lesson", sa.String(4), primary_key=True),
    person("reached", sa.Integer),
)

series_steps = sa.Table(
    "series_steps",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    person("lesson", sa.String(4), primary_key=True),
    person("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="SET NULL"), nullable=True, index=True),
)
