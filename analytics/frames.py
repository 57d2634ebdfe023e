"""What the report of one campaign needs, read in one snapshot that cannot write. Staff are not allies: left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from analytics import kept
from analytics.about import CampaignFacts, campaign_facts
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.contact import ScopeKind
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.ports.room_figures import about_campaign
from campaign_engine.store import tables as t
from campaign_engine.store.confirming import CONFIRMED, is_confirmed

HARM_ACTIONS = (ActionKind.OPT_OUT, ActionKind.DELETE, ActionKind.PAUSE)


@dataclass(frozen=True, slots=True)
class Frames:
    """Rows of one campaign at `now`.

    `people`: index contact_id; channel, precinct, site_id, generation, created_at, address_status. `actions` and
    `pledges`: one row each, contact_id missing where its person has left. `deliveries`: people and rooms.
    `rooms`: index room id; channel, kind, scope_kind, scope_value, precinct (its site's, or its own).
    `room_figures`: what came back from them to this campaign; room_id, figure, count.
    `first_times` and `leavers`: what is kept of rows that have gone, see analytics.kept.
    `follow_ups`: what came of the question about a plan of this campaign, while it is kept; contact_id, outcome.
    `occurrences`: firings so far. `outlines`: GeoJSON by precinct, empty while no boundaries are loaded.
    `simulated` counts made-up contacts in the whole database, `real` the others.
    """

    campaign: CampaignFacts
    now: datetime
    people: pd.DataFrame
    actions: pd.DataFrame
    pledges: pd.DataFrame
    deliveries: pd.DataFrame
    rooms: pd.DataFrame
    room_figures: pd.DataFrame
    follow_ups: pd.DataFrame
    first_times: pd.DataFrame
    leavers: pd.DataFrame
    occurrences: pd.DataFrame
    sites: pd.DataFrame
    outlines: dict[int, str]
    simulated: int
    real: int


def read(url: str, campaign_id: int, now: datetime) -> Frames:
    """Raises NotFound for a campaign that was never approved, StoreUnavailable."""
    with snapshot(url) as connection:
        simulated, real = _contacts(connection)
        campaign = campaign_facts(connection, campaign_id)
        people, pledges, first_times = _persons(connection, campaign)
        return Frames(
            campaign=campaign,
            now=now,
            people=people,
            actions=_actions(connection, campaign_id),
            pledges=pledges,
            deliveries=_deliveries(connection, campaign_id),
            rooms=_rooms(connection),
            room_figures=_room_figures(connection, campaign_id),
            follow_ups=_follow_ups(connection, campaign_id),
            first_times=first_times,
            leavers=kept.leavers(connection, campaign_id),
            occurrences=_occurrences(connection, campaign_id),
            sites=_frame(
                connection, sa.select(t.sites.c.id, t.sites.c.name, t.sites.c.precinct).order_by(t.sites.c.id)
            ),
            outlines=_outlines(connection),
            simulated=simulated,
            real=real,
        )


@contextmanager
def snapshot(url: str) -> Iterator[sa.Connection]:
    """One reading transaction over the whole report. Raises StoreUnavailable."""
    parsed = sa.make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = sa.create_engine(parsed.set(drivername="sqlite" if is_sqlite else "postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            if is_sqlite:
                connection.exec_driver_sql("PRAGMA query_only=ON")
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection
    except SQLAlchemyError as error:
        raise StoreUnavailable(
            "The database cannot be read for the report.", "Check that it runs, then open the report again."
        ) from error
    finally:
        engine.dispose()


def _persons(connection: sa.Connection, campaign: CampaignFacts) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """People, pledges and first times; of a closed campaign as they were when it was closed."""
    without = kept.without_person(connection, campaign.id)
    if without is None:
        return _people(connection), _pledges(connection, campaign.id), kept.first_times(connection)
    everybody = kept.people(connection, campaign.id, campaign.launched_at)
    return everybody, kept.pledges(everybody, without), kept.closed_first_times(everybody, campaign.id)


def _people(connection: sa.Connection) -> pd.DataFrame:
    c = t.contacts.c
    statement = (
        sa.select(
            c.id.label("contact_id"),
            t.addresses.c.channel,
            t.addresses.c.status.label("address_status"),
            c.precinct,
            c.site_id,
            c.generation,
            c.created_at,
        )
        .join(t.addresses, t.addresses.c.contact_id == c.id)
        .where(c.id.not_in(staff_ids()), CONFIRMED)
    )
    return _frame(connection, statement, created_at={"utc": True}).set_index("contact_id")


def _actions(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    """All of this campaign, and of all campaigns those that tell of joining and leaving."""
    c = t.actions.c
    wanted = sa.or_(c.campaign_id == campaign_id, c.kind.in_((ActionKind.JOIN, *HARM_ACTIONS)))
    statement = sa.select(c.contact_id, c.kind, c.campaign_id, c.precinct, c.channel, c.day)
    return _frame(connection, statement.where(wanted, _counts(c.contact_id)), day={})


def _pledges(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    c = t.pledges.c
    statement = sa.select(c.contact_id, c.precinct, c.site_id, c.room_id, c.channel)
    return _frame(connection, statement.where(c.campaign_id == campaign_id, _counts(c.contact_id)))


def _deliveries(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    """Staff's too: the outcomes of all frozen rows must add up."""
    c = t.deliveries.c
    columns = (c.contact_id, c.room_id, c.is_room, c.lane, c.precinct, c.status, c.reason, c.room_members)
    statement = sa.select(c.id, *columns).join(t.occurrences, t.occurrences.c.id == c.occurrence_id)
    statement = statement.join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
    rows = _frame(connection, statement.where(t.posts.c.campaign_id == campaign_id).order_by(c.id))
    counted = kept.messages(connection, campaign_id)
    if counted.empty:
        return rows
    return pd.concat([rows.astype(object), counted[rows.columns].astype(object)], ignore_index=True)


def _rooms(connection: sa.Connection) -> pd.DataFrame:
    """Those that are not linked any more too."""
    c = t.rooms.c
    its_own = sa.case((c.scope_kind == ScopeKind.PRECINCT, c.scope_value))
    at_site = sa.and_(c.scope_kind == ScopeKind.SITE, sa.cast(t.sites.c.id, sa.String) == c.scope_value)
    precinct = sa.func.coalesce(sa.cast(its_own, sa.Integer), t.sites.c.precinct).label("precinct")
    shown = sa.select(c.id, c.channel, c.kind, c.scope_kind, c.scope_value, precinct)
    return _frame(connection, shown.outerjoin(t.sites, at_site)).set_index("id")


def _room_figures(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    """Of its posts, and of itself."""
    c, post = t.room_figures.c, sa.literal("post ").concat(sa.cast(t.posts.c.id, sa.String))
    its_post = sa.or_(c.subject == post, c.subject.startswith(post.concat("/")))
    its_posts = sa.exists().where(t.posts.c.campaign_id == campaign_id, its_post)
    wanted = sa.select(c.room_id, c.figure, c.count)
    return _frame(connection, wanted.where(sa.or_(c.subject == about_campaign(campaign_id), its_posts)))


def _follow_ups(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    c = t.follow_ups.c
    wanted = sa.select(c.contact_id, c.outcome).join(t.pledges, t.pledges.c.id == c.pledge_id)
    return _frame(connection, wanted.where(t.pledges.c.campaign_id == campaign_id))


def _occurrences(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    c = t.occurrences.c
    statement = sa.select(c.id, c.frozen_at).join(t.posts, t.posts.c.id == c.post_id)
    return _frame(connection, statement.where(t.posts.c.campaign_id == campaign_id), frozen_at={"utc": True})


def _outlines(connection: sa.Connection) -> dict[int, str]:
    c = t.precincts.c
    return {row.number: row.boundary for row in connection.execute(sa.select(c.number, c.boundary)) if row.boundary}


def _contacts(connection: sa.Connection) -> tuple[int, int]:
    """Simulated and real contacts; staff among the real ones do not make a rehearsal real."""
    c = t.contacts.c
    counts = sa.select(c.simulated, sa.func.count()).where(c.id.not_in(staff_ids())).group_by(c.simulated)
    found = {bool(simulated): count for simulated, count in connection.execute(counts)}
    return found.get(True, 0), found.get(False, 0)


def staff_ids() -> sa.Select[Any]:
    """Contacts who hold a role: they are not counted as people."""
    return sa.select(t.staff_members.c.contact_id)


def _counts(contact_id: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Of allies who count by now, and of people who have left."""
    return sa.and_(sa.or_(contact_id.is_(None), contact_id.not_in(staff_ids())), is_confirmed(contact_id))


def _frame(connection: sa.Connection, statement: sa.Select[Any], **dates: dict[str, Any]) -> pd.DataFrame:
    """`dates` are columns to parse, with arguments of pandas.to_datetime; an empty table needs them too."""
    return pd.read_sql(statement, connection, parse_dates=dates)
