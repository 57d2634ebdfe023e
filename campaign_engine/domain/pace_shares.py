"""What each of several processes may send through one account, so that all together keep its limit; no clock inside."""

import math
from dataclasses import dataclass, replace

from campaign_engine.domain.pacing import LaneLimits, Limit


@dataclass(frozen=True, slots=True)
class Company:
    """Processes that write through one account: how many answer people, and how many write to somebody now and then."""

    answering: int
    quiet: int

    @property
    def size(self) -> int:
        """In all."""
        return self.answering + self.quiet


def share(limits: LaneLimits, company: Company, *, answers: bool, broadcasts: bool) -> LaneLimits:
    """Of one process in this company. The one that `broadcasts` has what the others leave.

    Who `answers` has its part of what is kept for replies, the others one message each. Where processes are more than
    messages they take turns, and it is the mean that is kept.
    """
    if limits.overall is None:
        return limits
    count, seconds = limits.overall.count, limits.overall.seconds
    kept, turns = round(limits.kept * seconds), math.ceil(company.size / max(1, count - 1))
    each = max(1, kept // max(1, company.answering))
    if company.answering * each + company.quiet >= count:
        each = 1
    own = each if answers else 1
    if not broadcasts:
        return replace(limits, overall=Limit(own, seconds * turns), kept=0)
    others = math.ceil((company.answering * each + company.quiet - own) / turns)
    left = max(1, count - others)
    mine = min(max(own if answers else 0, kept - others), left - 1)
    return replace(limits, overall=Limit(left, seconds), kept=round(mine / seconds))
