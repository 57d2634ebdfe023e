"""Pledges."""

import dataclasses
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.ports.people import NewContact, NewPledge
from campaign_engine.store.compound import rows_of
from campaign_engine.store.compounds import running_campaign
from campaign_engine.store.newcomers import add_newcomer
from campaign_engine.store.short import Short
from campaign_engine.store.tables import COUNTED_ONCE, campaigns, pledges
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert_for


class SqlActionsRepository(Transaction):
    """Implements ports.people.ActionsRepository."""

    async def pledge(self, new: NewPledge, kinds: tuple[str, ...] = ()) -> int | None:
        """One upsert."""
        values = {f"new_{name}": value for name, value in dataclasses.asdict(new).items()}
        row = await _PLEDGE.row(self._connection, {**values, "kinds": json.dumps([{"kind": kind} for kind in kinds])})
        return None if row[0] is None else int(row[0])

    async def first_pledge(
        self, contact: NewContact, new: NewPledge, kinds: tuple[str, ...] = ()
    ) -> tuple[int, int | None]:
        """One statement."""
        contact_id, _, campaign_id = await add_newcomer(self._connection, self._cipher, contact, new, kinds)
        return contact_id, campaign_id

    async def complete(self, contact_id: int, pledge: PledgeCode, if_then: IfThen, now: datetime) -> bool:
        """One update."""
        values = {"whose": contact_id, "which": pledge, "plan": if_then, "at": now}
        return await _COMPLETED.row(self._connection, values) is not None


def _pledge_statement(dialect: str) -> Any:
    """The pledge with the campaign it counts to; a plan that was chosen stays until another one is."""
    given: dict[str, Any] = {name: sa.bindparam(f"new_{name}", type_=pledges.c[name].type) for name in _GIVEN}
    kinds, one = rows_of(dialect, sa.bindparam("kinds", type_=sa.Text), "each_kind", {"kind": campaigns.c.kind.type})
    counted = campaigns.c.kind.in_(sa.select(one["kind"]).select_from(kinds))
    running = running_campaign(given["precinct"], counted).scalar_subquery()
    campaign_id = sa.func.coalesce(given["campaign_id"], running)
    row = {**given, "campaign_id": campaign_id, "chosen_at": given["pledged_at"]}
    # Without a WHERE SQLite takes ON CONFLICT for the condition of a join.
    statement = insert_for(dialect, pledges).from_select(list(row), sa.select(*row.values()).where(sa.true()))
    chosen: dict[str, Any] = {name: statement.excluded[name] for name in ("pledge", "chosen_at")}
    chosen["if_then"] = sa.func.coalesce(statement.excluded.if_then, pledges.c.if_then)
    made = statement.on_conflict_do_update(index_elements=COUNTED_ONCE, set_=chosen)
    return made.returning(pledges.c.campaign_id)


def _completed_statement(_dialect: str) -> Any:
    mine = sa.and_(pledges.c.contact_id == sa.bindparam("whose"), pledges.c.pledge == sa.bindparam("which"))
    chosen_at = sa.func.coalesce(pledges.c.chosen_at, pledges.c.pledged_at)
    newest = sa.select(pledges.c.id).where(mine).order_by(chosen_at.desc(), pledges.c.id.desc()).limit(1)
    changed = pledges.update().where(pledges.c.id == newest.scalar_subquery())
    return changed.values(if_then=sa.bindparam("plan"), chosen_at=sa.bindparam("at")).returning(pledges.c.id)


_GIVEN = [field.name for field in dataclasses.fields(NewPledge)]
_PLEDGE, _COMPLETED = Short(_pledge_statement), Short(_completed_statement)
