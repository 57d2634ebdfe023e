"""A campaign's people as counts, 30 days after its end: the facts that the measures need, without whose they are."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.store import facts
from campaign_engine.store import tables as t
from campaign_engine.store.confirming import CONFIRMED, is_confirmed
from campaign_engine.store.upsert import insert

DELIVERED, BLOCKED, JOINED, ENGAGED = "delivered", "blocked", "join", "engaged"
"""What `first_times` tells beside the kinds of leaving."""

_LEAVING = ("opt_out", "pause")


async def close(connection: AsyncConnection, campaign_id: int, now: datetime) -> None:
    """Count everybody, then let go of who they were. The caller has counted deliveries and actions."""
    told = _told(campaign_id).subquery()
    grouped = sa.select(*told.c, sa.func.count().label("people")).group_by(*told.c)
    names = ["campaign_id", *(column.name for column in told.c), "people"]
    counted = sa.select(sa.literal(campaign_id, t.Id), *grouped.subquery().c)
    await connection.execute(t.closing_counts.insert().from_select(names, counted))
    await _count_leavers(connection, campaign_id)
    nobody = (
        sa.select(sa.func.count())
        .select_from(t.pledges)
        .where(t.pledges.c.campaign_id == campaign_id, t.pledges.c.contact_id.is_(None))
    )
    without = await connection.scalar(nobody)
    await connection.execute(t.closings.insert().values(campaign_id=campaign_id, closed_at=now, without_person=without))
    # Nobody can be told apart any more: they stay counted as they are.
    mine = t.people_facts.c.campaign_id == campaign_id
    await connection.execute(t.people_facts.update().where(mine).values(gone=t.people_facts.c.people))
    await connection.execute(t.first_times.delete().where(t.first_times.c.campaign_id == campaign_id))
    await facts.close_weeks(connection, campaign_id)


def _told(campaign_id: int) -> sa.Select[tuple[object, ...]]:
    """One row per person who is no staff."""
    c, p, campaign = t.contacts.c, t.pledges.c, t.campaigns.c
    during = sa.and_(
        campaign.launched_at.is_not(None), c.created_at >= campaign.launched_at,
        sa.or_(campaign.finished_at.is_(None), c.created_at <= campaign.finished_at),
    )  # fmt: skip
    return (
        sa.select(
            t.addresses.c.channel,
            c.precinct,
            c.site_id,
            c.generation,
            during.label("during"),
            *(_has(what, campaign_id).label(name) for name, what in (("delivered", DELIVERED), ("blocked", BLOCKED))),
            _has(JOINED, campaign_id).label("joined"),
            _has(JOINED, None, but=campaign_id).label("joined_elsewhere"),
            _has(ENGAGED, campaign_id).label("engaged"),
            p.id.is_not(None).label("pledged"),
            p.precinct.label("pledge_precinct"),
            p.site_id.label("pledge_site"),
            p.room_id.is_not(None).label("pledge_in_room"),
        )
        .select_from(t.contacts)
        .join(t.addresses, t.addresses.c.contact_id == c.id)
        .join(t.campaigns, campaign.id == campaign_id)
        .outerjoin(t.pledges, sa.and_(p.contact_id == c.id, p.campaign_id == campaign_id))
        .where(c.id.not_in(sa.select(t.staff_members.c.contact_id)), CONFIRMED)
    )


def _has(what: str, campaign_id: int | None, but: int = 0) -> sa.ColumnElement[bool]:
    f = t.first_times.c
    which = f.campaign_id == campaign_id if campaign_id is not None else f.campaign_id != but
    return sa.exists().where(f.contact_id == t.contacts.c.id, f.what == what, which)


async def _count_leavers(connection: AsyncConnection, campaign_id: int) -> None:
    f = t.first_times.c
    mine = (
        sa.select(f.what, f.precinct, sa.func.count())
        .where(f.campaign_id == campaign_id, f.what.in_(_LEAVING))
        .where(f.contact_id.not_in(sa.select(t.staff_members.c.contact_id)), is_confirmed(f.contact_id))
        .group_by(f.what, f.precinct)
    )
    for kind, precinct, people in (await connection.execute(mine)).all():
        added = insert(connection, t.leaver_counts).values(
            campaign_id=campaign_id, kind=kind, precinct=precinct or 0, people=people
        )
        more = {"people": t.leaver_counts.c.people + added.excluded.people}
        keys = [column.name for column in t.leaver_counts.primary_key]
        await connection.execute(added.on_conflict_do_update(index_elements=keys, set_=more))
