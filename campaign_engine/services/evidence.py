"""What the choice of precincts stands on: incidents by precinct and year, as they are loaded or shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaign_engine.domain.precinct import Boundaries
from campaign_engine.ports.opendata import CityData
from campaign_engine.ports.planning import DatasetStatus
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.targeting import SHOOTINGS


@dataclass(frozen=True, slots=True)
class Counted:
    """`today` are incidents by today's outlines, of the edition `boundaries`; None where they cannot be told.

    `dataset` is None for the figures that ship with the program; `outlines` are GeoJSON geometries.
    """

    data_through: date
    boundaries: str
    today: Mapping[tuple[int, int], int] | None
    code: Mapping[tuple[int, int], int]
    dataset: DatasetStatus | None
    outlines: Mapping[int, str]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, for a process of its own."""
        return {
            "data_through": self.data_through.isoformat(),
            "boundaries": self.boundaries,
            "today": None if self.today is None else _listed(self.today),
            "code": _listed(self.code),
            "dataset": self.dataset and _dataset(self.dataset),
            "outlines": {str(number): outline for number, outline in self.outlines.items()},
        }


class EvidenceSource:
    """Reads only."""

    def __init__(self, store: Store, city: CityData) -> None:
        self._store = store
        self._city = city

    async def key(self) -> tuple[str, ...]:
        """Changes with everything that `counted` gives; one statement."""
        async with self._store.read() as work:
            return tuple(f"{each.edition} {each.loaded_at}" for each in await work.targeting.datasets())

    async def counted(self) -> Counted:
        """Five statements."""
        async with self._store.read() as work:
            datasets = {each.name: each for each in await work.targeting.datasets()}
            edition, outlines = await work.targeting.outlines() or ("", {})
            dataset = datasets.get(SHOOTINGS)
            if dataset is None or dataset.data_through is None:
                return shipped(self._city, outlines)
            today = await work.targeting.counts_by_year() if outlines else None
            code = await work.targeting.counts_by_year(Boundaries.CODE)
        return Counted(
            data_through=dataset.data_through,
            boundaries=edition or Boundaries.CODE.value,
            today=today,
            code=code,
            dataset=dataset,
            outlines=outlines,
        )


def shipped(city: CityData, outlines: Mapping[int, str] | None = None) -> Counted:
    """The figures that come with the program."""
    return Counted(
        data_through=city.data_through(),
        boundaries=city.edition(),
        today=city.counts_by_year(Boundaries.TODAY),
        code=city.counts_by_year(Boundaries.CODE),
        dataset=None,
        outlines=outlines or {},
    )


def _listed(counts: Mapping[tuple[int, int], int]) -> list[list[int]]:
    return [[precinct, year, count] for (precinct, year), count in sorted(counts.items())]


def _dataset(dataset: DatasetStatus) -> dict[str, Any]:
    return {
        "edition": dataset.edition,
        "rows": dataset.rows,
        "loaded_at": dataset.loaded_at.isoformat(),
        "changes": dataset.changes.as_json() if dataset.changes else None,
    }
