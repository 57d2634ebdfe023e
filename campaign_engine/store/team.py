"""Trainings, requests for a role, and the list of staff."""

from datetime import datetime

from campaign_engine.store.tables import trainings
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlTeamRepository(Transaction):
    """Implements ports.team.TeamRepository."""

    async def complete_training(self, contact_id: int, code: str, now: datetime) -> bool:
        """One insert."""
        new = insert(self._connection, trainings).values(contact_id=contact_id, code=code, completed_at=now)
        done = await self._connection.execute(new.on_conflict_do_nothing().returning(trainings.c.contact_id))
        return done.one_or_none() is not None
