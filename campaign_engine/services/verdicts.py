"""What may leave and what came of it: pure decisions over one claimed delivery."""

from datetime import datetime, timedelta

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus, Receipt, SendError
from campaign_engine.domain.windows import is_allowed
from campaign_engine.ports.sending import Claimed, Outcome

MOST_ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=5)
LANE_PAUSE = 60.0
"""Seconds that a lane waits where the platform names none, or a person must act first."""

GIVEN_BACK_FOR = timedelta(seconds=60)

_ENDED = (CampaignStatus.CANCELLED, CampaignStatus.FINISHED)


def recheck(claimed: Claimed, now: datetime) -> Outcome | None:
    """Why a delivery must not leave at this moment; None when it may (safety C6, C7, S1, S4, S6, I1, S9).

    What only has to wait is given back as retrying: from `sending` there is no way to `queued`, because one that was
    claimed may have left. It is not claimed again while its campaign is paused or the window is closed. A notice of a
    cancelled event goes to whoever wants it and can be reached, whatever else says no.
    """
    if claimed.notice:
        return _unwanted(claimed, now) or _too_late(claimed, now)
    return _withdrawn(claimed) or _unwanted(claimed, now) or _too_late(claimed, now) or _too_early(claimed, now)


def _withdrawn(claimed: Claimed) -> Outcome | None:
    if claimed.campaign_status in _ENDED:
        return Outcome(claimed.id, DeliveryStatus.CANCELLED, str(claimed.campaign_status), tried=False)
    if not claimed.approved:
        return Outcome(claimed.id, DeliveryStatus.CANCELLED, "edited", tried=False)
    return None


def _unwanted(claimed: Claimed, now: datetime) -> Outcome | None:
    paused = claimed.paused_until is not None and claimed.paused_until > now
    reasons = {
        "opted_out": claimed.opted_out,
        "no_consent": not claimed.consented,
        "unreachable": not claimed.reachable,
        "paused": paused,
    }
    reason = next((name for name, holds in reasons.items() if holds), "")
    return Outcome(claimed.id, DeliveryStatus.SUPPRESSED, reason, tried=False) if reason else None


def _too_late(claimed: Claimed, now: datetime) -> Outcome | None:
    if now >= claimed.stale_at:
        return Outcome(claimed.id, DeliveryStatus.EXPIRED, "stale", tried=False)
    return None


def _too_early(claimed: Claimed, now: datetime) -> Outcome | None:
    if claimed.campaign_status is not CampaignStatus.RUNNING:
        return given_back(claimed, "campaign_paused", now + GIVEN_BACK_FOR)
    if not is_allowed(now):
        return given_back(claimed, "window", now + GIVEN_BACK_FOR)
    if claimed.held_until is not None and claimed.held_until > now:
        # The next tick moves it to `held`, from where a release brings it back (safety I1).
        return given_back(claimed, "hold", claimed.held_until)
    return None


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
    if error.retryable and claimed.attempts < MOST_ATTEMPTS:
        again_at = now + _backoff(claimed.attempts, error.retry_after)
        return Outcome(claimed.id, DeliveryStatus.RETRYING, error.code, next_attempt_at=again_at)
    return Outcome(claimed.id, DeliveryStatus.FAILED, error.code)


def lane_pause(error: SendError) -> float:
    """Seconds that the whole account has to wait after this error, replies too."""
    if error.holds_lane or error.alert:
        return error.retry_after or LANE_PAUSE
    return 0.0


def _backoff(attempts: int, asked: float | None) -> timedelta:
    return max(FIRST_RETRY * (1 << attempts - 1), timedelta(seconds=asked or 0))
