"""What is planned: rooms, campaigns, posts and their versions."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, public, secret, staff
from campaign_engine.store.tables.base import CAMPAIGN, Id, metadata

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
    staff("status", sa.String(16), keep="for good", index=True),
    staff("author_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=CAMPAIGN),
    public("ranking_id", Id, sa.ForeignKey("rankings.id"), nullable=True),
    staff("version", sa.Integer, keep="for good"),
    staff("created_at", UtcDateTime, keep="for good"),
    staff("launched_at", UtcDateTime, nullable=True, keep="for good"),
    staff("finished_at", UtcDateTime, nullable=True, keep="for good"),
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
    staff("version", sa.Integer, keep=CAMPAIGN),
    staff("status", sa.String(16), keep=CAMPAIGN),
)

post_versions = sa.Table(
    "post_versions",
    metadata,
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, keep=CAMPAIGN),
    staff("version", sa.Integer, primary_key=True, keep=CAMPAIGN),
    public("content", sa.JSON),
    staff("content_hash", sa.String(64), keep=CAMPAIGN),
    staff("author_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=CAMPAIGN),
    staff("approver_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=CAMPAIGN),
    staff("created_at", UtcDateTime, keep=CAMPAIGN),
    staff("approved_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
)

stopped_posts = sa.Table(
    "stopped_posts",
    metadata,
    staff(
        "post_id",
        Id,
        sa.ForeignKey("posts.id", ondelete="CASCADE"),
        primary_key=True,
        keep="until somebody lets it go on",
    ),
    staff("version", sa.Integer, keep="until somebody lets it go on"),
    staff("reason", sa.String(32), keep="until somebody lets it go on"),
    staff("since", UtcDateTime, keep="until somebody lets it go on"),
)

failing_posts = sa.Table(
    "failing_posts",
    metadata,
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, keep=CAMPAIGN),
    staff("version", sa.Integer, primary_key=True, keep=CAMPAIGN),
    staff("lane", sa.String(20), primary_key=True, keep=CAMPAIGN),
    staff("failures", sa.Integer, keep=CAMPAIGN),
)
"""Messages that failed in a row on a lane, and under no lane's name on all of them; no row where the last one left."""

translators = sa.Table(
    "translators",
    metadata,
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, keep=CAMPAIGN),
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep=CAMPAIGN),
)

occurrences = sa.Table(
    "occurrences",
    metadata,
    public("id", Id, primary_key=True),
    public("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE")),
    staff("version", sa.Integer, keep=CAMPAIGN),
    public("wall_time", sa.DateTime),
    public("due_at", UtcDateTime),
    staff("stale_at", UtcDateTime, keep=CAMPAIGN),
    staff("status", sa.String(16), keep=CAMPAIGN, index=True),
    staff("frozen_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
    staff("frozen_people", sa.Integer, nullable=True, keep=CAMPAIGN),
    staff("frozen_rooms", sa.Integer, nullable=True, keep=CAMPAIGN),
    staff("unconfirmed_told_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
    sa.UniqueConstraint("post_id", "wall_time"),
)
