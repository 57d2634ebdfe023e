"""Batches of outcomes as lanes record them: counted as one by one, and not at all where nothing was recorded."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Outcome
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.books import change, everything, recomputed
from tests.support.counted import LAUNCH, NOW, CountedCampaign

ENDS = [
    (DeliveryStatus.SENT, ""), (DeliveryStatus.SENT, ""), (DeliveryStatus.FAILED, "blocked"),
    (DeliveryStatus.FAILED, "discord_50007"), (DeliveryStatus.FAILED, "discord_x"), (DeliveryStatus.RETRYING, "429"),
    (DeliveryStatus.UNCONFIRMED, "timeout"),
]  # fmt: skip


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = CountedCampaign(database_url, (44, 75))
    yield campaign
    campaign.engine.dispose()


def waiting(drive: CountedCampaign) -> tuple[list[int], int]:
    """All deliveries, and how many of them the lane may record: two campaigns, one of them closed, on four days."""
    people = [drive.person(precinct, days=-9) for precinct in (44, 44, 75, None)]
    people += [drive.staff(44), drive.person(44, channel="telegram", generation=2)]
    change(drive, t.recent_signups.insert().values(contact_id=people[1], hour=LAUNCH, counts=False))
    for _ in range(2):
        for day in (0, 1, 6, 9):
            occurrence = drive.occurrence(LAUNCH + timedelta(days=day))
            for contact in (*people, None):
                drive.delivery(occurrence, contact, "sending", precinct=44 if contact else None)
        closed = drive.campaign((44,))
    change(drive, t.closings.insert().values(campaign_id=closed, closed_at=NOW, without_person=0))
    deliveries = t.deliveries
    change(drive, deliveries.update().where(deliveries.c.id % 11 == 0).values(status="queued"))
    change(drive, deliveries.update().where(deliveries.c.id % 13 == 0).values(epoch=2))
    change(drive, deliveries.update().where(deliveries.c.id % 17 == 0).values(lane="telegram"))
    ours = (deliveries.c.status == "sending") & (deliveries.c.epoch == 1) & (deliveries.c.lane == "web")
    with drive.engine.connect() as connection:
        all_of_them = list(connection.scalars(sa.select(deliveries.c.id)))
        return all_of_them, int(connection.scalar(sa.select(sa.func.count()).where(ours)) or 0)


async def test_batches_are_counted_as_a_recomputation_counts_them(drive: CountedCampaign, store: SqlStore) -> None:
    """Some of a batch are not the lane's any more, and the same person may be in it for several days."""
    ids, ours = waiting(drive)
    ids.sort(key=lambda number: number * 29 % 57)
    recorded = 0
    while ids:
        batch, ids = ids[:20], ids[20:]
        outcomes = [Outcome(one, *ENDS[one % len(ENDS)], tried=one % 10 > 0) for one in batch]
        async with store.write() as work:
            recorded += await work.deliveries.record("web", 1, outcomes, NOW)
            # A group's answer came twice.
            assert not await work.deliveries.record("web", 1, [one for one in outcomes if not one.reason], NOW)
    assert recorded == ours < 56
    kept = everything(drive)
    assert kept["people_facts"]
    assert kept["week_times"]
    assert recomputed(drive) == kept
    with drive.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.fact_pause)) == 0
    # What triggers follow row by row comes on top of it.
    change(drive, t.deliveries.update().where(t.deliveries.c.status == "sent").values(status="bounced"))
    change(drive, t.deliveries.update().where(t.deliveries.c.status.in_(("queued", "sending"))).values(status="sent"))
    kept = everything(drive)
    assert recomputed(drive) == kept


async def recorded_and_lost(store: SqlStore, outcomes: list[Outcome]) -> None:
    async with store.write() as work:
        assert await work.deliveries.record("web", 1, outcomes, NOW) == 1
        raise ConnectionError


async def test_a_batch_that_is_not_kept_is_not_counted(drive: CountedCampaign, store: SqlStore) -> None:
    occurrence = drive.occurrence()
    drive.delivery(occurrence, drive.person(44), "sending")
    before = everything(drive)
    sent = [Outcome(1, DeliveryStatus.SENT)]
    with pytest.raises(ConnectionError):
        await recorded_and_lost(store, sent)
    assert everything(drive) == before
    async with store.write() as work:
        assert await work.deliveries.record("web", 1, sent, NOW) == 1
    assert everything(drive) != before
