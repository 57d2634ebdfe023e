"""When messages would leave through one sending account: its pace, its hours and all that goes before them."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaign_engine.domain.windows import SendingHours

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """So many messages may leave from `at` on and are too late at `until` (UTC).

    `whose` is the number of a firing; None for others' work, which goes first where both begin at once: a forecast
    promises rather too little.
    """

    at: datetime
    until: datetime
    messages: int
    whose: int | None = None


@dataclass(slots=True)
class Flow:
    """Of one firing: messages by the UTC hour in which they leave, when the last one does, how many are too late."""

    by_hour: Counter[datetime] = field(default_factory=Counter)
    last: datetime | None = None
    late: int = 0


def forecast(
    arrivals: Iterable[Arrival], interval: float, hours: SendingHours, free_at: datetime
) -> dict[int | None, Flow]:
    """By firing; `interval` are seconds between two messages, 0 without a limit, `free_at` when the account is free."""
    flows: dict[int | None, Flow] = {}
    for one in sorted(arrivals, key=lambda arrival: (arrival.at, arrival.whose is not None)):
        flow = flows.setdefault(one.whose, Flow())
        free_at = _let_go(one, flow, interval, hours, max(free_at, one.at))
    return flows


def _let_go(one: Arrival, flow: Flow, interval: float, hours: SendingHours, start: datetime) -> datetime:
    """When the account is free again."""
    left, step = one.messages, timedelta(seconds=interval)
    while left:
        start = hours.opens(start)
        if start >= one.until:
            flow.late += left
            break
        end = min(hours.closes(start), one.until, _next_hour(start))
        going = min(left, math.ceil((end - start) / step)) if step else left
        flow.by_hour[_next_hour(start) - HOUR] += going
        flow.last = start + (going - 1) * step
        left, start = left - going, start + going * step
    return start


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + HOUR
