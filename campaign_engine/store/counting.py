"""Writes that decide which sign-ups on the open web count, as parts of compound statements (threats T10, ADR 19)."""

import sqlalchemy as sa

from campaign_engine.domain.confirming import CROWD, MOST_OF_A_SOURCE
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.compound import Types, Value, Values
from campaign_engine.store.tables import actions, pledges, recent_signups, signup_sources, site_windows

CAME: Types = {"origin": sa.String(), "day": sa.Date(), "hour": UtcDateTime()}
"""What a newcomer's statement is told: the keyed hash of their network, where they came by a page, and when."""

RETURNED: Types = {"returned_from": sa.String(), "today": sa.Date(), "this_hour": sa.String()}
"""What a step's statement is told of somebody who did not count yet and acts again."""


def wait_to_count(v: Values, made: sa.FromClause) -> None:
    """Who came by a page and has no seat in an open window counts unless it was in a burst; of one nobody counts."""
    window, by_page = site_windows.c, v["origin"].is_not(None)
    is_open = sa.and_(
        window.site_id == v["site_id"], window.opened_at <= v["created_at"], window.closes_at > v["created_at"]
    )
    arrived = site_windows.update().where(is_open, by_page).values(arrived=window.arrived + 1)
    left = v.made(arrived, (window.headcount - window.arrived).label("seats"), is_open)
    seated, opened = sa.exists(sa.select(left).where(left.c.seats >= 0)), sa.exists(sa.select(left))
    outside = sa.and_(by_page, ~seated)
    of_source = _of_source(v, v["origin"], v["day"], outside)
    number, others = sa.select(made.c.id).scalar_subquery(), recent_signups.alias("others")
    with_it = (others.c.hour == v["hour"], others.c.site_id.is_not_distinct_from(v["site_id"]))
    crowd = sa.select(sa.func.count()).where(*with_it, others.c.contact_id != number).scalar_subquery()
    is_burst = crowd >= sa.literal(CROWD)
    counts = sa.and_(~opened, of_source <= sa.literal(MOST_OF_A_SOURCE), ~is_burst)
    row = sa.select(made.c.id, v["site_id"], v["hour"], counts).select_from(made).where(outside)
    v.do(v.insert(recent_signups).from_select([column.name for column in recent_signups.c], row))
    # Two at once must not wait for each other's rows: whoever comes next takes what is left.
    first = sa.select(others.c.contact_id).where(*with_it, others.c.counts, outside, is_burst)
    uncounted = recent_signups.update().where(recent_signups.c.contact_id.in_(first.with_for_update(skip_locked=True)))
    v.do(uncounted.values(counts=sa.false()))


def count_returned(v: Values, when: Value) -> None:
    """Up to the limit of their network, and of those who came by the same code: a burst that returns stays one."""
    mine = recent_signups.c.contact_id == v["contact_id"]
    returned = sa.and_(v["returned_from"].is_not(None), when)
    in_bounds = _of_source(v, v["returned_from"], v["today"], returned) <= sa.literal(MOST_OF_A_SOURCE)
    site = sa.select(sa.func.coalesce(recent_signups.c.site_id, 0)).where(mine).scalar_subquery()
    code = sa.literal("returned ").concat(v["this_hour"]).concat(" ").concat(sa.cast(site, sa.String))
    of_code = _of_source(v, code, v["today"], sa.and_(returned, in_bounds, sa.exists().where(mine)))
    v.do(recent_signups.delete().where(mine, returned, in_bounds, of_code <= sa.literal(CROWD)))


def forget_unconfirmed(v: Values) -> None:
    """Before a person's row goes: who came by a page and did not stay a day, or never counted, leaves no counts."""
    mine = recent_signups.c.contact_id == v["contact_id"]
    for table in (pledges, actions):
        v.do(table.delete().where(table.c.contact_id == v["contact_id"], sa.exists().where(mine)))


def _of_source(v: Values, source: Value, day: Value, when: Value) -> Value:
    """One more for this network and day; how many it has by now."""
    counted = v.insert(signup_sources).from_select(
        ["source_hash", "day", "count"], sa.select(source, day, sa.literal(1)).where(when)
    )
    more = counted.on_conflict_do_update(index_elements=["source_hash"], set_={"count": signup_sources.c.count + 1})
    made = v.made(more, signup_sources.c.count, signup_sources.c.source_hash == source)
    return sa.select(made.c.count).scalar_subquery()
