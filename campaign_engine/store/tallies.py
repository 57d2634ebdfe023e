"""Pledges on paper: the counts of a host, and the rows of `pledges` without a person that they stand for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from campaign_engine.domain.action import PledgeCode, Site
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.schedule import to_utc
from campaign_engine.domain.tally import PAPER, TallyRow
from campaign_engine.ports.tallies import TallyBatch
from campaign_engine.store.tables import campaign_targets, campaigns, closings, pledges, tallies
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_COUNTED = (CampaignKind.PLEDGE, CampaignKind.RECRUIT, CampaignKind.AWARENESS)
_RAN = (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.FINISHED)


class SqlTalliesRepository(Transaction):
    """Implements ports.tallies.TalliesRepository."""

    async def known(self, site_id: int) -> Mapping[tuple[date, PledgeCode], int]:
        """One read."""
        wanted = sa.select(tallies.c.day, tallies.c.pledge, tallies.c.count).where(tallies.c.site_id == site_id)
        rows = await self._connection.execute(wanted)
        return {(row.day, PledgeCode(row.pledge)): row[2] for row in rows}

    async def add(self, site: Site, rows: Sequence[TallyRow], batch: str, now: datetime) -> None:
        """One insert of counts, one read for each day, one insert of pledges."""
        counts = [
            {
                "site_id": site.id,
                "day": row.day,
                "pledge": row.pledge,
                "count": row.count,
                "batch": batch,
                "added_at": now,
            }
            for row in rows
        ]
        new = insert(self._connection, tallies).values(counts).on_conflict_do_nothing().returning(tallies.c.id)
        if len((await self._connection.execute(new)).all()) < len(rows):
            raise Conflict("A row was counted by somebody else meanwhile.", "Look at the sheet again.", "tally_twice")
        campaign_of = {day: await self._campaign(site.precinct, day) for day in {row.day for row in rows}}
        given = [
            {
                "site_id": site.id, "precinct": site.precinct, "channel": PAPER, "generation": 0, "pledge": row.pledge,
                "pledged_at": _noon(row.day), "campaign_id": campaign_of[row.day],
            }
            for row in rows
            for _ in range(row.count)
        ]  # fmt: skip
        await self._connection.execute(pledges.insert(), given)

    async def batches(self, site_id: int, since: datetime) -> tuple[TallyBatch, ...]:
        """One read."""
        c = tallies.c
        wanted = (
            sa.select(c.batch, sa.func.max(c.added_at), sa.func.min(c.day), sa.func.max(c.day), sa.func.sum(c.count))
            .where(c.site_id == site_id, c.added_at >= since)
            .group_by(c.batch)
            .order_by(sa.func.max(c.id).desc())
        )
        return tuple(TallyBatch(*row) for row in await self._connection.execute(wanted))

    async def undo(self, site_id: int, batch: str, since: datetime) -> int:
        """One delete of counts, one of pledges for each."""
        c = tallies.c
        mine = tallies.delete().where(c.site_id == site_id, c.batch == batch, c.added_at >= since)
        gone = (await self._connection.execute(mine.returning(c.day, c.pledge, c.count))).all()
        for row in gone:
            await self._connection.execute(
                pledges.delete().where(
                    pledges.c.contact_id.is_(None),
                    pledges.c.channel == PAPER,
                    pledges.c.site_id == site_id,
                    pledges.c.pledge == row.pledge,
                    pledges.c.pledged_at == _noon(row.day),
                )
            )
        return sum(row[2] for row in gone)

    async def total(self, site_id: int) -> int:
        """One read."""
        wanted = sa.select(sa.func.coalesce(sa.func.sum(tallies.c.count), 0)).where(tallies.c.site_id == site_id)
        return int(await self._connection.scalar(wanted) or 0)

    async def _campaign(self, precinct: int, day: date) -> int | None:
        """That a pledge without a source counted to on that day (services.actions); none that is closed by now."""
        begins = to_utc(datetime.combine(day, time()))
        ended = campaigns.c.finished_at
        wanted = (
            sa.select(campaigns.c.id)
            .join(campaign_targets, campaign_targets.c.campaign_id == campaigns.c.id)
            .where(
                campaign_targets.c.precinct == precinct,
                campaigns.c.kind.in_(_COUNTED),
                campaigns.c.status.in_(_RAN),
                campaigns.c.launched_at < begins + timedelta(days=1),
                sa.or_(ended.is_(None), ended >= begins),
                campaigns.c.id.not_in(sa.select(closings.c.campaign_id)),
            )
            .order_by(campaigns.c.launched_at.desc(), campaigns.c.id.desc())
            .limit(1)
        )
        found: int | None = (await self._connection.execute(wanted)).scalar_one_or_none()
        return found


def _noon(day: date) -> datetime:
    return to_utc(datetime.combine(day, time(12)))
