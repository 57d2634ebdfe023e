"""Sign-ups on the open web: windows of hosts, what does not count yet, and moves to a chat (threats T10, safety N5)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, secret, staff
from campaign_engine.store.tables.base import Id, metadata

_WINDOW, _MOVE = "2 days after it closes", "24 hours at most"

site_windows = sa.Table(
    "site_windows",
    metadata,
    staff("id", Id, primary_key=True, keep=_WINDOW),
    staff("site_id", Id, sa.ForeignKey("sites.id", ondelete="CASCADE"), index=True, keep=_WINDOW),
    staff("opened_at", UtcDateTime, keep=_WINDOW),
    staff("closes_at", UtcDateTime, keep=_WINDOW),
    staff("headcount", sa.Integer, keep=_WINDOW),
    staff("arrived", sa.Integer, keep=_WINDOW),
)
"""`arrived` are sign-ups inside, also those beyond the headcount."""

unconfirmed_contacts = sa.Table(
    "unconfirmed_contacts",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    person("site_id", Id, nullable=True),
    person("hour", UtcDateTime, index=True),
    person("settles", sa.Boolean),
)
"""Contacts that no figure counts yet; `settles`: by itself, when its clock hour turns out to be no burst."""

signup_sources = sa.Table(
    "signup_sources",
    metadata,
    secret("source_hash", sa.String(64), primary_key=True, keep="2 days"),
    secret("day", sa.Date, keep="2 days", index=True),
    person("count", sa.Integer, keep="2 days"),
)
"""How many came from one network on one day; the hash is keyed and of that day, and leads to no contact."""

move_codes = sa.Table(
    "move_codes",
    metadata,
    person(
        "contact_id",
        Id,
        sa.ForeignKey("contacts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        keep=_MOVE,
    ),
    secret("code_hash", sa.String(64), unique=True, keep=_MOVE),
    person("expires_at", UtcDateTime, keep=_MOVE),
)
"""At most one of a person."""
