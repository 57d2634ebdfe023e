"""Carries lists of opt-outs in and out, as keyed hashes, each step in the audit log."""

from collections.abc import Callable, Sequence

from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.optout_list import in_chunks
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.optouts import OptOutImport
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork

AT_ONCE = 1000
"""Hashes in one statement."""

Progress = Callable[[int, int], None]


class OptOuts:
    """An opt-out that came from elsewhere is as good as a STOP: only the person's own /start lifts it (safety C7)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def add(self, work: UnitOfWork, actor: str, hashes: Sequence[str], progress: Progress) -> int:
        """All of a list within the caller's transaction; how many were not known. The same list again adds none."""
        now, added = self._clock(), 0
        done = 0
        for chunk in in_chunks(hashes, AT_ONCE):
            added += await work.optouts.add(chunk, now)
            done += len(chunk)
            progress(done, len(hashes))
        await self._log(work, actor, "optouts_import", added)
        return added

    async def last(self, work: UnitOfWork) -> OptOutImport:
        """Raises NotFound when nothing was imported, or all of it was undone."""
        found = await work.optouts.last_import()
        if found is None:
            raise NotFound("There is no import to take back.", "`groundswell optouts import` makes one.")
        return found

    async def undo(self, work: UnitOfWork, actor: str, last: OptOutImport) -> int:
        """What that import added and nobody has confirmed by a STOP since."""
        taken_back = await work.optouts.undo(last.at)
        await self._log(work, actor, "optouts_undo", taken_back)
        return taken_back

    async def exported(self, work: UnitOfWork, actor: str, count: int) -> None:
        """Say in the log that a list left."""
        await self._log(work, actor, "optouts_export", count)

    async def _log(self, work: UnitOfWork, actor: str, action: str, count: int) -> None:
        await work.audit.append(AuditEntry(actor, action, f"optouts:{count}"), self._clock())
