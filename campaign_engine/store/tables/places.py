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
)

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
)
