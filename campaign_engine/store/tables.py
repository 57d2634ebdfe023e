"""Every table, in the order of the story: places, people, campaigns, deliveries, work."""

import sqlalchemy as sa

from campaign_engine.domain.delivery import UNSETTLED
from campaign_engine.store.columns import UtcDateTime, person, public, secret, staff

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only for INTEGER primary keys."""

_UNSETTLED = sa.text("status IN ({})".format(", ".join(f"'{status}'" for status in UNSETTLED)))
"""Few rows, all that lanes and clocks look for."""

_DELIVERY_LOG = "30 days, then only counts"
_CAMPAIGN = "24 months"

meta = sa.Table(
    "meta",
    metadata,
    staff("key", sa.String(40), primary_key=True, keep="for good"),
    staff("value", sa.Text, keep="for good"),
)

precincts = sa.Table(
    "precincts",
    metadata,
    public("number", sa.Integer, primary_key=True, autoincrement=False),
    public("borough", sa.String(20)),
    public("name", sa.String(200)),
    public("population", sa.Integer),
    public("boundary", sa.Text, nullable=True),
    public("boundary_edition", sa.String(64), nullable=True),
)

datasets = sa.Table(
    "datasets",
    metadata,
    public("id", Id, primary_key=True),
    public("name", sa.String(40)),
    public("edition", sa.String(64)),
    public("data_through", sa.Date, nullable=True),
    public("rows", sa.Integer),
    public("loaded_at", UtcDateTime),
)

shootings = sa.Table(
    "shootings",
    metadata,
    public("incident_key", Id, primary_key=True, autoincrement=False),
    public("occur_date", sa.Date),
    public("precinct", sa.Integer),
    public("located_precinct", sa.Integer, nullable=True),
    public("latitude", sa.Float, nullable=True),
    public("longitude", sa.Float, nullable=True),
    public("dataset_id", Id, sa.ForeignKey("datasets.id")),
)

rankings = sa.Table(
    "rankings",
    metadata,
    public("id", Id, primary_key=True),
    public("rule", sa.JSON),
    public("boundaries", sa.String(80)),
    public("data_through", sa.Date),
    public("entries", sa.JSON),
    public("created_at", UtcDateTime),
)

sites = sa.Table(
    "sites",
    metadata,
    public("id", Id, primary_key=True),
    public("name", sa.String(200)),
    public("kind", sa.String(20)),
    public("precinct", sa.Integer, sa.ForeignKey("precincts.number")),
    public("active", sa.Boolean),
    staff("created_at", UtcDateTime),
)

source_codes = sa.Table(
    "source_codes",
    metadata,
    staff("id", Id, primary_key=True),
    staff("site_id", Id, sa.ForeignKey("sites.id", ondelete="CASCADE"), index=True),
    staff("code", sa.String(24), unique=True),
    staff("word_code", sa.String(24), unique=True),
    staff("active", sa.Boolean),
    staff("created_at", UtcDateTime),
)

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

addresses = sa.Table(
    "addresses",
    metadata,
    secret("id", Id, primary_key=True),
    secret("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), unique=True),
    secret("channel", sa.String(20)),
    secret("address_hash", sa.String(64), unique=True),
    secret("address_cipher", sa.LargeBinary),
    person("status", sa.String(16)),
)

consents = sa.Table(
    "consents",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    person("topic", sa.String(24), primary_key=True),
    person("granted", sa.Boolean),
    person("changed_at", UtcDateTime),
)

do_not_contact = sa.Table(
    "do_not_contact",
    metadata,
    secret("address_hash", sa.String(64), primary_key=True, keep="until the person's own /start"),
    secret("since", UtcDateTime, keep="until the person's own /start"),
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
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    staff("handle", sa.String(40), unique=True),
)

role_grants = sa.Table(
    "role_grants",
    metadata,
    staff("id", Id, primary_key=True),
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), index=True),
    staff("role", sa.String(16)),
    staff("scope_kind", sa.String(16)),
    staff("scope_value", sa.String(40)),
    staff("granted_at", UtcDateTime),
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

rooms = sa.Table(
    "rooms",
    metadata,
    staff("id", Id, primary_key=True),
    staff("channel", sa.String(20)),
    staff("kind", sa.String(16)),
    staff("title", sa.String(200)),
    secret("address_hash", sa.String(64), unique=True, keep="until unlinked"),
    secret("address_cipher", sa.LargeBinary, keep="until unlinked"),
    staff("scope_kind", sa.String(16)),
    staff("scope_value", sa.String(40)),
    staff("members", sa.Integer),
    staff("active", sa.Boolean),
    staff("linked_at", UtcDateTime),
)

campaigns = sa.Table(
    "campaigns",
    metadata,
    public("id", Id, primary_key=True),
    public("title", sa.String(120)),
    public("kind", sa.String(16)),
    public("goal", sa.Integer),
    public("languages", sa.JSON),
    staff("status", sa.String(16), keep=_CAMPAIGN, index=True),
    staff("author_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=_CAMPAIGN),
    public("ranking_id", Id, sa.ForeignKey("rankings.id"), nullable=True),
    staff("version", sa.Integer, keep=_CAMPAIGN),
    staff("created_at", UtcDateTime, keep=_CAMPAIGN),
    staff("launched_at", UtcDateTime, nullable=True, keep=_CAMPAIGN),
    staff("finished_at", UtcDateTime, nullable=True, keep=_CAMPAIGN),
)

campaign_targets = sa.Table(
    "campaign_targets",
    metadata,
    public("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    public("precinct", sa.Integer, sa.ForeignKey("precincts.number"), primary_key=True),
)

posts = sa.Table(
    "posts",
    metadata,
    public("id", Id, primary_key=True),
    public("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), index=True),
    staff("version", sa.Integer, keep=_CAMPAIGN),
    staff("status", sa.String(16), keep=_CAMPAIGN),
)

post_versions = sa.Table(
    "post_versions",
    metadata,
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, keep=_CAMPAIGN),
    staff("version", sa.Integer, primary_key=True, keep=_CAMPAIGN),
    public("content", sa.JSON),
    staff("content_hash", sa.String(64), keep=_CAMPAIGN),
    staff("author_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=_CAMPAIGN),
    staff("approver_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=_CAMPAIGN),
    staff("created_at", UtcDateTime, keep=_CAMPAIGN),
    staff("approved_at", UtcDateTime, nullable=True, keep=_CAMPAIGN),
)

occurrences = sa.Table(
    "occurrences",
    metadata,
    public("id", Id, primary_key=True),
    public("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE")),
    staff("version", sa.Integer, keep=_CAMPAIGN),
    public("wall_time", sa.DateTime),
    public("due_at", UtcDateTime),
    staff("stale_at", UtcDateTime, keep=_CAMPAIGN),
    staff("status", sa.String(16), keep=_CAMPAIGN, index=True),
    staff("frozen_at", UtcDateTime, nullable=True, keep=_CAMPAIGN),
    sa.UniqueConstraint("post_id", "wall_time"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    person("id", Id, primary_key=True, keep=_DELIVERY_LOG),
    person("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="CASCADE"), keep=_DELIVERY_LOG),
    person(
        "contact_id",
        Id,
        sa.ForeignKey("contacts.id", ondelete="SET NULL"),
        nullable=True,
        keep=_DELIVERY_LOG,
        index=True,
    ),
    secret(
        "address_id",
        Id,
        sa.ForeignKey("addresses.id", ondelete="SET NULL"),
        nullable=True,
        keep=_DELIVERY_LOG,
        index=True,
    ),
    staff("room_id", Id, sa.ForeignKey("rooms.id", ondelete="SET NULL"), nullable=True, keep=_DELIVERY_LOG, index=True),
    person("is_room", sa.Boolean, keep=_DELIVERY_LOG),
    person("lane", sa.String(20), keep=_DELIVERY_LOG),
    person("precinct", sa.Integer, nullable=True, keep=_DELIVERY_LOG),
    person("site_id", Id, nullable=True, keep=_DELIVERY_LOG),
    person("language", sa.String(8), keep=_DELIVERY_LOG),
    person("status", sa.String(16), keep=_DELIVERY_LOG),
    person("reason", sa.String(32), keep=_DELIVERY_LOG),
    person("attempts", sa.Integer, keep=_DELIVERY_LOG),
    person("next_attempt_at", UtcDateTime, nullable=True, keep=_DELIVERY_LOG),
    person("epoch", sa.Integer, keep=_DELIVERY_LOG),
    secret("platform_id", sa.String(64), keep=_DELIVERY_LOG),
    staff("room_members", sa.Integer, nullable=True, keep=_DELIVERY_LOG),
    person("updated_at", UtcDateTime, keep=_DELIVERY_LOG),
    sa.UniqueConstraint("occurrence_id", "address_id"),
    sa.UniqueConstraint("occurrence_id", "room_id"),
    sa.Index(
        "ix_deliveries_lane", "lane", "next_attempt_at", "id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED
    ),
    sa.Index("ix_deliveries_occurrence", "occurrence_id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
)

lanes = sa.Table(
    "lanes",
    metadata,
    staff("name", sa.String(20), primary_key=True, keep="for good"),
    staff("owner", sa.String(64), keep="for good"),
    staff("epoch", sa.Integer, keep="for good"),
    staff("heartbeat_at", UtcDateTime, nullable=True, keep="for good"),
    staff("hold_until", UtcDateTime, nullable=True, keep="for good"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    person("id", Id, primary_key=True, keep="30 days"),
    secret("address_hash", sa.String(64), keep="30 days", index=True),
    secret("delivery_key", sa.String(64), unique=True, keep="30 days"),
    public("text", sa.Text, keep="30 days"),
    public("choices", sa.JSON, keep="30 days"),
    public("language", sa.String(8), keep="30 days"),
    person("created_at", UtcDateTime, keep="30 days"),
)

COUNTED_ONCE = ("contact_id", sa.text("coalesce(campaign_id, 0)"))
"""A pledge without a campaign counts once too: a unique constraint would take two NULLs for different."""

pledges = sa.Table(
    "pledges",
    metadata,
    person("id", Id, primary_key=True),
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True),
    person("campaign_id", Id, sa.ForeignKey("campaigns.id"), nullable=True, index=True),
    person("room_id", Id, sa.ForeignKey("rooms.id", ondelete="SET NULL"), nullable=True),
    person("site_id", Id, sa.ForeignKey("sites.id"), nullable=True),
    person("precinct", sa.Integer, nullable=True),
    person("channel", sa.String(20)),
    person("generation", sa.Integer),
    person("pledge", sa.String(1)),
    person("if_then", sa.String(16), nullable=True),
    person("pledged_at", UtcDateTime),
    sa.Index("uq_pledges_counted_once", *COUNTED_ONCE, unique=True),
)

actions = sa.Table(
    "actions",
    metadata,
    person("id", Id, primary_key=True, keep=_DELIVERY_LOG),
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=_DELIVERY_LOG),
    person("kind", sa.String(16), keep=_DELIVERY_LOG),
    person("campaign_id", Id, sa.ForeignKey("campaigns.id"), nullable=True, keep=_DELIVERY_LOG, index=True),
    person("channel", sa.String(20), keep=_DELIVERY_LOG),
    person("precinct", sa.Integer, nullable=True, keep=_DELIVERY_LOG),
    person("site_id", Id, nullable=True, keep=_DELIVERY_LOG),
    person("generation", sa.Integer, keep=_DELIVERY_LOG),
    person("day", sa.Date, keep=_DELIVERY_LOG),
    sa.UniqueConstraint("contact_id", "kind", "campaign_id", "day"),
)

audit_entries = sa.Table(
    "audit_entries",
    metadata,
    staff("id", Id, primary_key=True),
    staff("actor", sa.String(40)),
    staff("action", sa.String(40)),
    staff("object", sa.String(60)),
    staff("hour", UtcDateTime),
    staff("previous_hash", sa.String(64)),
    staff("hash", sa.String(64), unique=True),
)
