"""What is read right before a message leaves shows whatever may have changed since its claim (safety S3, C6, C7)."""

from dataclasses import fields
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.contact import Limit
from campaign_engine.domain.planner import Facts
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import PRECINCT, House, Planned, claim, take

FROZEN = {
    "priority": "is written at the freeze",
    "is_room": "is written at the freeze",
    "text_approved": "is never taken back",
    "sent": "cannot grow: nobody has two messages on their way at once",
}
"""Facts of a claimed delivery that nothing can change, and why."""


def changes(house: House, plan: Planned) -> dict[str, list[sa.Executable]]:
    """Statements by the fact that they change."""
    now = house.clock()
    stopped = sa.select(t.addresses.c.address_hash, sa.literal(now))
    hold = {"precinct": PRECINCT, "started_at": now, "renewed_at": now, "handle": "a", "asked_handle": ""}
    weekly = {"contact_id": house.people["1"], "topic": Limit.ONCE_A_WEEK, "granted": True, "changed_at": now}
    after = {"title": "After", "goal": 1, "languages": ["en"], "version": 1, "created_at": now}
    near = sa.select(sa.func.max(t.campaigns.c.id), sa.literal(PRECINCT))
    return {
        "stale_at": [t.occurrences.update().values(stale_at=now)],
        "campaign_status": [t.campaigns.update().values(status="paused")],
        "approved": [t.posts.update().values(status="submitted")],
        "approved_at": [t.post_versions.update().values(approved_at=now)],
        "consented": [t.consents.update().values(granted=False)],
        "opted_out": [t.do_not_contact.insert().from_select(["address_hash", "since"], stopped)],
        "reachable": [t.addresses.update().values(status="unreachable")],
        "paused_until": [t.contacts.update().values(paused_until=now + timedelta(days=1))],
        "held_until": [t.holds.insert().values(hold)],
        "stopped": [t.kill_switch.insert().values(name="all", pressed_at=now)],
        "post_stopped": [t.stopped_posts.insert().values(post_id=plan.post_id, version=1, reason="x", since=now)],
        "aftermath_near": [
            t.campaigns.insert().values({**after, "kind": "aftermath", "status": "running"}),
            t.campaign_targets.insert().from_select(["campaign_id", "precinct"], near),
        ],
        "once_a_week": [t.consents.insert().values(weekly)],
    }


@pytest.mark.parametrize("fact", [each.name for each in fields(Facts) if each.name not in FROZEN])
async def test_S3_a_change_since_the_claim_is_seen_before_it_leaves(
    store: SqlStore, clock: FakeClock, fact: str
) -> None:
    house = House(store, clock)
    await house.precincts()
    plan = await house.queue("1")
    (claimed,) = await claim(house, await take(house))
    async with store.read() as work:
        assert (await work.deliveries.again([claimed], clock()))[claimed.id] is claimed
    async with store.database.write() as connection:
        for change in changes(house, plan)[fact]:
            await connection.execute(change)
    async with store.read() as work:
        current = (await work.deliveries.again([claimed], clock()))[claimed.id]
    assert getattr(current.facts, fact) != getattr(claimed.facts, fact)
