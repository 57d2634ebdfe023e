"""Precincts, shootings and rankings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import repeat
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.precinct import Boundaries, Precinct, PrecinctCounts, Ranking, RankingRule
from campaign_engine.ports.opendata import Incident, ZipShares
from campaign_engine.ports.planning import DatasetStatus, EditionChanges, Replaced, StoredRanking
from campaign_engine.store.tables import datasets, precincts, rankings, shootings, zip_shares
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert

_NAME_LENGTH = 200
_TODAY = sa.func.coalesce(shootings.c.located_precinct, shootings.c.precinct)


@dataclass(frozen=True, slots=True)
class _Incident:
    """Implements ports.opendata.Incident."""

    incident_key: str
    occur_date: date
    precinct: int
    latitude: float | None
    longitude: float | None


class SqlTargetingRepository(Transaction):
    """Implements ports.planning.TargetingRepository."""

    async def load_precincts(self, rows: Iterable[Precinct]) -> None:
        """One upsert of many rows."""
        values = [
            {
                "number": row.number,
                "borough": row.borough,
                "name": "; ".join(row.neighbourhoods)[:_NAME_LENGTH],
                "population": row.population,
            }
            for row in rows
        ]
        await self._connection.execute(upsert(self._connection, precincts, ("borough", "name", "population")), values)

    async def has_precincts(self) -> bool:
        """One statement."""
        return bool((await self._connection.execute(sa.select(sa.exists().select_from(precincts)))).scalar_one())

    async def replace_shootings(
        self, rows: Sequence[Incident], located: Sequence[int] | None, dataset: DatasetStatus
    ) -> Replaced:
        """Four statements, one of them for all rows."""
        before = {int(row.incident_key): row for row in await self.shootings()}
        dataset_id = await self._note(dataset)
        values = [
            {
                "incident_key": int(row.incident_key),
                "occur_date": row.occur_date,
                "precinct": row.precinct,
                "located_precinct": today,
                "latitude": row.latitude,
                "longitude": row.longitude,
                "dataset_id": dataset_id,
            }
            for row, today in zip(rows, repeat(None, len(rows)) if located is None else located, strict=True)
        ]
        changed = [column.name for column in shootings.columns if not column.primary_key]
        await self._connection.execute(upsert(self._connection, shootings, changed), values)
        gone = await self._connection.execute(shootings.delete().where(shootings.c.dataset_id != dataset_id))
        added = len(rows) - (len(before) - gone.rowcount)
        return Replaced(len(rows), added, gone.rowcount, sum(_is_revised(row, before) for row in rows))

    async def add_dataset(self, dataset: DatasetStatus) -> None:
        """One statement."""
        await self._note(dataset)

    async def note_changes(self, name: str, changes: EditionChanges) -> None:
        """One statement."""
        newest = sa.select(sa.func.max(datasets.c.id)).where(datasets.c.name == name).scalar_subquery()
        await self._connection.execute(
            datasets.update().where(datasets.c.id == newest).values(changes=changes.as_json())
        )

    async def replace_zip_shares(self, shares: Mapping[str, ZipShares], dataset: DatasetStatus) -> None:
        """Three statements, one of them for all rows."""
        await self._note(dataset)
        await self._connection.execute(zip_shares.delete())
        rows = [
            {"zip": code, "precinct": precinct, "share": share}
            for code, parts in shares.items()
            for precinct, share in parts
        ]
        await self._connection.execute(zip_shares.insert(), rows)

    async def zip_shares(self) -> Mapping[str, ZipShares]:
        """One statement."""
        wanted = sa.select(zip_shares.c.zip, zip_shares.c.precinct, zip_shares.c.share)
        wanted = wanted.order_by(zip_shares.c.zip, zip_shares.c.share.desc(), zip_shares.c.precinct)
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for code, precinct, share in await self._connection.execute(wanted):
            found[code].append((precinct, share))
        return {code: tuple(parts) for code, parts in found.items()}

    async def shootings(self) -> tuple[Incident, ...]:
        """One statement."""
        columns = (shootings.c[name] for name in _Incident.__slots__)
        rows = await self._connection.execute(sa.select(*columns).order_by(shootings.c.incident_key))
        return tuple(_Incident(str(key), *rest) for key, *rest in rows)

    async def set_located(self, located: Mapping[str, int]) -> None:
        """One update of many rows."""
        statement = (
            shootings.update()
            .where(shootings.c.incident_key == sa.bindparam("key"))
            .values(located_precinct=sa.bindparam("today"))
        )
        await self._connection.execute(statement, [{"key": int(key), "today": today} for key, today in located.items()])

    async def save_outlines(self, geojson: Mapping[int, str], dataset: DatasetStatus) -> None:
        """One insert and one update of many rows."""
        await self._note(dataset)
        statement = (
            precincts.update()
            .where(precincts.c.number == sa.bindparam("precinct"))
            .values(boundary=sa.bindparam("outline"), boundary_edition=dataset.edition)
        )
        await self._connection.execute(
            statement, [{"precinct": number, "outline": outline} for number, outline in geojson.items()]
        )

    async def outlines(self) -> tuple[str, Mapping[int, str]] | None:
        """One statement."""
        wanted = sa.select(precincts.c.number, precincts.c.boundary, precincts.c.boundary_edition)
        rows = (await self._connection.execute(wanted.where(precincts.c.boundary.is_not(None)))).all()
        return (rows[0].boundary_edition, {row.number: row.boundary for row in rows}) if rows else None

    async def counts(self, rule: RankingRule) -> PrecinctCounts | None:
        """Two statements."""
        coverage = sa.select(
            sa.func.max(shootings.c.occur_date),
            sa.func.count() - sa.func.count(shootings.c.located_precinct),
            sa.select(sa.func.min(precincts.c.boundary_edition)).scalar_subquery(),
        )
        data_through, unlocated, edition = (await self._connection.execute(coverage)).one()
        if data_through is None:
            return None
        today = rule.boundaries is Boundaries.TODAY and not unlocated
        precinct = (_TODAY if today else shootings.c.precinct).label("precinct")
        years = shootings.c.occur_date.between(date(rule.first_year, 1, 1), date(rule.last_year, 12, 31))
        totals = sa.select(precinct, sa.func.count().label("incidents")).where(years).group_by(precinct)
        incidents = {row.precinct: row.incidents for row in await self._connection.execute(totals)}
        return PrecinctCounts(incidents, data_through, edition if today else Boundaries.CODE.value)

    async def counts_by_year(self, boundaries: Boundaries = Boundaries.TODAY) -> Mapping[tuple[int, int], int]:
        """One statement."""
        year = sa.extract("year", shootings.c.occur_date)
        precinct = _TODAY if boundaries is Boundaries.TODAY else shootings.c.precinct
        totals = sa.select(precinct, year, sa.func.count()).group_by(precinct, year)
        return {(number, int(in_year)): count for number, in_year, count in await self._connection.execute(totals)}

    async def save_ranking(self, ranking: Ranking, now: datetime) -> int:
        """One insert."""
        plain = ranking.as_json()
        statement = rankings.insert().values(
            rule=plain["rule"],
            boundaries=ranking.boundaries,
            data_through=ranking.data_through,
            entries=plain["precincts"],
            created_at=now,
        )
        return int((await self._connection.execute(statement.returning(rankings.c.id))).scalar_one())

    async def latest_ranking(self) -> StoredRanking:
        """One statement."""
        row = (await self._connection.execute(_rankings().order_by(rankings.c.id.desc()).limit(1))).one_or_none()
        if row is None:
            raise NotFound("No ranking of precincts is stored yet.", "Run `groundswell init`.", "no_ranking")
        return StoredRanking(row.id, ranking_of(row))

    async def ranking(self, ranking_id: int) -> Ranking:
        """One statement."""
        row = (await self._connection.execute(_rankings().where(rankings.c.id == ranking_id))).one_or_none()
        if row is None:
            raise NotFound("There is no such ranking.", "Use the number that the campaign names.")
        return ranking_of(row)

    async def datasets(self) -> tuple[DatasetStatus, ...]:
        """One statement."""
        newest = sa.select(sa.func.max(datasets.c.id)).group_by(datasets.c.name)
        columns = (datasets.c[name] for name in DatasetStatus.__slots__)
        rows = await self._connection.execute(
            sa.select(*columns).where(datasets.c.id.in_(newest)).order_by(datasets.c.name)
        )
        return tuple(_status(row) for row in rows)

    async def _note(self, dataset: DatasetStatus) -> int:
        values = {name: getattr(dataset, name) for name in DatasetStatus.__slots__ if name != "changes"}
        inserted = await self._connection.execute(datasets.insert().values(values).returning(datasets.c.id))
        return int(inserted.scalar_one())


def _status(row: sa.Row[Any]) -> DatasetStatus:
    changes = EditionChanges.from_json(row.changes) if row.changes else None
    return DatasetStatus(row.name, row.edition, row.data_through, row.rows, row.loaded_at, changes)


def _is_revised(row: Incident, before: Mapping[int, Incident]) -> bool:
    """Whether an incident that was known has another date, precinct or place now."""
    old = before.get(int(row.incident_key))
    return old is not None and any(getattr(old, name) != getattr(row, name) for name in _Incident.__slots__[1:])


def _rankings() -> sa.Select[Any]:
    return sa.select(rankings.c.id, rankings.c.rule, rankings.c.boundaries, rankings.c.data_through, rankings.c.entries)


def ranking_of(row: Any) -> Ranking:
    """From a row of `rankings`."""
    return Ranking.from_json(
        {
            "rule": row.rule,
            "boundaries": row.boundaries,
            "data_through": row.data_through.isoformat(),
            "precincts": row.entries,
        }
    )
