"""Which precincts the effort is for: loading the City's files, counting and ranking."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.precinct import Ranking, RankingRule
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.feeds import FeedName
from campaign_engine.ports.opendata import CityData, IncidentFile, Outlines, Progress, ZipShares
from campaign_engine.ports.planning import AuditEntry, DatasetStatus, EditionChanges, Replaced
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

SHOOTINGS = "shootings"
OUTLINES = "precincts"
ZIP_AREAS = "zip areas"

Also = Callable[[UnitOfWork], Awaitable[None]]


async def _nothing(_work: UnitOfWork) -> None:
    """An edition from a file has no feed to close."""


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
        return await self.load_shootings(await asyncio.to_thread(self._city.read_shootings, path, progress))

    async def load_shootings(self, file: IncidentFile, also: Also = _nothing) -> Replaced:
        """In place of the edition in use; `also` is done in the same transaction."""
        outlines = await self.outlines()
        located = await asyncio.to_thread(outlines.locate, file.rows) if outlines else None
        dataset = DatasetStatus(SHOOTINGS, file.edition, file.data_through, len(file.rows), self._clock())
        async with self._store.write() as work:
            await self.ensure_tables(work)
            before = {each.name: each.data_through for each in await work.targeting.datasets()}.get(SHOOTINGS)
            replaced = await work.targeting.replace_shootings(file.rows, located, dataset)
            await self._renew_ranking(work, dataset.name, replaced, before)
            await self._log(work, dataset)
            await also(work)
        return replaced

    async def import_boundaries(self, path: Path) -> int:
        """How many outlines; incidents that are loaded are located anew. Raises BrokenFile, nothing changed."""
        return await self.load_boundaries(await asyncio.to_thread(self._city.read_outlines, path))

    async def load_boundaries(self, outlines: Outlines, also: Also = _nothing) -> int:
        """In place of those in use; ZIP areas, which lay over the old ones, are due anew."""
        geojson = outlines.as_geojson()
        dataset = DatasetStatus(OUTLINES, outlines.edition, None, len(geojson), self._clock())
        async with self._store.write() as work:
            await self.ensure_tables(work)
            await work.targeting.save_outlines(geojson, dataset)
            await work.feeds.forget(FeedName.ZIP_AREAS)
            rows = await work.targeting.shootings()
            if rows:
                located = await asyncio.to_thread(outlines.locate, rows)
                keys = (row.incident_key for row in rows)
                await work.targeting.set_located(dict(zip(keys, located, strict=True)))
                await self._renew_ranking(work, dataset.name, Replaced(len(rows), 0, 0), None)
            await self._log(work, dataset)
            await also(work)
        return len(geojson)

    async def load_zip_areas(self, shares: Mapping[str, ZipShares], edition: str, also: Also = _nothing) -> int:
        """How many ZIP codes; the shipped table is used no more."""
        dataset = DatasetStatus(ZIP_AREAS, edition, None, len(shares), self._clock())
        async with self._store.write() as work:
            await work.targeting.replace_zip_shares(shares, dataset)
            await self._log(work, dataset)
            await also(work)
        return len(shares)

    async def outlines(self) -> Outlines | None:
        """None while no boundaries are loaded."""
        async with self._store.read() as work:
            stored = await work.targeting.outlines()
        return self._city.outlines(*stored) if stored else None

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

    async def _renew_ranking(self, work: UnitOfWork, name: str, replaced: Replaced, before: date | None) -> None:
        """And note with the edition what it changed."""
        old, new = (await work.targeting.latest_ranking()).ranking, await self._rank(work, None)
        await work.targeting.save_ranking(new, self._clock())
        changes = EditionChanges(
            added=replaced.added,
            removed=replaced.removed,
            revised=replaced.revised,
            entered=tuple(sorted({*new.top}.difference(old.top))),
            left=tuple(sorted({*old.top}.difference(new.top))),
            through_before=before.isoformat() if before else None,
        )
        await work.targeting.note_changes(name, changes)

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
