"""Places and the City's figures."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, public, staff
from campaign_engine.store.tables.base import Id, metadata

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
    public("changes", sa.JSON(none_as_null=True), nullable=True),
)

feeds = sa.Table(
    "feeds",
    metadata,
    public("name", sa.String(20), primary_key=True),
    public("etag", sa.Text),
    public("modified", sa.String(80)),
    public("looked_at", UtcDateTime),
)

feed_pages = sa.Table(
    "feed_pages",
    metadata,
    public("feed", sa.String(20), primary_key=True, keep="until the edition is loaded"),
    public("first", sa.Integer, primary_key=True, keep="until the edition is loaded"),
    public("rows", sa.Integer, keep="until the edition is loaded"),
    public("modified", sa.String(80), keep="until the edition is loaded"),
    public("body", sa.Text, keep="until the edition is loaded"),
)

zip_shares = sa.Table(
    "zip_shares",
    metadata,
    public("zip", sa.String(5), primary_key=True),
    public("precinct", sa.Integer, primary_key=True),
    public("share", sa.Float),
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
    staff("created_at", UtcDateTime, keep="for good"),
    public("official_id", sa.String(40), nullable=True, index=True, unique=True),
    public("street", sa.String(200), nullable=True),
    public("size", sa.Integer, nullable=True),
    staff("changed_at", UtcDateTime, nullable=True, keep="for good"),
)
"""`official_id` is the City's own, `size` how many people the City counts there; both None for a site typed in."""

LISTED = "while the site is listed"

source_codes = sa.Table(
    "source_codes",
    metadata,
    staff("id", Id, primary_key=True, keep=LISTED),
    staff("site_id", Id, sa.ForeignKey("sites.id", ondelete="CASCADE"), index=True, keep=LISTED),
    staff("code", sa.String(24), unique=True, keep=LISTED),
    staff("word_code", sa.String(24), unique=True, keep=LISTED),
    staff("active", sa.Boolean, keep=LISTED),
    staff("created_at", UtcDateTime, keep=LISTED),
    staff("retired_at", UtcDateTime, nullable=True, keep=LISTED),
)

tallies = sa.Table(
    "tallies",
    metadata,
    staff("id", Id, primary_key=True, keep=LISTED),
    staff("site_id", Id, sa.ForeignKey("sites.id", ondelete="CASCADE"), keep=LISTED),
    staff("day", sa.Date, keep=LISTED),
    staff("pledge", sa.String(1), keep=LISTED),
    staff("count", sa.Integer, keep=LISTED),
    staff("batch", sa.String(24), index=True, keep=LISTED),
    staff("added_at", UtcDateTime, keep=LISTED),
    sa.UniqueConstraint("site_id", "day", "pledge"),
)
"""Pledges on paper as a host counted them; each is also so many rows of `pledges` without a person."""

site_figures = sa.Table(
    "site_figures",
    metadata,
    public("site_id", Id, sa.ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    staff("frozen", sa.Integer, keep="for good"),
    public("edition", sa.Date),
)
"""A site's own total as its host sees it this week; see domain.area."""
