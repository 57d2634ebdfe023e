"""Processes at work."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from campaign_engine.ports.processes import ProcessSeen
from campaign_engine.store.tables import processes
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert

FORGOTTEN = timedelta(hours=1)


class SqlProcessesRepository(Transaction):
    """Implements ports.processes.ProcessesRepository."""

    async def beat(self, process: ProcessSeen) -> None:
        """Two statements."""
        values = {name: getattr(process, name) for name in processes.c.keys()}  # noqa: SIM118 - not a mapping
        await self._connection.execute(upsert(self._connection, processes, change=("seen_at",)).values(**values))
        silent = processes.c.seen_at < process.seen_at - FORGOTTEN
        await self._connection.execute(processes.delete().where(silent))

    async def leave(self, process_id: str) -> None:
        """One statement."""
        await self._connection.execute(processes.delete().where(processes.c.id == process_id))

    async def seen(self, since: datetime) -> tuple[ProcessSeen, ...]:
        """One statement."""
        wanted = sa.select(processes).where(processes.c.seen_at >= since)
        rows = await self._connection.execute(wanted.order_by(processes.c.machine, processes.c.started_at))
        return tuple(ProcessSeen(*row) for row in rows)
