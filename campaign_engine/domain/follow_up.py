"""Pledge follow-through: whether somebody did the plan of a pledge, asked once and about two weeks later (measures)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ASK_FROM = timedelta(days=14)
ASK_UNTIL = timedelta(days=21)
"""After a plan was chosen; who could not be asked in between is not asked about it any more."""

ANSWER_FOR = timedelta(days=7)
"""After the question; what is said later is not kept. Nobody answers a question before the next one can come."""

ASKED_APART = timedelta(days=14)
"""Between two such questions to one person, however many pledges they gave."""

CONSENT_FIRST_FROM = timedelta(days=7)
"""From here to ASK_UNTIL the consent is asked about before all others: later it would be of no use for this plan."""


class FollowThrough(StrEnum):
    """What came of one question. "Not yet", "no" and "I'd rather not say" are kept as the same word.

    `silent`: no answer in time. `over`: it is counted, or counts nothing, and what was said is forgotten.
    """

    DID = "did"
    DID_NOT = "did_not"
    SILENT = "silent"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class MadePlan:
    """A pledge with a plan: when it was chosen last, whether it counts to a campaign, and what was asked of it.

    Times are UTC.
    """

    pledge_id: int
    chosen_at: datetime
    counts: bool = True
    asked_at: datetime | None = None
    outcome: FollowThrough | None = None


def due(plans: Iterable[MadePlan], now: datetime) -> MadePlan | None:
    """The one that its giver may be asked about now: each once, and none soon after another."""
    plans = tuple(plans)
    if any(one.asked_at is not None and now - one.asked_at < ASKED_APART for one in plans):
        return None
    ripe = [one for one in plans if _unasked(one) and ASK_FROM <= now - one.chosen_at < ASK_UNTIL]
    return max(ripe, key=lambda one: one.pledge_id, default=None)


def open_question(plans: Iterable[MadePlan], now: datetime) -> MadePlan | None:
    """The one that an answer is about: asked, not answered yet, and still in time."""
    waiting = (one for one in plans if one.asked_at is not None and one.outcome is None)
    return next((one for one in waiting if one.asked_at is not None and now - one.asked_at < ANSWER_FOR), None)


def could_be_asked(plans: Iterable[MadePlan], now: datetime) -> bool:
    """Whether a yes to being asked is of use: a plan that is not too old, and was not asked about."""
    return any(_unasked(one) and now - one.chosen_at < ASK_UNTIL for one in plans)


def needs_consent_soon(plans: Iterable[MadePlan], now: datetime) -> bool:
    """The same in the weeks in which the question comes, or nearly does."""
    return any(_unasked(one) and CONSENT_FIRST_FROM <= now - one.chosen_at < ASK_UNTIL for one in plans)


def _unasked(plan: MadePlan) -> bool:
    return plan.counts and plan.asked_at is None
