"""Allies and staff, and how they are talked to."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, secret, staff
from campaign_engine.store.tables.base import WHILE_STAFF, Id, metadata

contacts = sa.Table(
    "contacts",
    metadata,
    person("id", Id, primary_key=True),
    person("pseudonym", sa.String(24), unique=True),
    person("age_band", sa.String(8)),
    person("language", sa.String(8)),
    person("precinct", sa.Integer, sa.ForeignKey("precincts.number"), nullable=True, index=True),
    person("precinct_declined", sa.Boolean),
    person("site_id", Id, sa.ForeignKey("sites.id"), nullable=True),
    person("generation", sa.Integer),
    person("paused_until", UtcDateTime, nullable=True),
    person("created_at", UtcDateTime),
    person("last_seen_at", UtcDateTime),
    person("simulated", sa.Boolean),
)

IS_IN_TAB = sa.text("in_tab AND status = 'active'")
"""In the words of its index: looked for again and again, and few."""

addresses = sa.Table(
    "addresses",
    metadata,
    secret("id", Id, primary_key=True),
    secret("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), unique=True),
    secret("channel", sa.String(20)),
    secret("address_hash", sa.String(64), unique=True),
    secret("address_cipher", sa.LargeBinary),
    person("status", sa.String(16)),
    secret("thread_cipher", sa.LargeBinary, nullable=True),
    person("in_tab", sa.Boolean, server_default=sa.false()),
    sa.Index("ix_addresses_in_tab", "contact_id", sqlite_where=IS_IN_TAB, postgresql_where=IS_IN_TAB),
)

consents = sa.Table(
    "consents",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    person("topic", sa.String(24), primary_key=True),
    person("granted", sa.Boolean),
    person("changed_at", UtcDateTime),
)

consent_questions = sa.Table(
    "consent_questions",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    person("topic", sa.String(24), primary_key=True),
    person("asked_at", UtcDateTime),
)

do_not_contact = sa.Table(
    "do_not_contact",
    metadata,
    secret("address_hash", sa.String(64), primary_key=True, keep="until the person's own /start"),
    secret("since", UtcDateTime, keep="until the person's own /start"),
)

imported_optouts = sa.Table(
    "imported_optouts",
    metadata,
    secret("address_hash", sa.String(64), primary_key=True, keep="until undone or imported anew"),
    secret("imported_at", UtcDateTime, keep="until undone or imported anew", index=True),
    person("status_before", sa.String(16), nullable=True, keep="until undone or imported anew"),
)

age_gates = sa.Table(
    "age_gates",
    metadata,
    secret("address_hash", sa.String(64), primary_key=True, keep="24 hours"),
    secret("until", UtcDateTime, keep="24 hours"),
)

counters = sa.Table(
    "counters",
    metadata,
    staff("name", sa.String(40), primary_key=True),
    staff("day", sa.Date, primary_key=True),
    staff("count", sa.Integer),
)

dialogues = sa.Table(
    "dialogues",
    metadata,
    secret("address_hash", sa.String(64), primary_key=True, keep="24 hours"),
    person(
        "contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), nullable=True, keep="24 hours", index=True
    ),
    person("flow", sa.String(24), keep="24 hours"),
    person("field", sa.String(24), keep="24 hours"),
    person("data", sa.JSON, keep="24 hours"),
    person("language", sa.String(8), keep="24 hours"),
    person("version", sa.Integer, keep="24 hours"),
    person("updated_at", UtcDateTime, keep="24 hours"),
)

seen_updates = sa.Table(
    "seen_updates",
    metadata,
    secret("channel", sa.String(20), primary_key=True, keep="48 hours"),
    secret("update_id", sa.String(64), primary_key=True, keep="48 hours"),
    secret("seen_at", UtcDateTime, keep="48 hours", index=True),
)

staff_members = sa.Table(
    "staff_members",
    metadata,
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep=WHILE_STAFF),
    staff("handle", sa.String(40), unique=True, keep=WHILE_STAFF),
)

role_grants = sa.Table(
    "role_grants",
    metadata,
    staff("id", Id, primary_key=True, keep=WHILE_STAFF),
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), index=True, keep=WHILE_STAFF),
    staff("role", sa.String(16), keep=WHILE_STAFF),
    staff("scope_kind", sa.String(16), keep=WHILE_STAFF),
    staff("scope_value", sa.String(40), keep=WHILE_STAFF),
    staff("granted_at", UtcDateTime, keep=WHILE_STAFF),
    sa.UniqueConstraint("contact_id", "role", "scope_kind", "scope_value"),
)

role_invites = sa.Table(
    "role_invites",
    metadata,
    secret("code_hash", sa.String(64), primary_key=True, keep="28 days"),
    staff("role", sa.String(16), keep="28 days"),
    staff("scope_kind", sa.String(16), keep="28 days"),
    staff("scope_value", sa.String(40), keep="28 days"),
    staff("expires_at", UtcDateTime, keep="28 days"),
    staff("used_at", UtcDateTime, nullable=True, keep="28 days"),
)
