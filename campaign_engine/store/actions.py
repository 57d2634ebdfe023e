"""Pledges."""

import dataclasses
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.ports.people import NewContact, NewPledge
from campaign_engine.store.compounds import running_campaign
from campaign_engine.store.newcomers import add_newcomer
from campaign_engine.store.tables import COUNTED_ONCE, campaign_targets, campaigns, pledges
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlActionsRepository(Transaction):
    """Implements ports.people.ActionsRepository."""

    async def pledge(self, new: NewPledge, kinds: tuple[str, ...] = ()) -> int | None:
        """One upsert."""
        choice: dict[str, Any] = {"pledge": new.pledge, "chosen_at": new.pledged_at}
        if new.if_then is not None:
            choice["if_then"] = new.if_then
        columns = [column for column in pledges.c if column is not pledges.c.id]
        statement = insert(self._connection, pledges).from_select(columns, _counted(new, kinds, columns))
        given = await self._connection.scalar(
            statement.on_conflict_do_update(index_elements=COUNTED_ONCE, set_=choice).returning(pledges.c.campaign_id)
        )
        return None if given is None else int(given)

    async def first_pledge(
        self, contact: NewContact, new: NewPledge, kinds: tuple[str, ...] = ()
    ) -> tuple[int, int | None]:
        """One statement."""
        contact_id, _, campaign_id = await add_newcomer(self._connection, self._cipher, contact, new, kinds)
        return contact_id, campaign_id

    async def complete(self, contact_id: int, pledge: PledgeCode, if_then: IfThen) -> bool:
        """One update."""
        mine = sa.and_(pledges.c.contact_id == contact_id, pledges.c.pledge == pledge)
        chosen_at = sa.func.coalesce(pledges.c.chosen_at, pledges.c.pledged_at)
        in_order = sa.select(pledges.c.id).where(mine).order_by(chosen_at.desc(), pledges.c.id.desc())
        newest = in_order.limit(1).scalar_subquery()
        changed = await self._connection.execute(pledges.update().where(pledges.c.id == newest).values(if_then=if_then))
        return bool(changed.rowcount)


def _counted(new: NewPledge, kinds: tuple[str, ...], columns: list[sa.Column[Any]]) -> sa.Select[Any]:
    """The pledge with the campaign it counts to."""
    precinct = sa.literal(new.precinct, campaign_targets.c.precinct.type)
    campaign_id = sa.func.coalesce(
        sa.literal(new.campaign_id, pledges.c.campaign_id.type),
        running_campaign(precinct, campaigns.c.kind.in_(kinds)).scalar_subquery(),
    )
    values = {**dataclasses.asdict(new), "chosen_at": new.pledged_at}
    return sa.select(
        *(
            campaign_id if column is pledges.c.campaign_id else sa.literal(values[column.name], column.type)
            for column in columns
        )
    ).where(sa.true())  # without a WHERE SQLite takes ON CONFLICT for the condition of a join
