"""What may leave and what came of it: pure decisions over one claimed delivery."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from campaign_engine.domain.delivery import DeliveryStatus, Receipt, SendError
from campaign_engine.domain.planner import Reason, verdict
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours
from campaign_engine.ports.sending import Claimed, Outcome

MOST_ATTEMPTS = 5
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=5)
_MOST_DOUBLED = 10
NOT_CONNECTED = "not_connected"
"""Nothing left, because the platform is away: tried until it is back or the post is stale, however long that takes."""

_READERS = frozenset({"no_direct_chat"})

LANE_PAUSE = 60.0
"""Seconds that a lane waits where the platform names none, or a person must act first."""

_ENDS: Mapping[Reason, DeliveryStatus] = {
    Reason.CANCELLED: DeliveryStatus.CANCELLED,
    Reason.FINISHED: DeliveryStatus.CANCELLED,
    Reason.EDITED: DeliveryStatus.CANCELLED,
    Reason.STALE: DeliveryStatus.EXPIRED,
}
"""What becomes of a delivery that will never leave; suppressed where the reason lies with the person."""


_UNTIL_SOMEBODY_SAYS = frozenset({Reason.STOPPED, Reason.CAMPAIGN_PAUSED, Reason.POST_STOPPED})
"""No lane claims what these keep back, so it is due at once, and leaves as soon as somebody lets it go on."""


def recheck(claimed: Claimed, now: datetime, hours: SendingHours = DEFAULT_HOURS) -> Outcome | None:
    """Why a delivery must not leave at this moment, as domain.planner says; None when it may.

    What only has to wait is given back as retrying: from `sending` there is no way to `queued`, because one that was
    claimed may have left.
    """
    told = verdict(claimed.facts, now, hours)
    if told.may or told.reason is None:
        return None
    if told.final:
        after = _ENDS.get(told.reason, DeliveryStatus.SUPPRESSED)
        return Outcome(claimed.id, after, told.reason, tried=False)
    again_at = None if told.reason in _UNTIL_SOMEBODY_SAYS else told.again_at
    return given_back(claimed, told.reason, again_at or now)


def uncertain(claimed: Claimed, outcome: Outcome) -> Outcome:
    """One that was adopted may have left before: unless it is sent now, nobody knows."""
    if not claimed.adopted or outcome.status is DeliveryStatus.SENT:
        return outcome
    return Outcome(claimed.id, DeliveryStatus.UNCONFIRMED, outcome.reason, gone=outcome.gone)


def is_away(error: SendError) -> bool:
    """The platform was not there, or could not answer: nothing that lies with this message or its reader."""
    return error.code == NOT_CONNECTED or error.ambiguous


def is_posts_own(outcome: Outcome) -> bool:
    """A failure that lies with the post or the platform, as far as anybody can tell, and not with its reader."""
    return outcome.status is DeliveryStatus.FAILED and not outcome.gone and outcome.reason not in _READERS


def given_back(claimed: Claimed, reason: str, again_at: datetime) -> Outcome:
    """Nothing left: any lane may claim it again from then on."""
    return Outcome(claimed.id, DeliveryStatus.RETRYING, reason, next_attempt_at=again_at, tried=False)


def accepted(claimed: Claimed, receipt: Receipt) -> Outcome:
    """The platform took it."""
    return Outcome(claimed.id, DeliveryStatus.SENT, platform_id=receipt.platform_id, moved_to=receipt.new_address)


def refused(claimed: Claimed, error: SendError, now: datetime) -> Outcome:
    """What an error of the channel means; only one that may have left is never sent again by itself."""
    if error.ambiguous:
        return Outcome(claimed.id, DeliveryStatus.UNCONFIRMED, error.code)
    if error.opted_out:
        return Outcome(claimed.id, DeliveryStatus.FAILED, error.code, gone=True)
    pause = lane_pause(error)
    if pause:
        again_at = now + timedelta(seconds=pause)
        return Outcome(claimed.id, DeliveryStatus.RETRYING, error.code, next_attempt_at=again_at)
    if error.retryable and (error.code == NOT_CONNECTED or claimed.attempts < MOST_ATTEMPTS):
        again_at = now + _backoff(claimed.attempts, error.retry_after)
        return Outcome(claimed.id, DeliveryStatus.RETRYING, error.code, next_attempt_at=again_at)
    return Outcome(claimed.id, DeliveryStatus.FAILED, error.code)


def lane_pause(error: SendError) -> float:
    """Seconds that the whole account has to wait after this error, replies too."""
    if error.holds_lane or error.alert:
        return error.retry_after or LANE_PAUSE
    return 0.0


def _backoff(attempts: int, asked: float | None) -> timedelta:
    doubled = FIRST_RETRY * (1 << min(attempts, _MOST_DOUBLED) - 1)
    return max(min(doubled, LONGEST_RETRY), timedelta(seconds=asked or 0))
