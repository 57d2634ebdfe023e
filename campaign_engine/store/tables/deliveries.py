"""What left, to whom, and what came of it."""

import sqlalchemy as sa

from campaign_engine.domain.delivery import CLAIMABLE, UNSETTLED, DeliveryStatus
from campaign_engine.store.columns import UtcDateTime, person, public, secret, staff
from campaign_engine.store.tables.base import DELIVERY_LOG, Id, metadata

_UNSETTLED = sa.text("status IN ({})".format(", ".join(f"'{status}'" for status in UNSETTLED)))
"""Few rows, all that clocks look for."""

_CLAIMABLE = sa.text("status IN ({})".format(", ".join(f"'{status}'" for status in CLAIMABLE)))
_SENDING = sa.text(f"status = '{DeliveryStatus.SENDING}'")

deliveries = sa.Table(
    "deliveries",
    metadata,
    person("id", Id, primary_key=True, keep=DELIVERY_LOG),
    person("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="CASCADE"), keep=DELIVERY_LOG),
    person(
        "contact_id",
        Id,
        sa.ForeignKey("contacts.id", ondelete="SET NULL"),
        nullable=True,
        keep=DELIVERY_LOG,
        index=True,
    ),
    secret(
        "address_id",
        Id,
        sa.ForeignKey("addresses.id", ondelete="SET NULL"),
        nullable=True,
        keep=DELIVERY_LOG,
        index=True,
    ),
    staff("room_id", Id, sa.ForeignKey("rooms.id", ondelete="SET NULL"), nullable=True, keep=DELIVERY_LOG, index=True),
    person("is_room", sa.Boolean, keep=DELIVERY_LOG),
    person("lane", sa.String(20), keep=DELIVERY_LOG),
    person("precinct", sa.Integer, nullable=True, keep=DELIVERY_LOG),
    person("site_id", Id, nullable=True, keep=DELIVERY_LOG),
    person("language", sa.String(8), keep=DELIVERY_LOG),
    person("status", sa.String(16), keep=DELIVERY_LOG),
    person("reason", sa.String(32), keep=DELIVERY_LOG),
    person("attempts", sa.Integer, keep=DELIVERY_LOG),
    person("next_attempt_at", UtcDateTime, nullable=True, keep=DELIVERY_LOG),
    person("epoch", sa.Integer, keep=DELIVERY_LOG),
    secret("platform_id", sa.String(64), keep=DELIVERY_LOG),
    staff("room_members", sa.Integer, nullable=True, keep=DELIVERY_LOG),
    person("updated_at", UtcDateTime, keep=DELIVERY_LOG),
    staff("priority", sa.Integer, server_default="2", keep=DELIVERY_LOG),
    sa.UniqueConstraint("occurrence_id", "address_id"),
    sa.UniqueConstraint("occurrence_id", "room_id"),
    sa.Index(
        "ix_deliveries_claimable",
        "occurrence_id",
        "lane",
        "next_attempt_at",
        "id",
        sqlite_where=_CLAIMABLE,
        postgresql_where=_CLAIMABLE,
    ),
    sa.Index("ix_deliveries_sending", "lane", "epoch", sqlite_where=_SENDING, postgresql_where=_SENDING),
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
    staff("away_since", UtcDateTime, nullable=True, keep="for good"),
)

kill_switch = sa.Table(
    "kill_switch",
    metadata,
    staff("name", sa.String(8), primary_key=True, keep="for good"),
    staff("pressed_by", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep="for good"),
    staff("pressed_at", UtcDateTime, keep="for good"),
    staff("lifted_at", UtcDateTime, nullable=True, keep="for good"),
    staff("settled_at", UtcDateTime, nullable=True, keep="for good"),
    secret("presser_mark", sa.String(64), nullable=True, keep="until everything goes on"),
)

backlogs = sa.Table(
    "backlogs",
    metadata,
    staff(
        "campaign_id",
        Id,
        sa.ForeignKey("campaigns.id", ondelete="CASCADE"),
        primary_key=True,
        keep="until the next tick",
    ),
    staff("since", UtcDateTime, keep="until the next tick"),
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
    public("picture", sa.JSON, nullable=True, keep="30 days"),
    person("read_at", UtcDateTime, nullable=True, keep="30 days"),
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
    person("chosen_at", UtcDateTime, nullable=True),
    sa.Index("uq_pledges_counted_once", *COUNTED_ONCE, unique=True),
)

actions = sa.Table(
    "actions",
    metadata,
    person("id", Id, primary_key=True, keep=DELIVERY_LOG),
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=DELIVERY_LOG),
    person("kind", sa.String(16), keep=DELIVERY_LOG),
    person("campaign_id", Id, sa.ForeignKey("campaigns.id"), nullable=True, keep=DELIVERY_LOG, index=True),
    person("channel", sa.String(20), keep=DELIVERY_LOG),
    person("precinct", sa.Integer, nullable=True, keep=DELIVERY_LOG),
    person("site_id", Id, nullable=True, keep=DELIVERY_LOG),
    person("generation", sa.Integer, keep=DELIVERY_LOG),
    person("day", sa.Date, keep=DELIVERY_LOG),
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
    staff("previous_hash", sa.String(64), index=True, unique=True),
    staff("hash", sa.String(64), unique=True),
)
