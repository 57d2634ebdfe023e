"""Writes that decide which sign-ups on the open web count, as parts of compound statements (threats T10, ADR 19)."""

import sqlalchemy as sa

from campaign_engine.domain.confirming import MOST_OF_A_SOURCE
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.compound import Types, Value, Values
from campaign_engine.store.tables import actions, pledges, signup_sources, site_windows, unconfirmed_contacts

CAME: Types = {"origin": sa.String(), "day": sa.Date(), "hour": UtcDateTime()}
"""What a newcomer's statement is told: the keyed hash of their network, where they came by a page, and when."""

RETURNED: Types = {"returned_from": sa.String(), "today": sa.Date()}
"""What a step's statement is told of somebody who did not count yet and acts again."""


def wait_to_count(v: Values, made: sa.FromClause) -> None:
    """Whoever came by a page and has no seat in an open window counts later."""
    window, by_page = site_windows.c, v["origin"].is_not(None)
    is_open = sa.and_(
        window.site_id == v["site_id"], window.opened_at <= v["created_at"], window.closes_at > v["created_at"]
    )
    arrived = site_windows.update().where(is_open, by_page).values(arrived=window.arrived + 1)
    left = v.made(arrived, (window.headcount - window.arrived).label("seats"), is_open)
    seated, opened = sa.exists(sa.select(left).where(left.c.seats >= 0)), sa.exists(sa.select(left))
    of_source = _of_source(v, v["origin"], v["day"], sa.and_(by_page, ~seated))
    settles = sa.and_(~opened, of_source <= sa.literal(MOST_OF_A_SOURCE))
    row = sa.select(made.c.id, v["site_id"], v["hour"], settles).select_from(made).where(by_page, ~seated)
    v.do(v.insert(unconfirmed_contacts).from_select([column.name for column in unconfirmed_contacts.c], row))


def count_returned(v: Values, when: Value) -> None:
    """Up to the limit of their network."""
    returned = sa.and_(v["returned_from"].is_not(None), when)
    of_source = _of_source(v, v["returned_from"], v["today"], returned)
    mine = unconfirmed_contacts.c.contact_id == v["contact_id"]
    v.do(unconfirmed_contacts.delete().where(mine, returned, of_source <= sa.literal(MOST_OF_A_SOURCE)))


def forget_unconfirmed(v: Values) -> None:
    """Before a person's row goes: who never counted leaves no counts behind either."""
    mine = unconfirmed_contacts.c.contact_id == v["contact_id"]
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
