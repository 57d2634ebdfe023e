"""What a report shows of persons: one weekly edition; and beside it what came back from rooms (safety K1 to K3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analytics import metrics, room_tables
from analytics.editions import SMALLEST, Edition, Figure, View, keys_of
from analytics.frames import Frames
from analytics.layout import SOURCES, Layout, by_borough
from analytics.suppression import CITY, HIDDEN, Cell, audit, protect, published

__all__ = ["SOURCES", "Protected", "protected"]


@dataclass(frozen=True, slots=True)
class Protected:
    """Figures by measure and cell; keys as of editions.ProtectedTable. `edition` is None before the first Sunday."""

    k: int
    layout: Layout
    figures: Mapping[str, Mapping[str, Figure]]
    edition: Edition | None

    def figure(self, measure: str, key: str) -> Figure:
        """A cell that is in no table holds nobody, which is hidden too."""
        return self.figures[measure].get(key, HIDDEN)

    def shown(self, measure: str) -> dict[int, int]:
        """Precincts that can be shown."""
        cells = {number: self.figure(measure, f"precinct:{number}") for number in self.precincts()}
        return {number: figure for number, figure in cells.items() if figure != HIDDEN}

    def precincts(self) -> tuple[int, ...]:
        """Targets in ascending order."""
        return self.layout.precincts()


def protected(frames: Frames, edition: Edition | None, view: View) -> Protected:
    """Nothing about persons is newer than the edition. Raises ReleaseRefused for what came back from rooms."""
    k = SMALLEST[view]
    layout = edition.layout if edition else Layout(by_borough(frames.campaign.targets), frames.campaign.channels, {})
    figures: dict[str, Mapping[str, Figure]] = {
        measure: edition.tables[measure].cells if edition else dict.fromkeys(keys, HIDDEN)
        for measure, keys in keys_of(layout).items()
    }
    for name, counted in metrics.ROOMS.items():
        figures[name] = room_tables.stepped(_release(room_tables.trees(frames, counted(frames), layout.boroughs), k), k)
    figures["delivered"] = {CITY: len(metrics.delivered(frames))}
    return Protected(k, layout, figures, edition)


def _release(trees: Iterable[Cell], k: int) -> dict[str, Figure]:
    """The trees share nothing but their whole, which is hidden in all or in none."""
    cells: dict[str, Figure] = {}
    for tree in trees:
        hidden = protect(tree, k)
        audit(tree, hidden, k)
        cells |= published(tree, hidden)
    return cells
