"""What an edition says of the week that just closed: distinct people of each measure in it, city-wide (measures).

Whether a figure is shown follows from what is published to date, so that "hidden" says nothing of its own. To date must
have been an exact count both last Sunday and this one, and who came again must be k people or more: the difference of
the two figures is published too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.cells import Printed
from analytics.editions import WEEKLY
from analytics.layout import WITHIN
from campaign_engine.domain.area import CITY


@dataclass(frozen=True, slots=True)
class ToDate:
    """The city's cell of a measure in two editions that are a week apart; `grown` is the true growth."""

    is_exact: bool
    grown: int

    @classmethod
    def of(cls, measure: str, last: Printed, now: Printed) -> "ToDate":
        """Figures only stand for their Sunday where they are exact in both."""
        name = (measure, CITY)
        return cls(name in last.exact and name in now.exact, now.true[name] - last.true[name])


def shown(counts: Mapping[str, int], to_date: Mapping[str, ToDate], k: int) -> Mapping[str, int]:
    """The figures of the week that may be published in one view; all others say "hidden".

    `counts` are the true ones, `to_date` by measure, empty where no edition is a week older. Nothing is shown of a part
    without its whole, and no whole that would leave a hidden part fewer than k possible counts.
    """
    found = {
        measure: counts.get(measure, 0)
        for measure in WEEKLY
        if measure in to_date
        and to_date[measure].is_exact
        and counts.get(measure, 0) - to_date[measure].grown >= k
        and counts.get(measure, 0) >= k
    }
    before: Mapping[str, int] = {}
    while found != before:
        before = found
        tight = {
            WITHIN[part]
            for part, one in to_date.items()
            if part in WEEKLY and part in WITHIN and part not in found
            and found.get(WITHIN[part], k + one.grown) - one.grown + 1 < k
        }  # fmt: skip
        found = {
            measure: count
            for measure, count in found.items()
            if measure not in tight and WITHIN.get(measure, measure) in (measure, *found)
        }
        found = {
            measure: count for measure, count in found.items() if count <= found.get(WITHIN.get(measure, ""), count)
        }
    return found
