"""The City's editions over the network: page by page, kept between runs, and put in use in one transaction."""

import asyncio
import csv
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from campaign_engine.domain.errors import BrokenFile, FeedFailed
from campaign_engine.domain.handle import OPERATOR
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.feeds import FeedName, FeedPage, Mark, OpenData, Record
from campaign_engine.ports.opendata import CityData, Progress
from campaign_engine.ports.planning import DatasetStatus, EditionChanges
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.sites import SiteLists, Sites
from campaign_engine.services.targeting import OUTLINES, SHOOTINGS, ZIP_AREAS, Targeting

SMALLEST_SHARE = 0.9
"""Of the rows in use: an edition that lost more is one that is half published."""

_RESTARTS = 3
_STAYS = "The edition in use stays. Run `groundswell data sync` again later."

MOST_BAD = 0.2
"""Of the rows of a list of places that cannot be used: more is another list than the one we know."""

_DATASETS = {FeedName.BOUNDARIES: OUTLINES, FeedName.SHOOTINGS: SHOOTINGS, FeedName.ZIP_AREAS: ZIP_AREAS}
_OVER_BOUNDARIES = (FeedName.ZIP_AREAS, FeedName.SCHOOLS, FeedName.CENTERS)


@dataclass(frozen=True, slots=True)
class Synced:
    """`rows` that came over the network, 0 when nothing is new; `changes` where shootings were counted anew.

    `left_out` are rows of a list of places that cannot be used.
    """

    feed: FeedName
    rows: int
    changes: EditionChanges | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Syncing:
    """Raises FeedFailed and BrokenFile; then the edition in use stays as it was."""

    store: Store
    targeting: Targeting
    city: CityData
    clock: Clock
    lists: SiteLists
    sites: Sites

    async def sync(self, source: OpenData, feed: FeedName, progress: Progress) -> Synced:
        """Go on where the last run was broken off; nothing new costs one request."""
        first = None
        if feed in _OVER_BOUNDARIES and await self.targeting.outlines() is None:
            raise _no_outlines(feed)
        async with self.store.read() as work:
            known, unfinished = await work.feeds.mark(feed), await work.feeds.unfinished(feed)
        if unfinished is None:
            first = await source.page(feed, 0, known)
            if first is None:
                await self._looked_at(feed, known)
                return Synced(feed, 0)
        mark = await self._fetch(source, feed, first, progress)
        async with self.store.read() as work:
            records = await work.feeds.records(feed)
        try:
            return await self._put_in_use(feed, records, mark)
        except BrokenFile as error:
            await self._drop(feed)
            raise BrokenFile(error.message, _STAYS, error.row, error.column) from error
        except FeedFailed:
            await self._drop(feed)
            raise

    async def _fetch(self, source: OpenData, feed: FeedName, first: FeedPage | None, progress: Progress) -> Mark:
        """Every page that is missing; from the beginning when the City publishes a new edition meanwhile."""
        for _ in range(_RESTARTS):
            total = await source.count(feed)
            if not total:
                raise FeedFailed(f"The City's {feed} are empty.", _STAYS)
            async with self.store.read() as work:
                kept = await work.feeds.unfinished(feed)
            done, mark = (kept.rows, Mark(modified=kept.modified)) if kept else (0, None)
            while done < total:
                progress(done, total)
                page, first = first or await source.page(feed, done), None
                if page is None or not page.records:
                    raise FeedFailed(f"The City's {feed} end after {done:,} of {total:,} rows.", _STAYS)
                mark = mark or page.mark
                if page.mark.modified != mark.modified:
                    break
                async with self.store.write() as work:
                    await work.feeds.keep(feed, done, page)
                done += len(page.records)
            if mark is not None and done == total:
                progress(done, total)
                return mark
            await self._drop(feed)
        raise FeedFailed(f"The City is publishing new {feed} at this moment.", _STAYS)

    async def _put_in_use(self, feed: FeedName, records: Sequence[Record], mark: Mark) -> Synced:
        async def close(work: UnitOfWork) -> None:
            await work.feeds.finish(feed, mark, self.clock())

        name = _DATASETS.get(feed, feed.value)
        loaded = {each.name: each for each in (await self.targeting.status()).datasets}.get(name)
        if loaded and feed is FeedName.SHOOTINGS:
            _check_size(len({record.get("incident_key") for record in records}), loaded.rows)
        loader: dict[FeedName, Callable[..., Awaitable[bool]]] = {
            FeedName.SHOOTINGS: self._load_shootings,
            FeedName.BOUNDARIES: self._load_boundaries,
            FeedName.ZIP_AREAS: self._load_zip_areas,
        }
        if feed not in loader:
            return await self._load_places(feed, records, loaded.edition if loaded else "", close)
        if not await loader[feed](records, loaded.edition if loaded else "", close):
            async with self.store.write() as work:
                await close(work)
            return Synced(feed, 0)
        now = {each.name: each for each in (await self.targeting.status()).datasets}[name]
        return Synced(feed, len(records), now.changes)

    async def _load_shootings(self, records: Sequence[Record], in_use: str, close: "_Close") -> bool:
        file = await asyncio.to_thread(self.city.shootings_of, records)
        if file.edition != in_use:
            await self.targeting.load_shootings(file, close)
        return file.edition != in_use

    async def _load_boundaries(self, records: Sequence[Record], in_use: str, close: "_Close") -> bool:
        outlines = await asyncio.to_thread(self.city.outlines_of, records)
        if outlines.edition != in_use:
            await self.targeting.load_boundaries(outlines, close)
        return outlines.edition != in_use

    async def _load_zip_areas(self, records: Sequence[Record], in_use: str, close: "_Close") -> bool:
        outlines = await self.targeting.outlines()
        if outlines is None:
            raise _no_outlines(FeedName.ZIP_AREAS)
        shares = await asyncio.to_thread(self.city.zip_shares, records, outlines)
        edition = hashlib.sha256(json.dumps([outlines.edition, shares]).encode()).hexdigest()
        if edition != in_use:
            await self.targeting.load_zip_areas(shares, edition, close)
        return edition != in_use

    async def _load_places(self, feed: FeedName, records: Sequence[Record], in_use: str, close: "_Close") -> Synced:
        """Rows are read as those of a file are; what cannot be used is left out, for there is nobody to repair it."""
        edition = hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()
        if edition == in_use:
            async with self.store.write() as work:
                await close(work)
            return Synced(feed, 0)
        with TemporaryDirectory() as folder:
            path = Path(folder, f"{feed}.csv")
            await asyncio.to_thread(_write, records, path)
            found = await self.lists.read(path)
        if not found.sites or len(found.bad) > MOST_BAD * len(records):
            why = f" Row {found.bad[0].row}: {found.bad[0].column} {found.bad[0].reason}." if found.bad else ""
            raise BrokenFile(f"{len(records) - len(found.sites):,} of {len(records):,} {feed} cannot be used.{why}")
        dataset = DatasetStatus(feed.value, edition, None, len(found.sites), self.clock())
        async with self.store.write() as work:
            await self.sites.load(work, OPERATOR, found)
            await work.targeting.add_dataset(dataset)
            await close(work)
        return Synced(feed, len(records), left_out=len(found.bad))

    async def _looked_at(self, feed: FeedName, mark: Mark) -> None:
        async with self.store.write() as work:
            await work.feeds.finish(feed, mark, self.clock())

    async def _drop(self, feed: FeedName) -> None:
        async with self.store.write() as work:
            await work.feeds.clear(feed)


_Close = Callable[[UnitOfWork], Awaitable[None]]


def _check_size(incidents: int, in_use: int) -> None:
    """Raise FeedFailed."""
    if incidents < SMALLEST_SHARE * in_use:
        raise FeedFailed(
            f"The City's list has {incidents:,} shootings, the one in use {in_use:,}: it may be half published.",
            "The edition in use stays. If the City did take that many out, download the file and use "
            "`groundswell data import FILE`.",
        )


def _no_outlines(feed: FeedName) -> FeedFailed:
    return FeedFailed(f"The {feed} are laid over precincts, and none are loaded.", "Sync the boundaries first.")


def _write(records: Sequence[Record], path: Path) -> None:
    """As the same list looks as a file."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, restval="")
        writer.writeheader()
        writer.writerows(records)
