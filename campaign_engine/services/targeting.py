"""Which precincts the effort is for: loading the City's files, counting and ranking."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.precinct import Ranking, RankingRule
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.opendata import CityData, Progress
from campaign_engine.ports.planning import AuditEntry, DatasetStatus, Replaced
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

SHOOTINGS = "shootings"
OUTLINES = "precincts"


@dataclass(frozen=True, slots=True)
class DataStatus:
    """`data_through` is the newest day in use; `shipped` when it is that of the program's own figures."""

    data_through: date
    shipped: bool
    datasets: tuple[DatasetStatus, ...]


class Targeting:
    """Files are read outside the event loop and before any transaction, so that a broken one changes nothing."""

    def __init__(self, store: Store, city: CityData, clock: Clock) -> None:
        self._store = store
        self._city = city
        self._clock = clock

    async def ensure_tables(self, work: UnitOfWork) -> None:
        """Shipped precincts and the default ranking of shipped figures, into an empty database only."""
        if await work.targeting.has_precincts():
            return
        await work.targeting.load_precincts(self._city.precincts().values())
        rule = RankingRule.default(self._city.data_through())
        ranking = await asyncio.to_thread(lambda: self._city.rank(rule, self._city.counts(rule)))
        await work.targeting.save_ranking(ranking, self._clock())

    async def import_shootings(self, path: Path, progress: Progress | None = None) -> Replaced:
        """All of an edition or, with BrokenFile, nothing; the default ranking is made anew."""
        file = await asyncio.to_thread(self._city.read_shootings, path, progress)
        async with self._store.read() as work:
            stored = await work.targeting.outlines()
        outlines = self._city.outlines(*stored) if stored else None
        located = await asyncio.to_thread(outlines.locate, file.rows) if outlines else None
        dataset = DatasetStatus(SHOOTINGS, file.edition, file.data_through, len(file.rows), self._clock())
        async with self._store.write() as work:
            await self.ensure_tables(work)
            replaced = await work.targeting.replace_shootings(file.rows, located, dataset)
            await self._renew_ranking(work)
            await self._log(work, dataset)
        return replaced

    async def import_boundaries(self, path: Path) -> int:
        """How many outlines; incidents that are loaded are located anew. Raises BrokenFile, nothing changed."""
        outlines = await asyncio.to_thread(self._city.read_outlines, path)
        geojson = outlines.as_geojson()
        dataset = DatasetStatus(OUTLINES, outlines.edition, None, len(geojson), self._clock())
        async with self._store.write() as work:
            await self.ensure_tables(work)
            await work.targeting.save_outlines(geojson, dataset)
            rows = await work.targeting.shootings()
            if rows:
                located = await asyncio.to_thread(outlines.locate, rows)
                keys = (row.incident_key for row in rows)
                await work.targeting.set_located(dict(zip(keys, located, strict=True)))
                await self._renew_ranking(work)
            await self._log(work, dataset)
        return len(geojson)

    async def rank(self, rule: RankingRule | None = None) -> Ranking:
        """Of what is loaded, else of the shipped figures; the default rule when none is given. Stores nothing."""
        async with self._store.read() as work:
            return await self._rank(work, rule)

    async def status(self) -> DataStatus:
        """What is loaded and how far it goes."""
        async with self._store.read() as work:
            loaded = await work.targeting.datasets()
        through = next((dataset.data_through for dataset in loaded if dataset.name == SHOOTINGS), None)
        return DataStatus(through or self._city.data_through(), through is None, loaded)

    async def _renew_ranking(self, work: UnitOfWork) -> None:
        await work.targeting.save_ranking(await self._rank(work, None), self._clock())

    async def _rank(self, work: UnitOfWork, rule: RankingRule | None) -> Ranking:
        probe = rule or RankingRule.default(self._city.data_through())
        counts = await work.targeting.counts(probe)
        if counts is not None and rule is None:
            probe = RankingRule.default(counts.data_through)
            counts = await work.targeting.counts(probe)
        chosen = counts or self._city.counts(probe)
        return await asyncio.to_thread(self._city.rank, probe, chosen)

    async def _log(self, work: UnitOfWork, dataset: DatasetStatus) -> None:
        entry = AuditEntry(OPERATOR, "import_data", f"{dataset.name}:{dataset.edition[:40]}")
        await work.audit.append(entry, self._clock())
