"""Sign-ups on the open web: windows of hosts, what does not count yet, and moves to a chat (threats T10, safety N5)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, secret, staff
from campaign_engine.store.tables.base import Id, metadata

_WINDOW, _MOVE = "2 days after it closes", "24 hours at most"
_RECENT = "24 hours, or as long as it does not count"

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

recent_signups = sa.Table(
    "recent_signups",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep=_RECENT),
    person("site_id", Id, nullable=True, keep=_RECENT),
    person("hour", UtcDateTime, keep=_RECENT, index=True),
    person("counts", sa.Boolean, keep=_RECENT),
)
"""Who came by a page outside a window; of those of a burst `counts` is false until they act again."""

signup_sources = sa.Table(
    "signup_sources",
    metadata,
    secret("source_hash", sa.String(64), primary_key=True, keep="2 days"),
    secret("day", sa.Date, keep="2 days", index=True),
    person("count", sa.Integer, keep="2 days"),
)
"""How many came from one network on one day; the hash is keyed and of that day, and leads to no contact. In a row of a
site's code and an hour stands how many of a burst returned in it.
"""

move_codes = sa.Table(
    "move_codes",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep=_MOVE),
    secret("code_hash", sa.String(64), unique=True, keep=_MOVE),
    person("expires_at", UtcDateTime, keep=_MOVE),
)
"""At most one of a person."""
