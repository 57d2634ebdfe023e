"""Rows made again from what is kept when messages and acts have gone, so that every measure reads one kind of row.

Made-up rows belong to nobody: their contact ids are below zero.
"""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus
from campaign_engine.store import closing
from campaign_engine.store import tables as t
from campaign_engine.store.confirming import is_confirmed

ELSEWHERE = -1
"""Stands for any other campaign."""

_MOMENT = timedelta(seconds=1)


def messages(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    """One row per counted message to a person, of whom nothing is known; columns as of deliveries."""
    c = t.delivery_counts.c
    counted = sa.select(c.lane, c.precinct, c.status, c.reason, c.messages).where(c.campaign_id == campaign_id)
    rows = _repeated(pd.read_sql(counted.order_by(*t.delivery_counts.primary_key), connection), "messages")
    precinct = rows["precinct"].replace(0, pd.NA)
    return rows.assign(id=0, contact_id=None, room_id=None, is_room=False, room_members=None, precinct=precinct)


def first_times(connection: sa.Connection) -> pd.DataFrame:
    """Of people who are still linked to a campaign: contact_id, campaign_id, what, precinct."""
    c = t.first_times.c
    allies = c.contact_id.not_in(sa.select(t.staff_members.c.contact_id)) & is_confirmed(c.contact_id)
    return pd.read_sql(sa.select(c.contact_id, c.campaign_id, c.what, c.precinct).where(allies), connection)


def leavers(connection: sa.Connection, campaign_id: int) -> pd.DataFrame:
    """One row per person who left and of whom nothing else is kept: kind, precinct."""
    c = t.leaver_counts.c
    counted = sa.select(c.kind, c.precinct, c.people).where(c.campaign_id == campaign_id)
    rows = _repeated(pd.read_sql(counted, connection), "people")
    return rows.assign(precinct=rows["precinct"].replace(0, pd.NA))


def without_person(connection: sa.Connection, campaign_id: int) -> int | None:
    """Pledges of nobody when the campaign was closed; None while it is not."""
    c = t.closings.c
    return connection.scalar(sa.select(c.without_person).where(c.campaign_id == campaign_id))


def people(connection: sa.Connection, campaign_id: int, launched_at: datetime | None) -> pd.DataFrame:
    """Everybody when a campaign was closed; columns of contacts and of closing_counts."""
    c = t.closing_counts.c
    rows = _repeated(pd.read_sql(sa.select(t.closing_counts).where(c.campaign_id == campaign_id), connection), "people")
    launched = pd.Timestamp(launched_at or datetime(1970, 1, 1, tzinfo=UTC))
    created = pd.Series(launched, index=rows.index).where(rows["during"].astype(bool), launched - _MOMENT)
    rows = rows.assign(created_at=created, address_status=AddressStatus.ACTIVE.value)
    return rows.set_index(pd.Index(range(-len(rows), 0), name="contact_id"))


def pledges(everybody: pd.DataFrame, without: int) -> pd.DataFrame:
    """One row per pledge; columns as of pledges."""
    given = everybody[everybody["pledged"].astype(bool)]
    theirs = pd.DataFrame(
        {
            "contact_id": given.index,
            "precinct": given["pledge_precinct"].to_numpy(),
            "site_id": given["pledge_site"].to_numpy(),
            "room_id": [1 if in_room else None for in_room in given["pledge_in_room"]],
            "channel": given["channel"].to_numpy(),
        }
    )
    nobodys: dict[Hashable, Any] = dict.fromkeys(theirs.columns)
    return pd.concat([theirs.astype(object), pd.DataFrame([nobodys] * without, columns=theirs.columns, dtype=object)])


def closed_first_times(everybody: pd.DataFrame, campaign_id: int) -> pd.DataFrame:
    """As `first_times`, from the facts of a closed campaign."""
    facts = {"delivered": closing.DELIVERED, "blocked": closing.BLOCKED, "joined": closing.JOINED}
    facts |= {"engaged": closing.ENGAGED, "joined_elsewhere": closing.JOINED}
    made = [
        pd.DataFrame(
            {
                "contact_id": everybody.index[everybody[fact].astype(bool)],
                "campaign_id": ELSEWHERE if fact == "joined_elsewhere" else campaign_id,
                "what": what,
                "precinct": None,
            }
        )
        for fact, what in facts.items()
    ]
    return pd.concat(made, ignore_index=True)


def _repeated(rows: pd.DataFrame, counted: str) -> pd.DataFrame:
    return rows.loc[rows.index.repeat(rows[counted])].drop(columns=counted).reset_index(drop=True)
