"""Pledges and inbound actions."""

import dataclasses
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.ports.people import NewAction, NewPledge
from campaign_engine.store.tables import actions, campaign_targets, campaigns, pledges
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlActionsRepository(Transaction):
    """Pledges and inbound actions.

    A unique constraint takes two NULLs for different, so rows without a campaign are guarded by statements. The lock
    on the giver's dialogue keeps two of them from running at once.
    """

    async def pledge(self, new: NewPledge, kinds: tuple[str, ...] = ()) -> int | None:
        """One upsert; one update more when the choice of a pledge without a campaign changes."""
        choice: dict[str, Any] = {"pledge": new.pledge}
        if new.if_then is not None:
            choice["if_then"] = new.if_then
        mine = sa.and_(pledges.c.contact_id == new.contact_id, pledges.c.campaign_id.is_(None))
        columns = [column for column in pledges.c if column is not pledges.c.id]
        statement = insert(self._connection, pledges).from_select(columns, _unless_given(new, kinds, columns, mine))
        given = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[pledges.c.contact_id, pledges.c.campaign_id], set_=choice
            ).returning(pledges.c.campaign_id)
        )
        row = given.one_or_none()
        if row is None:
            await self._connection.execute(pledges.update().where(mine).values(choice))
            return None
        return None if row.campaign_id is None else int(row.campaign_id)

    async def complete(self, contact_id: int, pledge: PledgeCode, if_then: IfThen) -> bool:
        """One update."""
        mine = sa.and_(pledges.c.contact_id == contact_id, pledges.c.pledge == pledge)
        newest = sa.select(sa.func.max(pledges.c.id)).where(mine).scalar_subquery()
        changed = await self._connection.execute(pledges.update().where(pledges.c.id == newest).values(if_then=if_then))
        return bool(changed.rowcount)

    async def record(self, new: tuple[NewAction, ...]) -> None:
        """One insert from one guarded select per action."""
        columns = [column for column in actions.c if column is not actions.c.id]
        rows = sa.union_all(*(_unless_recorded(action, columns) for action in new))
        await self._connection.execute(actions.insert().from_select(columns, rows))


def _unless_given(
    new: NewPledge, kinds: tuple[str, ...], columns: list[sa.Column[Any]], mine: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """The pledge with the campaign it counts to; no row for a second one without a campaign."""
    campaign_id = sa.literal(new.campaign_id, pledges.c.campaign_id.type)
    counted = sa.select(sa.func.coalesce(campaign_id, _running(new.precinct, kinds)).label("id")).subquery("counted")
    values = dataclasses.asdict(new)
    typed = (
        counted.c.id if column is pledges.c.campaign_id else sa.literal(values[column.name], column.type)
        for column in columns
    )
    return sa.select(*typed).where(sa.or_(counted.c.id.is_not(None), ~sa.exists().where(mine)))


def _running(precinct: int | None, kinds: tuple[str, ...]) -> sa.ScalarSelect[Any]:
    """The later id decides between two launched at one moment."""
    return (
        sa.select(campaigns.c.id)
        .join(campaign_targets, campaign_targets.c.campaign_id == campaigns.c.id)
        .where(
            campaign_targets.c.precinct == sa.literal(precinct, campaign_targets.c.precinct.type),
            campaigns.c.status == CampaignStatus.RUNNING,
            campaigns.c.kind.in_(kinds),
        )
        .order_by(campaigns.c.launched_at.desc(), campaigns.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _unless_recorded(action: NewAction, columns: list[sa.Column[Any]]) -> sa.Select[Any]:
    values = dataclasses.asdict(action)
    same = sa.exists().where(
        actions.c.contact_id == action.contact_id,
        actions.c.kind == action.kind,
        actions.c.campaign_id.is_not_distinct_from(action.campaign_id),
        actions.c.day == action.day,
    )
    typed = (sa.literal(values[column.name], column.type) for column in columns)
    return sa.select(*typed).where(~same)
