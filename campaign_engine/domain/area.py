"""How many allies an area has, as it may be shown: in steps, once a week, from ten up (safety K1, K3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from campaign_engine.domain.precinct import borough_of
from campaign_engine.domain.schedule import to_wall

FEWEST = 10
"""Persons from which on a figure is shown; it also moves by no fewer (safety K1, K3)."""

GOALS = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000)
"""An area's goal is the next of these; each reached one is a step."""

CARD_EVERY = timedelta(weeks=4)
"""Own-area cards to one person lie at least this far apart, but for a step."""

CITY = "city"


def precinct_key(precinct: int) -> str:
    """Name of a cell, as in reports."""
    return f"precinct:{precinct}"


def borough_key(precinct: int) -> str:
    """Of the borough around it. Raises NotFound."""
    return f"borough:{borough_of(precinct)}"


def moved(frozen: int, counted: int) -> int:
    """What is shown stays until at least FEWEST persons came or went (safety K3)."""
    return counted if abs(counted - frozen) >= FEWEST else frozen


def rounded(count: int) -> int | None:
    """Down to a multiple of ten; None below FEWEST."""
    return count // FEWEST * FEWEST if count >= FEWEST else None


def goal_above(shown: int) -> int:
    """The next one; beyond the last, the last."""
    return next((goal for goal in GOALS if goal > shown), GOALS[-1])


def step_of(shown: int | None) -> int:
    """The last goal that was reached, 0 for none."""
    return max((goal for goal in GOALS if shown is not None and goal <= shown), default=0)


def week_begin(day: date) -> date:
    """The Sunday on or before it: weeks are Sunday to Saturday, as health departments count (MMWR weeks, CDC)."""
    return day - timedelta(days=(day.weekday() + 1) % 7)


def week_of(moment: datetime) -> date:
    """The Sunday, in New York, of the edition that holds at this moment."""
    return week_begin(to_wall(moment).date())


@dataclass(frozen=True, slots=True)
class AreaFigure:
    """One cell of an edition. `frozen` is the count that it was last moved to and never leaves; `shown` may be seen.

    `step` is the highest that was ever reached, at `step_at` (UTC).
    """

    area: str
    frozen: int = 0
    shown: int | None = None
    step: int = 0
    step_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenJoint:
    """A conditional pledge (domain.joint) as an ally of the area sees it; `joined`: they are in.

    `outcome` is empty while it is open; whoever is in sees it for a month.
    """

    id: int
    goal: int
    last_day: date
    start: str
    shown: int | None
    joined: bool
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class AreaView:
    """What one person sees of their area; of the cells those that are hidden are left out."""

    figures: Mapping[str, int] = field(default_factory=dict)
    open_joints: tuple[OpenJoint, ...] = ()
