"""Unprotected totals of a simulation, for the demo and its tests; never of real people."""

from collections import Counter
from typing import Any

import sqlalchemy as sa

from analytics.frames import snapshot, staff_ids
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.store import tables as t
from campaign_engine.store.closing import ENGAGED, JOINED


def simulated_totals(url: str) -> dict[str, Any]:
    """Over all campaigns: contacts, frozen_audience, deliveries by status, reached, pledges.

    Rooms are left out, so that the statuses add up to `frozen_audience`. Raises NotAllowed when one contact is real.
    """
    with snapshot(url) as connection:
        allies = t.contacts.c.id.not_in(staff_ids())
        real = sa.select(sa.func.count()).select_from(t.contacts).where(allies, ~t.contacts.c.simulated)
        if connection.scalar(real):
            raise NotAllowed(
                "These totals are for simulated people only.", "Use the report, which hides small numbers."
            )
        contacts = sa.select(sa.func.count()).select_from(t.contacts).where(allies)
        to_people = ~t.deliveries.c.is_room
        statuses = sa.select(t.deliveries.c.status, sa.func.count()).where(to_people).group_by(t.deliveries.c.status)
        counted = sa.select(t.delivery_counts.c.status, t.delivery_counts.c.messages)
        deliveries = Counter[str](dict.fromkeys(DeliveryStatus, 0))
        for status, messages in (*connection.execute(statuses), *connection.execute(counted)):
            deliveries[status] += messages
        took_part = t.first_times.c.what.in_((JOINED, ENGAGED))
        acts = (
            *(sa.select(table.c.contact_id) for table in (t.actions, t.pledges)),
            sa.select(t.first_times.c.contact_id).where(took_part),
        )
        acted = sa.union(*acts).subquery()
        reached = sa.select(sa.func.count()).where(acted.c.contact_id.in_(sa.select(t.contacts.c.id).where(allies)))
        pledges = sa.select(sa.func.count()).select_from(t.pledges)
        return {
            "contacts": connection.scalar(contacts),
            "frozen_audience": sum(deliveries.values()),
            "deliveries": dict(deliveries),
            "reached": connection.scalar(reached),
            "pledges": connection.scalar(pledges),
        }
